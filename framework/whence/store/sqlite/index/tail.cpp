#include <algorithm>

#include <whence/store/sqlite/index/tail.hpp>

namespace whence::inline v0 {

void index_tail::part::add(const index_batch& events) {
  events_.add(events);
  for (const index_entry& entry : events.entries) {
    if (!is_filtered(entry.key)) continue;
    if ((nodes_.size() + 1) * 2 > table_.size()) grow();
    nodes_.push_back({entry.key, entry.position, 0});
    enter(nodes_.size() - 1);
  }
}

void index_tail::part::grow() {
  table_.assign(std::max<std::size_t>(table_.size() * 2, 64), 0);
  for (std::size_t at = 0; at < nodes_.size(); ++at) enter(at);
}

void index_tail::part::enter(std::size_t at) {
  std::uint32_t& newest = table_[slot_of(nodes_[at].key)];
  nodes_[at].older = newest;
  newest = static_cast<std::uint32_t>(at + 1);
}

/// Where the key is, or where it would stand. Keys are hashes above their kind.
std::size_t index_tail::part::slot_of(index_key key) const noexcept {
  const std::size_t last = table_.size() - 1;  // a power of two, less one
  std::size_t slot = static_cast<std::size_t>(key >> 3) & last;
  while (table_[slot] != 0 && nodes_[table_[slot] - 1].key != key) slot = (slot + 1) & last;
  return slot;
}

void index_tail::part::find(index_key key, std::vector<std::uint64_t>& into) const {
  if (!is_filtered(key)) {
    for (const index_entry& entry : events_.entries) {
      if (entry.key == key) into.push_back(entry.position);
    }
    return;
  }
  if (table_.empty()) return;
  const std::size_t begin = into.size();
  for (std::uint32_t at = table_[slot_of(key)]; at != 0; at = nodes_[at - 1].older) {
    into.push_back(nodes_[at - 1].position);
  }
  std::reverse(into.begin() + static_cast<std::ptrdiff_t>(begin), into.end());
}

void index_tail::part::newest(index_key key, std::size_t limit, std::vector<std::uint64_t>& into) const {
  if (table_.empty()) return;
  for (std::uint32_t at = table_[slot_of(key)]; at != 0 && into.size() < limit; at = nodes_[at - 1].older) {
    into.push_back(nodes_[at - 1].position);
  }
}

bool index_tail::add(const index_batch& events) {
  auto own = shared_.lock();
  if (own->parts.empty() || own->parts.back().full()) own->parts.emplace_back();
  own->parts.back().add(events);
  own->events += events.events();
  return own->parts.back().full();
}

std::vector<std::uint64_t> index_tail::find(index_key key) const {
  std::vector<std::uint64_t> found;
  auto own = shared_.lock();
  for (const part& some : own->parts) some.find(key, found);
  return found;
}

std::vector<std::uint64_t> index_tail::newest(index_key key, std::size_t limit) const {
  std::vector<std::uint64_t> found;
  auto own = shared_.lock();
  for (auto some = own->parts.rbegin(); some != own->parts.rend() && found.size() < limit; ++some) {
    some->newest(key, limit, found);
  }
  return found;
}

std::size_t index_tail::size() const { return shared_.lock()->events; }

bool index_tail::has_full_part() const {
  auto own = shared_.lock();
  return !own->parts.empty() && own->parts.front().full();
}

std::uint64_t index_tail::first() const {
  auto own = shared_.lock();
  return own->parts.empty() ? 0 : own->parts.front().events().first;
}

std::uint64_t index_tail::drops() const { return shared_.lock()->drops; }

index_batch index_tail::oldest(bool also_begun) const {
  auto own = shared_.lock();
  if (own->parts.empty() || (!also_begun && !own->parts.front().full())) return {};
  return own->parts.front().events();
}

void index_tail::drop_through(std::uint64_t position) {
  auto own = shared_.lock();
  while (!own->parts.empty() && own->parts.front().events().last <= position) {
    own->events -= own->parts.front().events().events();
    own->parts.pop_front();
    ++own->drops;
  }
}

}  // namespace whence::inline v0
