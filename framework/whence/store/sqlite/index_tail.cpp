#include <algorithm>

#include <whence/store/sqlite/index_tail.hpp>

namespace whence::inline v0 {

void index_tail::run::add(const indexed_event& event) {
  if (table_.empty()) {
    table_.resize(slots, 0);
    events_.reserve(run_events);
    nodes_.reserve(run_events * 2);
  }
  const auto number = static_cast<std::uint32_t>(events_.size());
  events_.push_back(event);
  add(event.stream, number);
  add(event.id, number);
}

void index_tail::run::add(index_key key, std::uint32_t event) {
  std::uint32_t& newest = table_[slot_of(key)];
  nodes_.push_back({key, event, newest});
  newest = static_cast<std::uint32_t>(nodes_.size());
}

/// Where the key is, or where it would stand. Keys are hashes: their low bits are as good as any.
std::size_t index_tail::run::slot_of(index_key key) const noexcept {
  std::size_t slot = static_cast<std::size_t>(key) % slots;
  while (table_[slot] != 0 && nodes_[table_[slot] - 1].key != key) slot = (slot + 1) % slots;
  return slot;
}

void index_tail::run::find(index_key key, std::vector<std::uint64_t>& into) const {
  if (table_.empty()) return;
  const std::size_t begin = into.size();
  for (std::uint32_t at = table_[slot_of(key)]; at != 0; at = nodes_[at - 1].older) {
    into.push_back(events_[nodes_[at - 1].event].position);
  }
  std::reverse(into.begin() + static_cast<std::ptrdiff_t>(begin), into.end());
}

void index_tail::add(const std::vector<indexed_event>& events) {
  auto own = shared_.lock();
  for (const indexed_event& event : events) {
    if (own->runs.empty() || own->runs.back().full()) own->runs.emplace_back();
    own->runs.back().add(event);
  }
  own->events += events.size();
}

std::vector<std::uint64_t> index_tail::find(index_key key) const {
  std::vector<std::uint64_t> found;
  auto own = shared_.lock();
  for (const run& some : own->runs) some.find(key, found);
  return found;
}

std::size_t index_tail::size() const {
  auto own = shared_.lock();
  return own->events;
}

std::uint64_t index_tail::drops() const {
  auto own = shared_.lock();
  return own->drops;
}

std::vector<indexed_event> index_tail::oldest(bool also_part) const {
  auto own = shared_.lock();
  if (own->runs.empty() || (!also_part && !own->runs.front().full())) return {};
  return own->runs.front().events();
}

void index_tail::drop_through(std::uint64_t position) {
  auto own = shared_.lock();
  while (!own->runs.empty() && own->runs.front().events().back().position <= position) {
    own->events -= own->runs.front().events().size();
    own->runs.pop_front();
    ++own->drops;
  }
}

}  // namespace whence::inline v0
