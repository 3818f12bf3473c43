#include <utility>
#include <vector>

#include <whence/store/sqlite/known_events.hpp>

namespace whence::inline v0 {
namespace {

constexpr std::size_t positions_at_once = 64;

}  // namespace

const stream_head_entry* stream_heads::find(std::string_view stream) {
  const auto found = by_name_.find(stream);
  if (found == by_name_.end()) return nullptr;
  by_use_.splice(by_use_.begin(), by_use_, found->second);
  return &found->second->head;
}

void stream_heads::put(std::string_view stream, const stream_head_entry& head) {
  if (const auto found = by_name_.find(stream); found != by_name_.end()) {
    by_use_.splice(by_use_.begin(), by_use_, found->second);
    found->second->head = head;
    return;
  }
  if (by_use_.size() >= streams_max) {
    by_name_.erase(by_use_.back().stream);
    by_use_.pop_back();
  }
  by_use_.push_front({std::string(stream), head});
  by_name_.emplace(by_use_.front().stream, by_use_.begin());
}

void stream_heads::clear() {
  by_name_.clear();
  by_use_.clear();
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
    index_ = std::make_unique<index_reader>(paths_.index);
    index_generation_ = generation;
  }
  index_look_.emplace(*index_);
}

void known_events::end_look() noexcept {
  log_look_.reset();
  index_look_.reset();
}

template <class IsIt>
const recorded_event* known_events::search(index_key key, IsIt is_it) {
  const auto look_at = [&](std::uint64_t position) {
    begin_look_at_log();
    const recorded_event* const event = log_.event_at(global_position{position});
    return event != nullptr && is_it(*event) ? event : nullptr;
  };
  const std::vector<std::uint64_t> remembered = indexer_.tail().find(key);
  for (auto position = remembered.rbegin(); position != remembered.rend(); ++position) {
    if (const recorded_event* const event = look_at(*position)) return event;
  }
  begin_look_at_index();
  for (std::uint64_t before = UINT64_MAX;;) {
    const std::vector<std::uint64_t> hits = index_->descending(key, before, positions_at_once);
    for (const std::uint64_t position : hits) {
      if (const recorded_event* const event = look_at(position)) return event;
      before = position;
    }
    if (hits.size() < positions_at_once) return nullptr;
  }
}

stream_head_entry known_events::head_of(const std::string& stream) {
  if (const stream_head_entry* const head = heads_.find(stream)) return *head;
  const recorded_event* const last =
      search(key_of_stream(stream), [&stream](const recorded_event& event) { return event.stream == stream; });
  if (last == nullptr) return {};
  stream_head_entry head{log_.stream_number(), last->version.value(), std::string(last->aggregate_type)};
  heads_.put(stream, head);
  return head;
}

const recorded_event* known_events::event_with(const event_id& id) {
  return search(key_of_event(id), [&id](const recorded_event& event) { return event.id == id; });
}

}  // namespace whence::inline v0
