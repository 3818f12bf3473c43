#include <algorithm>

#include <whence/store/sqlite/index/tail.hpp>

namespace whence::inline v0 {

void index_tail::part::enter_new() {
  for (; entered_ < events_.entries.size(); ++entered_) {
    const index_entry& entry = events_.entries[entered_];
    if (!is_tabled(entry.key)) continue;
    const auto same_key = [&](std::uint32_t place) { return nodes_[place].key == entry.key; };
    const auto place = static_cast<std::uint32_t>(nodes_.size());
    const std::optional<std::uint32_t> older = newest_.put(entry.key, place, same_key);
    nodes_.push_back({entry.key, entry.position, older});
  }
}

std::optional<std::uint32_t> index_tail::part::newest_node(index_key key) {
  enter_new();
  return newest_.find(key, [&](std::uint32_t place) { return nodes_[place].key == key; });
}

void index_tail::part::find(index_key key, std::vector<std::uint64_t>& into) {
  if (!is_tabled(key)) {
    for (const index_entry& entry : is_sparse(key) ? events_.sparse.all() : events_.entries) {
      if (entry.key == key) into.push_back(entry.position);
    }
    return;
  }
  const std::size_t begin = into.size();
  for (auto at = newest_node(key); at; at = nodes_[*at].older) {
    into.push_back(nodes_[*at].position);
  }
  std::reverse(into.begin() + static_cast<std::ptrdiff_t>(begin), into.end());
}

void index_tail::part::newest(index_key key, std::size_t limit, std::vector<std::uint64_t>& into) {
  for (auto at = newest_node(key); at && into.size() < limit; at = nodes_[*at].older) {
    into.push_back(nodes_[*at].position);
  }
}

bool index_tail::add(const index_batch& events) {
  auto own = shared_.lock();
  if (own->parts.empty() || own->parts.back().full()) own->parts.emplace_back();
  own->parts.back().add(events);
  own->events += events.events();
  own->entries += events.entries.size();
  return own->parts.back().full();
}

std::vector<std::uint64_t> index_tail::find(index_key key) const {
  std::vector<std::uint64_t> found;
  auto own = shared_.lock();
  for (part& some : own->parts) some.find(key, found);
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
std::size_t index_tail::entries() const { return shared_.lock()->entries; }

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
    own->entries -= own->parts.front().events().entries.size();
    own->parts.pop_front();
    ++own->drops;
  }
}

}  // namespace whence::inline v0
