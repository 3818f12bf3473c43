#include <algorithm>
#include <random>
#include <type_traits>
#include <utility>
#include <vector>

#include <sqlite3.h>
#include <xxhash.h>

#include <whence/sql/error.hpp>
#include <whence/store/sqlite/known_events.hpp>

namespace whence::inline v0 {
namespace {

/// An index that was removed is made anew, and may be removed again before it is asked: so many times it is waited for.
constexpr int losses_in_a_row = 16;

constexpr std::size_t positions_at_once = 256;

}  // namespace

stream_hash hash_of_stream(std::string_view name) {
  static const std::uint64_t of_this_process = [] {
    std::random_device chance;
    return std::uint64_t{chance()} << 32 | chance();
  }();
  const XXH128_hash_t hash = XXH3_128bits_withSeed(name.data(), name.size(), of_this_process);
  return {hash.low64, hash.high64};
}

void stream_heads::prefetch(const stream_hash& stream) const noexcept {
  if (!overviews_.empty()) __builtin_prefetch(&overviews_[first_set(stream)], 1);
}

void stream_heads::prefetch_head(const stream_hash& stream) const noexcept {
  if (overviews_.empty()) return;
  const std::size_t set = first_set(stream);
  for (std::size_t way = 0; way < ways; ++way) {
    if (overviews_[set].tags[way] == tag_of(stream)) __builtin_prefetch(&remembered_[set * ways + way], 1);
  }
}

std::optional<stream_heads::place> stream_heads::find_in(std::size_t set, const stream_hash& name) noexcept {
  const std::uint32_t tag = tag_of(name);
  for (std::size_t way = 0; way < ways; ++way) {
    if (overviews_[set].tags[way] == tag && at({set, way}).name == name) return place{set, way};
  }
  return std::nullopt;
}

std::optional<stream_heads::place> stream_heads::free_in(std::size_t set) const noexcept {
  const auto& tags = overviews_[set].tags;
  const auto free = std::find(tags.begin(), tags.end(), 0u);
  if (free == tags.end()) return std::nullopt;
  return place{set, static_cast<std::size_t>(free - tags.begin())};
}

stream_heads::place stream_heads::oldest_in(std::size_t set) const noexcept {
  // By how long ago: the count of uses begins anew some day.
  const auto age = [this](std::uint32_t used) { return uses_ - used; };
  const auto& used = overviews_[set].used;
  return {set, static_cast<std::size_t>(std::ranges::max_element(used, {}, age) - used.begin())};
}

std::uint32_t stream_heads::number_of(std::string_view aggregate_type) {
  const auto is_it = [&](std::uint32_t number) { return aggregate_types_[number] == aggregate_type; };
  const auto next = static_cast<std::uint32_t>(aggregate_types_.size());
  const std::uint64_t hash = XXH3_64bits(aggregate_type.data(), aggregate_type.size());
  if (const auto known = type_places_.insert(hash, next, is_it)) return *known;
  aggregate_types_.emplace_back(aggregate_type);
  return next;
}

void stream_heads::forget_if_too_many() {
  if (aggregate_types_.size() > aggregate_types_max) *this = {};
}

std::optional<stream_head_entry> stream_heads::find(const stream_hash& stream) {
  if (overviews_.empty()) return std::nullopt;
  std::optional<place> found = find_in(first_set(stream), stream);
  // As long as the first set has room, nothing had to go to the second one.
  if (!found && !free_in(first_set(stream))) found = find_in(second_set(stream), stream);
  if (!found) return std::nullopt;
  overviews_[found->set].used[found->way] = ++uses_;
  const remembered& head = at(*found);
  return stream_head_entry{head.number, head.version, aggregate_types_[head.aggregate_type]};
}

stream_head_entry stream_heads::put(const stream_hash& stream, const stream_head_entry& head) {
  if (overviews_.empty()) {
    overviews_.resize(sets);
    remembered_.resize(sets * ways);
  }
  const std::uint32_t type = number_of(head.aggregate_type);
  const std::size_t first = first_set(stream);
  const std::size_t second = second_set(stream);
  std::optional<place> to = find_in(first, stream);
  if (!to) to = free_in(first);
  if (!to) to = find_in(second, stream);
  if (!to) to = free_in(second);
  if (!to) to = oldest_in(first);
  overviews_[to->set].tags[to->way] = tag_of(stream);
  overviews_[to->set].used[to->way] = ++uses_;
  at(*to) = {stream, head.number, head.version, type};
  return {head.number, head.version, aggregate_types_[type]};
}

known_events::known_events(const log_paths& paths, indexer& indexer)
    : paths_(paths), indexer_(indexer), log_(paths.log) {}

void known_events::begin_look_at_log() {
  if (!log_look_) log_look_.emplace(log_);
}

/// After the tail was asked. What has left the tail since the last look is in the index, for those who look again.
void known_events::begin_look_at_index() {
  const std::uint64_t generation = indexer_.generation();
  if (index_look_ && indexer_.tail().drops() == drops_before_look_ && generation == index_generation_) return;
  index_look_.reset();
  // Asked before: an index that is complete by the end of a look may have been half filled when the look began.
  const bool complete = indexer_.is_complete(generation);
  const std::uint64_t drops = indexer_.tail().drops();
  if (!index_ || generation != index_generation_) {
    index_.reset();
    index_ = indexer_.open(index_reader::filters::asked);
    index_generation_ = generation;
  }
  index_look_.emplace(*index_);
  drops_before_look_ = drops;  // only now: if the look failed, what is known is as old as it was
  looked_at_whole_ = complete;
}

/// After the tail was asked. What was seen of the index in an earlier look still is all that is not in the tail, as long as nothing
/// has left that since: then most that was never there is known without a look at the file.
bool known_events::lacked_by_index(index_key key, const event_id* id) {
  return index_ && looked_at_whole_ && indexer_.generation() == index_generation_ &&
         indexer_.tail().drops() == drops_before_look_ && index_->surely_lacked(key, id);
}

void known_events::end_look() noexcept {
  log_look_.reset();
  index_look_.reset();
  ids_.reset();
}

template <class Ask>
auto known_events::of_whole_index(Ask ask) {
  for (int losses = 0;;) {
    const std::uint64_t generation = indexer_.generation();
    bool lost = false;
    std::invoke_result_t<Ask&> found{};
    try {
      found = ask();
    } catch (const sql::sql_error& failure) {
      lost = indexer_.rebuild_if_lost(failure) || (failure.path == paths_.index && !indexer_.is_complete(generation));
      if (!lost || ++losses == losses_in_a_row) throw;
    }
    if (!lost && looked_at_whole_ && indexer_.is_complete(index_generation_)) return found;
    // It is being made anew: what it did not have means nothing. It is asked again once it is filled.
    index_look_.reset();
    index_.reset();
    looked_at_whole_ = false;
    if (const auto why = indexer_.wait_until_complete()) throw sql::sql_error(SQLITE_BUSY, paths_.index, "", why->why);
  }
}

template <class IsIt>
const recorded_event* known_events::search(index_key key, const event_id* id, IsIt is_it) {
  const auto look_at = [&](std::uint64_t position) {
    begin_look_at_log();
    const recorded_event* const event = log_.event_at(global_position{position});
    return event != nullptr && is_it(*event) ? event : nullptr;
  };
  const std::vector<std::uint64_t> remembered = indexer_.tail().find(key);
  for (auto position = remembered.rbegin(); position != remembered.rend(); ++position) {
    if (const recorded_event* const event = look_at(*position)) return event;
  }
  return of_whole_index([&]() -> const recorded_event* {
    if (lacked_by_index(key, id)) return nullptr;
    begin_look_at_index();
    return search_index(key, id, look_at);
  });
}

template <class LookAt>
const recorded_event* known_events::search_index(index_key key, const event_id* id, LookAt look_at) {
  // Mostly the newest is the one: runs that are older than it are not asked.
  for (std::uint64_t before = UINT64_MAX;;) {
    const std::vector<std::uint64_t> hit = index_->descending(key, before, 1, id);
    if (hit.empty()) return nullptr;
    if (const recorded_event* const event = look_at(hit.front())) return event;
    before = hit.front();
  }
}

stream_head_entry known_events::head_of(std::string_view stream, const stream_hash& hash) {
  if (std::optional<stream_head_entry> head = heads_.find(hash)) return *head;
  const recorded_event* const last =
      search(key_of_stream(stream), nullptr, [&stream](const recorded_event& event) { return event.stream == stream; });
  if (last == nullptr) return {};
  return heads_.put(hash, {log_.stream_number(), last->version.value(), last->aggregate_type});
}

std::vector<std::uint64_t> known_events::positions_from(index_key key, std::uint64_t first, std::uint64_t head,
                                                        std::size_t limit) {
  // The tail has the last ones, and mostly all that are asked for: versions that are far behind the head are in the index,
  // where the n-th entry of a stream is its version n.
  const std::uint64_t wanted = head - first + 1;
  std::vector<std::uint64_t> last = indexer_.tail().newest(key, wanted);
  std::reverse(last.begin(), last.end());
  std::vector<std::uint64_t> positions;
  if (last.size() < wanted) {
    begin_look_at_index();
    positions = index_->ascending(key, 0, limit, first - 1);
    const std::uint64_t indexed_to = positions.empty() ? 0 : positions.back();
    std::erase_if(last, [&](std::uint64_t position) { return position <= indexed_to; });
  }
  for (const std::uint64_t position : last) {
    if (positions.size() == limit) break;
    positions.push_back(position);
  }
  return positions;
}

std::vector<event_between> known_events::events_from(const std::string& stream, std::uint64_t first, std::uint64_t head,
                                                     std::size_t limit) {
  std::vector<event_between> events;
  if (first > head) return events;
  try {
    begin_look_at_log();
    for (const std::uint64_t position : positions_from(key_of_stream(stream), first, head, limit)) {
      const recorded_event* const event = log_.event_at(global_position{position});
      // Another stream may have the same key: then the n-th entry is not version n.
      if (event == nullptr || event->stream != stream || event->version.value() != first + events.size()) break;
      events.push_back({event->id, std::string(event->type), event->version, event->position, stream});
    }
  } catch (const sql::sql_error& failure) {
    indexer_.rebuild_if_lost(failure);
  } catch (const std::exception&) {
    // Whoever needs the event itself is told what is wrong with it.
  }
  return events;
}

std::vector<std::uint64_t> known_events::positions_after(index_key key, std::uint64_t after, std::size_t limit) {
  return of_whole_index([&] {
    std::vector<std::uint64_t> found = indexer_.tail().find(key);
    std::erase_if(found, [after](std::uint64_t position) { return position <= after; });
    begin_look_at_index();
    const std::vector<std::uint64_t> indexed = index_->ascending(key, after, limit);
    found.insert(found.end(), indexed.begin(), indexed.end());
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    if (found.size() > limit) found.resize(limit);
    return found;
  });
}

/// Events that a condition rules out, as far as they were found.
class known_events::matching_events {
 public:
  matching_events(known_events& known, const append_condition& condition, global_position head, std::size_t limit)
      : known_(known), condition_(condition), head_(head), limit_(limit) {}

  global_position after() const noexcept { return condition_.after; }
  global_position head() const noexcept { return head_; }

  /// Looks at the event there. False: there are enough.
  bool look_at(std::uint64_t position) {
    known_.begin_look_at_log();
    const recorded_event* const event = known_.log_.event_at(global_position{position});
    return event == nullptr || take(*event);
  }

  /// Looks at the events up to that position, from the next one on. False: there are enough.
  bool scan(global_position from, global_position last) {
    if (from >= last) return true;
    known_.begin_look_at_log();
    bool more = true;
    known_.log_.scan(from, [&](const entry_row&, const recorded_event& event) {
      more = take(event);
      return more && event.position < last;
    });
    return more;
  }

  /// What is looked for next finds as many as are wanted, whatever was found before: so the first of all are among them.
  void begin_search() noexcept { of_search_ = 0; }

  std::vector<event_between> in_order() && {
    const auto before = [](const event_between& one, const event_between& other) {
      return one.position < other.position;
    };
    std::sort(events_.begin(), events_.end(), before);
    events_.erase(std::unique(events_.begin(), events_.end()), events_.end());
    if (events_.size() > limit_) events_.resize(limit_);
    return std::move(events_);
  }

 private:
  bool take(const recorded_event& event) {
    if (event.position > head_) return false;
    if (!condition_.query.matches(event)) return true;
    events_.push_back({event.id, std::string(event.type), event.version, event.position, std::string(event.stream)});
    return ++of_search_ < limit_;
  }

  known_events& known_;
  const append_condition& condition_;
  const global_position head_;
  const std::size_t limit_;
  std::size_t of_search_ = 0;
  std::vector<event_between> events_;
};

/// In tail and index, by its first tag.
void known_events::find_tagged(const query_item& item, matching_events& found) {
  const index_key key = key_of_tag(item.tags.front());
  for (std::uint64_t after = found.after().value();;) {
    const std::vector<std::uint64_t> positions = positions_after(key, after, positions_at_once);
    for (const std::uint64_t position : positions) {
      if (!found.look_at(position)) return;
    }
    if (positions.size() < positions_at_once) return;
    after = positions.back();
  }
}

/// In the groups of positions that tail and index name. Of the group that the condition begins in, only what is behind it counts,
/// and there may be nothing; every other one has an event of the type.
void known_events::find_of_types(const query_item& item, matching_events& found) {
  for (const std::string& type : item.event_types) {
    found.begin_search();
    const index_key key = key_of_event_type(type);
    global_position after = found.after();
    while (after < found.head()) {
      const position_group begin = position_group::of(after.value() + 1);
      const std::vector<std::uint64_t> first = positions_after(key, begin.first - 1, 1);
      if (first.empty()) break;
      const position_group group = position_group::of(first.front());
      const global_position last{std::min(group.last(), found.head().value())};
      if (!found.scan(std::max(after, global_position{group.first - 1}), last)) break;
      after = last;
    }
  }
}

std::vector<event_between> known_events::ruled_out(const append_condition& condition, global_position head,
                                                   std::size_t limit) {
  if (condition.after >= head) return {};
  const bool is_recent = recent_.has_all_after(condition.after);
  matching_events found(*this, condition, head, limit);
  for (const query_item& item : condition.query.items) {
    found.begin_search();
    if (is_recent) {
      std::vector<std::uint64_t> positions;
      item_keys_.assign(item);
      recent_.find(item_keys_, condition.after, positions);
      for (const std::uint64_t position : positions) {
        if (!found.look_at(position)) break;
      }
    } else if (!item.tags.empty()) {
      find_tagged(item, found);
    } else if (!item.event_types.empty()) {
      find_of_types(item, found);
    } else {
      found.scan(condition.after, head);
    }
  }
  return std::move(found).in_order();
}

const recorded_event* known_events::event_with(const event_id& id) {
  if (!ids_) ids_ = indexer_.ids();
  if (ids_->is_beyond(id.value())) return nullptr;
  return search(key_of_event(id), &id, [&id](const recorded_event& event) { return event.id == id; });
}

}  // namespace whence::inline v0
