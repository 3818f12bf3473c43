#include <algorithm>
#include <utility>

#include <whence/store/sqlite/recent_events.hpp>

namespace whence::inline v0 {

void item_keys::assign(const query_item& item) {
  types.clear();
  tags.clear();
  for (const std::string& type : item.event_types) types.push_back(key_of_event_type(type));
  for (const std::string& tag : item.tags) tags.push_back(key_of_tag(tag));
}

void event_keys::begin_event(std::uint64_t position) {
  if (begins_.empty()) first_ = position;
  begins_.push_back(static_cast<std::uint32_t>(nodes_.size()));
}

void event_keys::add_key(index_key key) {
  const auto place = static_cast<std::uint32_t>(nodes_.size());
  const auto same_key = [&](std::uint32_t other) { return nodes_[other].key == key; };
  const std::optional<std::uint32_t> older = newest_.put(key, place, same_key);
  nodes_.push_back({key, static_cast<std::uint32_t>(begins_.size() - 1), older});
}

void event_keys::add(global_position position, std::string_view type, std::span<const std::string> tags) {
  begin_event(position.value());
  add_key(key_of_event_type(type));
  for (const std::string& tag : tags) add_key(key_of_tag(tag));
}

void event_keys::add(const event_keys& next) {
  for (std::uint32_t event = 0; event < next.begins_.size(); ++event) {
    begin_event(next.first_ + event);
    for (const node& each : next.keys_of(event)) add_key(each.key);
  }
}

std::optional<std::uint32_t> event_keys::newest(index_key key) const {
  return newest_.find(key, [&](std::uint32_t place) { return nodes_[place].key == key; });
}

std::span<const event_keys::node> event_keys::keys_of(std::uint32_t event) const noexcept {
  const std::size_t begin = begins_[event];
  const std::size_t end = event + 1 < begins_.size() ? begins_[event + 1] : nodes_.size();
  return std::span(nodes_).subspan(begin, end - begin);
}

bool event_keys::has_all(std::uint32_t event, const item_keys& item) const noexcept {
  const std::span<const node> keys = keys_of(event);
  const auto has = [keys](index_key key) { return std::ranges::find(keys, key, &node::key) != keys.end(); };
  return std::ranges::all_of(item.tags, has) && (item.types.empty() || std::ranges::any_of(item.types, has));
}

void event_keys::follow(index_key key, const item_keys& item, global_position after,
                        std::vector<std::uint64_t>& into) const {
  for (std::optional<std::uint32_t> at = newest(key); at; at = nodes_[*at].older) {
    const std::uint64_t position = first_ + nodes_[*at].event;
    if (position <= after.value()) return;
    if (has_all(nodes_[*at].event, item)) into.push_back(position);
  }
}

void event_keys::find(const item_keys& item, global_position after, std::vector<std::uint64_t>& into) const {
  if (begins_.empty() || last() <= after.value()) return;
  const auto begin = static_cast<std::ptrdiff_t>(into.size());
  if (!item.tags.empty()) {
    // An item finds no more than what has the tag whose newest event is the oldest: mostly nothing that is new.
    index_key rarest = 0;
    std::uint32_t oldest = UINT32_MAX;
    for (const index_key tag : item.tags) {
      const std::optional<std::uint32_t> place = newest(tag);
      if (!place) return;
      if (*place >= oldest) continue;
      oldest = *place;
      rarest = tag;
    }
    follow(rarest, item, after, into);
  } else if (!item.types.empty()) {
    for (const index_key type : item.types) follow(type, item, after, into);
  } else {
    for (std::uint64_t at = std::max(first_, after.value() + 1); at <= last(); ++at) into.push_back(at);
  }
  std::sort(into.begin() + begin, into.end());
}

void recent_events::begin(global_position head) {
  *this = {};
  begun_ = asked_ = true;
  from_ = head.value();
}

void recent_events::add(const event_keys& committed) {
  newer_.add(committed);
  if (newer_.events() < part_events && newer_.keys() < part_keys) return;
  if (!std::exchange(asked_, false)) {
    *this = {};
    return;
  }
  if (older_.events() > 0) from_ = older_.last();
  older_ = std::exchange(newer_, {});
}

void recent_events::find(const item_keys& item, global_position after, std::vector<std::uint64_t>& into) {
  asked_ = true;
  older_.find(item, after, into);
  newer_.find(item, after, into);
}

}  // namespace whence::inline v0
