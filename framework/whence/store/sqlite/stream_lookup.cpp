#include <algorithm>
#include <deque>
#include <limits>
#include <utility>

#include <whence/store/log_errors.hpp>
#include <whence/store/sqlite/stream_lookup.hpp>

namespace whence::inline v0 {
namespace {

constexpr std::size_t positions_at_once = 256;

/// The index does not have an event that it should have.
struct index_gap {};

/// A scan that reads on behind damaged events, and remembers the first of them: whoever then finds nothing cannot say that there is
/// nothing.
class scan_past_damage {
 public:
  explicit scan_past_damage(log_reader_connection& log) : log_(log) {}

  void scan(global_position after, const std::function<bool(const entry_row&, const recorded_event&)>& visit) {
    for (int damaged = 0;; ++damaged) {
      global_position at = after;
      try {
        log_.scan(after, [&](const entry_row& row, const recorded_event& event) {
          at = event.position;
          return visit(row, event);
        });
        return;
      } catch (const log_damaged& damage) {
        if (!first_) first_.emplace(damage);
        if (damaged == passed_over_max) throw log_damaged(*first_);
        after = last_ = at.next();
        if (after > log_.last_found()) return;  // there is no end that a scan could come to
      }
    }
  }

  void throw_if_damaged() const {
    if (first_) throw log_damaged(*first_);
  }
  bool met_damage() const noexcept { return first_.has_value(); }
  bool met_damage_behind(global_position position) const noexcept { return last_ > position; }

 private:
  static constexpr int passed_over_max = 1'024;

  log_reader_connection& log_;
  std::optional<log_damaged> first_;
  global_position last_;  // of a damaged event
};

class stream_reading {
 public:
  stream_reading(const lookup_sources& sources, std::string_view stream, const page_limit& limit)
      : sources_(sources), stream_(stream), key_(key_of_stream(stream)), limit_(limit) {}

  event_page forward(stream_version from) {
    next_ = std::max<std::uint64_t>(from.value(), 1);
    const std::optional<std::size_t> newest = remembered_from(next_);
    const bool all_met =
        up_to_damage([&] { return newest ? take_remembered(*newest) : indexed_forward(next_) && newer_forward(); });
    return page_.finish(last_, all_met);
  }

  event_page backward(stream_version from) {
    from_ = from.value();
    if (from_ == 0) return page_.finish({}, true);
    const bool all_met = up_to_damage([this] { return newer_backward() && indexed_backward(); });
    // Only at version 1 a stream begins: if it was not met, something is missing.
    if (all_met && previous_ != 1 && newer_.met_damage()) {
      if (page_.events() == 0) newer_.throw_if_damaged();
      return page_.finish(last_, false);
    }
    if (all_met && previous_ > 1) throw index_gap();
    return page_.finish(last_, all_met);
  }

 private:
  /// What is intact comes first; whoever reads on from there is told.
  template <class Read>
  bool up_to_damage(Read read) {
    try {
      return read();
    } catch (const log_damaged&) {
      if (page_.events() == 0) throw;
      return false;
    }
  }

  /// Takes an event of the stream on the way up. False: the page is full, and there is this one more.
  bool take_forward(const recorded_event& event) {
    if (event.version.value() < next_) return true;
    if (event.version.value() > next_) gap();
    if (!page_.has_room_for(event, limit_)) return false;
    add(event);
    ++next_;
    return true;
  }

  /// Takes an event of the stream on the way down.
  bool take_backward(const recorded_event& event) {
    const std::uint64_t version = event.version.value();
    // The version that was asked for may be that of a damaged event.
    if (previous_ == 0 && version < from_ && newer_.met_damage_behind(event.position)) newer_.throw_if_damaged();
    if (previous_ != 0 && version != previous_ - 1) gap();
    if (version <= from_) {
      if (!page_.has_room_for(event, limit_)) return false;
      add(event);
    }
    previous_ = version;
    return true;
  }

  /// A version is missing: it is that of a damaged event, if there was one.
  [[noreturn]] void gap() const {
    newer_.throw_if_damaged();
    throw index_gap();
  }

  void add(const recorded_event& event) {
    page_.add(event);
    last_ = event.position;
  }

  /// The event, if it is one of this stream: the key of another may be the same.
  const recorded_event* fetch(std::uint64_t position) {
    const recorded_event* const event = sources_.log.event_at(global_position{position});
    return event != nullptr && event->stream == stream_ ? event : nullptr;
  }

  bool indexed_forward(std::uint64_t from) {
    if (sources_.index == nullptr) return true;
    // The n-th hit is version n, unless another stream shares the key: then the versions below are passed over one by one.
    std::uint64_t skip = from - 1;
    for (std::uint64_t after = 0;;) {
      const std::vector<std::uint64_t> hits = sources_.index->ascending(key_, after, positions_at_once, skip);
      if (skip > 0 && (hits.empty() || !is_version(hits.front(), from))) {
        if (hits.empty() && index_ends_before(from)) return true;
        skip = 0;
        continue;
      }
      skip = 0;
      if (hits.empty()) return true;
      for (const std::uint64_t position : hits) {
        if (position > sources_.indexed_to.value()) return true;
        if (const recorded_event* const event = fetch(position); event != nullptr && !take_forward(*event))
          return false;
        after = position;
      }
    }
  }

  /// True if the index has no event of the stream with this version or a later one.
  bool index_ends_before(std::uint64_t version) {
    std::uint64_t damaged = 0;  // they follow on the last one that is not
    for (std::uint64_t before = sources_.indexed_to.value() + 1;;) {
      const std::vector<std::uint64_t> hits = sources_.index->descending(key_, before, positions_at_once);
      for (const std::uint64_t position : hits) {
        before = position;
        try {
          if (const recorded_event* const event = fetch(position)) return event->version.value() + damaged < version;
        } catch (const log_damaged&) {
          ++damaged;
        }
      }
      if (hits.size() < positions_at_once) return damaged == 0;
    }
  }

  bool is_version(std::uint64_t position, std::uint64_t version) {
    const recorded_event* const event = fetch(position);
    return event != nullptr && event->version.value() == version;
  }

  /// Where, among the positions that are remembered, those begin that can have the version or a later one: so that who has read
  /// most of a stream doesn't read it again. The last event of the stream says which version it is, and each position before it
  /// is, as a rule, one less. Nothing: the version is not there, or has to be looked for from the beginning.
  std::optional<std::size_t> remembered_from(std::uint64_t version) {
    if (!sources_.remembered || version == 1) return std::nullopt;
    const std::vector<std::uint64_t>& positions = *sources_.remembered;
    const std::size_t least = positions.size() - std::min(positions.size(), positions_at_once);
    try {
      for (std::size_t at = positions.size(); at > least; --at) {
        if (positions[at - 1] <= sources_.indexed_to.value()) return std::nullopt;
        const recorded_event* const last = fetch(positions[at - 1]);
        if (last == nullptr) continue;
        if (last->version.value() < version) return at;
        const std::uint64_t back = last->version.value() - version;
        if (back < at && positions[at - 1 - back] > sources_.indexed_to.value() &&
            is_version(positions[at - 1 - back], version))
          return at - 1 - back;
      }
    } catch (const log_damaged&) {
      // Who needs the event is told, and nobody else.
    }
    return std::nullopt;
  }

  bool take_remembered(std::size_t begin) {
    for (std::size_t at = begin; at < sources_.remembered->size(); ++at) {
      const std::uint64_t position = (*sources_.remembered)[at];
      if (position <= sources_.indexed_to.value()) continue;
      if (const recorded_event* const event = fetch(position); event != nullptr && !take_forward(*event)) return false;
    }
    return true;
  }

  bool newer_forward() {
    if (sources_.remembered) return take_remembered(0);
    bool more = true;
    newer_.scan(sources_.indexed_to, [&](const entry_row&, const recorded_event& event) {
      if (event.stream == stream_) more = take_forward(event);
      return more;
    });
    if (more) newer_.throw_if_damaged();
    return more;
  }

  bool newer_backward() {
    std::vector<std::uint64_t> positions;
    if (sources_.remembered) {
      positions = *sources_.remembered;
      std::erase_if(positions, [&](std::uint64_t position) { return position <= sources_.indexed_to.value(); });
    } else {
      positions = newest_positions();
    }
    for (auto position = positions.rbegin(); position != positions.rend(); ++position) {
      if (const recorded_event* const event = fetch(*position); event != nullptr && !take_backward(*event))
        return false;
    }
    return true;
  }

  /// By reading on from the index: of the events up to `from_`, as many of the last ones as a page can want.
  std::vector<std::uint64_t> newest_positions() {
    std::deque<std::uint64_t> found;
    const std::size_t wanted = std::max<std::size_t>(limit_.events, 1);
    newer_.scan(sources_.indexed_to, [&](const entry_row& row, const recorded_event& event) {
      if (event.stream != stream_ || row.version > from_) return true;
      found.push_back(row.position);
      // One more than is wanted shows that there is more.
      if (found.size() > wanted + 1) found.pop_front();
      return true;
    });
    return {found.begin(), found.end()};
  }

  bool indexed_backward() {
    if (sources_.index == nullptr || previous_ == 1) return true;
    std::uint64_t before = sources_.indexed_to.value() + 1;
    if (previous_ == 0 && from_ < std::numeric_limits<std::int64_t>::max()) {
      const std::vector<std::uint64_t> hit = sources_.index->ascending(key_, 0, 1, from_ - 1);
      if (!hit.empty() && hit.front() < before && is_version(hit.front(), from_)) before = hit.front() + 1;
    }
    for (;;) {
      const std::vector<std::uint64_t> hits = sources_.index->descending(key_, before, positions_at_once);
      if (hits.empty()) return true;
      for (const std::uint64_t position : hits) {
        if (const recorded_event* const event = fetch(position); event != nullptr && !take_backward(*event))
          return false;
        before = position;
      }
    }
  }

  const lookup_sources& sources_;
  const std::string_view stream_;
  const index_key key_;
  const page_limit& limit_;

  scan_past_damage newer_{sources_.log};
  event_page_builder page_;
  global_position last_;
  std::uint64_t next_ = 1;      // upwards: the version to come
  std::uint64_t from_ = 0;      // downwards: the first version that is wanted
  std::uint64_t previous_ = 0;  // downwards: the version that was met last; 0: none yet
};

/// Reads events that have one of some keys, and that `wants` lets through, in their order.
class keyed_reading {
 public:
  using filter = std::function<bool(const recorded_event&)>;

  keyed_reading(const lookup_sources& sources, std::vector<index_key> keys, filter wants, global_position after,
                const page_limit& limit)
      : sources_(sources), keys_(std::move(keys)), wants_(std::move(wants)), scanned_to_(after), limit_(limit) {}

  event_page read() {
    bool all_met = false;
    try {
      all_met = indexed() && newer();
    } catch (const log_damaged&) {
      // What is intact comes first; whoever reads on from there is told.
      if (page_.events() == 0) throw;
    }
    return page_.finish(scanned_to_, all_met);
  }

 private:
  /// False: the page is full, and there is this one more.
  bool take(const recorded_event& event) {
    if (!wants_(event)) return true;
    if (!page_.has_room_for(event, limit_)) return false;
    page_.add(event);
    return true;
  }

  bool take_at(std::uint64_t position) {
    const recorded_event* const event = sources_.log.event_at(global_position{position});
    if (event != nullptr && !take(*event)) return false;
    scanned_to_ = global_position{position};
    return true;
  }

  bool indexed() {
    if (sources_.index == nullptr) return true;
    for (bool all = false; !all;) {
      all = true;
      std::uint64_t known_to = UINT64_MAX;  // beyond it, one of the keys may have more
      std::vector<std::uint64_t> positions;
      for (const index_key key : keys_) {
        const std::vector<std::uint64_t> hits = sources_.index->ascending(key, scanned_to_.value(), positions_at_once);
        positions.insert(positions.end(), hits.begin(), hits.end());
        if (hits.size() < positions_at_once) continue;
        all = false;
        known_to = std::min(known_to, hits.back());
      }
      std::sort(positions.begin(), positions.end());
      positions.erase(std::unique(positions.begin(), positions.end()), positions.end());
      for (const std::uint64_t position : positions) {
        if (position > known_to) break;
        if (!take_at(position)) return false;
      }
    }
    scanned_to_ = std::max(scanned_to_, sources_.indexed_to);
    return true;
  }

  bool newer() {
    if (sources_.remembered) {
      for (const std::uint64_t position : *sources_.remembered) {
        if (position > scanned_to_.value() && !take_at(position)) return false;
      }
      scanned_to_ = std::max(scanned_to_, sources_.remembered_to);
      return true;
    }
    std::size_t scanned = 0;
    bool more = true;
    sources_.log.scan(scanned_to_, [&](const entry_row&, const recorded_event& event) {
      more = scanned < std::max<std::size_t>(limit_.scanned, 1) && take(event);
      ++scanned;
      if (more) scanned_to_ = event.position;
      return more;
    });
    return more;
  }

  const lookup_sources& sources_;
  const std::vector<index_key> keys_;
  const filter wants_;
  global_position scanned_to_;
  const page_limit& limit_;
  event_page_builder page_;
};

event_page read_by(const lookup_sources& sources, std::string_view stream, stream_version from,
                   read_direction direction, const page_limit& limit) {
  stream_reading reading(sources, stream, limit);
  return direction == read_direction::forward ? reading.forward(from) : reading.backward(from);
}

}  // namespace

std::optional<global_position> end_of_index(const lookup_sources& sources) {
  return sources.index == nullptr ? std::nullopt : std::optional(sources.indexed_to);
}

index_fit use_index(lookup_sources& sources, index_reader& index) {
  const std::optional<index_checkpoint> checkpoint = index.checkpoint();
  if (!checkpoint) return index_fit::empty;
  if (!sources.log.is_on(*checkpoint)) return index_fit::other;
  sources.index = &index;
  sources.indexed_to = checkpoint->position;
  return index_fit::fits;
}

event_page read_stream(const lookup_sources& sources, std::string_view stream, stream_version from,
                       read_direction direction, const page_limit& limit, lookup_findings& findings) {
  try {
    return read_by(sources, stream, from, direction, limit);
  } catch (const index_gap&) {
    findings.index_incomplete = true;
  }
  try {
    const lookup_sources log_alone{
        .log = sources.log, .index = nullptr, .indexed_to = {}, .remembered = std::nullopt, .remembered_to = {}};
    return read_by(log_alone, stream, from, direction, limit);
  } catch (const index_gap&) {
    throw log_damaged(sources.log.database().path(), global_position{},
                      "the versions of stream " + std::string(stream) + " do not follow each other");
  }
}

index_key key_of(const event_link& link) noexcept {
  switch (link.what) {
    case event_link::kind::correlation: return key_of_correlation(correlation_id{link.id});
    case event_link::kind::causation: return key_of_causation(causation_id{link.id});
    case event_link::kind::tag: break;
  }
  return key_of_tag(link.text);
}

event_page read_linked(const lookup_sources& sources, const event_link& link, global_position after,
                       const page_limit& limit) {
  const auto joins = [&link](const recorded_event& event) { return link.joins(event); };
  return keyed_reading(sources, {key_of(link)}, joins, after, limit).read();
}

std::vector<index_key> keys_of(const event_query& query) {
  std::vector<index_key> keys;
  for (const query_item& item : query.items) {
    if (item.tags.empty()) return {};
    keys.push_back(key_of_tag(item.tags.front()));
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

event_page read_matching(const lookup_sources& sources, const event_query& query, global_position after,
                         const page_limit& limit) {
  const auto matches = [&query](const recorded_event& event) { return query.matches(event); };
  return keyed_reading(sources, keys_of(query), matches, after, limit).read();
}

std::optional<global_position> find_event(const lookup_sources& sources, const event_id& id) {
  const index_key key = key_of_event(id);
  const auto is_it = [&](std::uint64_t position) {
    const recorded_event* const event = sources.log.event_at(global_position{position});
    return event != nullptr && event->id == id;
  };
  if (sources.remembered) {
    for (const std::uint64_t position : *sources.remembered) {
      if (is_it(position)) return global_position{position};
    }
  }
  if (sources.index != nullptr) {
    for (std::uint64_t after = 0;;) {
      const std::vector<std::uint64_t> hits = sources.index->ascending(key, after, positions_at_once);
      if (hits.empty()) break;
      for (const std::uint64_t position : hits) {
        if (is_it(position)) return global_position{position};
        after = position;
      }
    }
  }
  std::optional<global_position> found;
  if (!sources.remembered) {
    scan_past_damage newer(sources.log);
    newer.scan(sources.indexed_to, [&](const entry_row&, const recorded_event& event) {
      if (event.id == id) found = event.position;
      return !found;
    });
    if (!found) newer.throw_if_damaged();
  }
  return found;
}

}  // namespace whence::inline v0
