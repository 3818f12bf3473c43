#include <algorithm>
#include <random>
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
  const std::uint64_t drops = indexer_.tail().drops();
  if (!index_ || generation != index_generation_) {
    index_.reset();
    index_ = indexer_.open(index_reader::filters::asked);
    index_generation_ = generation;
  }
  index_look_.emplace(*index_);
  drops_before_look_ = drops;  // only now: if the look failed, what is known is as old as it was
}

/// After the tail was asked. What was seen of the index in an earlier look still is all that is not in the tail, as long as nothing
/// has left that since: then most that was never there is known without a look at the file.
bool known_events::lacked_by_index(index_key key, const event_id* id) {
  return index_ && indexer_.generation() == index_generation_ && indexer_.tail().drops() == drops_before_look_ &&
         index_->surely_lacked(key, id);
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
  for (int losses = 0;;) {
    const std::uint64_t generation = indexer_.generation();
    bool lost = false;
    const recorded_event* found = nullptr;
    try {
      if (!lacked_by_index(key, id)) {
        begin_look_at_index();
        found = search_index(key, id, look_at);
      }
    } catch (const sql::sql_error& failure) {
      lost = indexer_.rebuild_if_lost(failure) || (failure.path == paths_.index && !indexer_.is_complete(generation));
      if (!lost || ++losses == losses_in_a_row) throw;
    }
    if (!lost && indexer_.is_complete(index_generation_)) return found;
    // It is being made anew: what it did not have means nothing. It is asked again once it is filled.
    index_look_.reset();
    index_.reset();
    if (const auto why = indexer_.wait_until_complete()) throw sql::sql_error(SQLITE_BUSY, paths_.index, "", why->why);
  }
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
