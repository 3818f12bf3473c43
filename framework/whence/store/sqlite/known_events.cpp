#include <algorithm>
#include <utility>
#include <vector>

#include <sqlite3.h>
#include <xxhash.h>

#include <whence/sql/error.hpp>
#include <whence/store/sqlite/known_events.hpp>

namespace whence::inline v0 {
namespace {

constexpr std::size_t positions_at_once = 64;

}  // namespace

stream_hash hash_of_stream(std::string_view name) noexcept {
  const XXH128_hash_t hash = XXH3_128bits(name.data(), name.size());
  return {hash.low64, hash.high64};
}

void stream_heads::prefetch(const stream_hash& stream) const noexcept {
  if (places_.empty()) return;
  constexpr std::size_t line = 64;
  const auto* const set = reinterpret_cast<const char*>(places_.data() + first_of_set(stream));
  for (std::size_t at = 0; at < ways * sizeof(remembered); at += line) __builtin_prefetch(set + at, 1);
}

std::span<stream_heads::remembered> stream_heads::set_of(const stream_hash& name) {
  if (places_.empty()) places_.resize(sets * ways);
  return std::span(places_).subspan(first_of_set(name), ways);
}

stream_heads::remembered& stream_heads::use(std::span<remembered> set, std::size_t at) {
  const auto begin = set.begin();
  std::rotate(begin, begin + static_cast<std::ptrdiff_t>(at), begin + static_cast<std::ptrdiff_t>(at) + 1);
  return set.front();
}

std::uint32_t stream_heads::number_of(std::string_view aggregate_type) {
  const auto found = std::find(aggregate_types_.begin(), aggregate_types_.end(), aggregate_type);
  const auto number = static_cast<std::uint32_t>(found - aggregate_types_.begin());
  if (found == aggregate_types_.end()) aggregate_types_.emplace_back(aggregate_type);
  return number;
}

std::optional<stream_head_entry> stream_heads::find(const stream_hash& stream) {
  const std::span<remembered> set = set_of(stream);
  for (std::size_t at = 0; at < ways && set[at].version != 0; ++at) {
    if (set[at].name != stream) continue;
    const remembered& found = use(set, at);
    return stream_head_entry{found.number, found.version, aggregate_types_[found.aggregate_type]};
  }
  return std::nullopt;
}

stream_head_entry stream_heads::put(const stream_hash& stream, const stream_head_entry& head) {
  const std::span<remembered> set = set_of(stream);
  std::size_t at = 0;
  while (at + 1 < ways && set[at].version != 0 && set[at].name != stream) ++at;
  const std::uint32_t type = number_of(head.aggregate_type);
  use(set, at) = {stream, head.number, head.version, type};
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
  drops_before_look_ = indexer_.tail().drops();
  if (!index_ || generation != index_generation_) {
    index_.reset();
    index_ = std::make_unique<index_reader>(paths_.index, index_reader::filters::loaded);
    index_generation_ = generation;
  }
  index_look_.emplace(*index_);
}

void known_events::end_look() noexcept {
  log_look_.reset();
  index_look_.reset();
  ids_.reset();
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
  for (bool made_anew = false;; made_anew = true) {
    const recorded_event* found = nullptr;
    try {
      begin_look_at_index();
      found = search_index(key, id, look_at);
    } catch (const sql::sql_error& failure) {
      if (made_anew || !indexer_.rebuild_if_lost(failure)) throw;
    }
    if (indexer_.is_complete(index_generation_)) return found;
    // It is being made anew: what it did not have means nothing. It is asked again once it is filled.
    index_look_.reset();
    index_.reset();
    if (const auto why = indexer_.wait_until_complete()) throw sql::sql_error(SQLITE_BUSY, paths_.index, "", why->why);
  }
}

template <class LookAt>
const recorded_event* known_events::search_index(index_key key, const event_id* id, LookAt look_at) {
  for (std::uint64_t before = UINT64_MAX;;) {
    const std::vector<std::uint64_t> hits = index_->descending(key, before, positions_at_once, id);
    for (const std::uint64_t position : hits) {
      if (const recorded_event* const event = look_at(position)) return event;
      before = position;
    }
    if (hits.size() < positions_at_once) return nullptr;
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
      events.push_back({event->id, std::string(event->type), event->version, event->position});
    }
  } catch (const sql::sql_error& failure) {
    indexer_.rebuild_if_lost(failure);
  } catch (const std::exception&) {
    // Whoever needs the event itself is told what is wrong with it.
  }
  return events;
}

const recorded_event* known_events::event_with(const event_id& id) {
  if (!ids_) ids_ = indexer_.ids();
  if (ids_->is_beyond(id.value())) return nullptr;
  return search(key_of_event(id), &id, [&id](const recorded_event& event) { return event.id == id; });
}

}  // namespace whence::inline v0
