#include <whence/serialization/event_registry.hpp>

#include <algorithm>

namespace whence::inline v0 {

std::size_t detail::find_event(std::span<const event_type> types, std::string_view name, std::uint32_t version) {
  // The lists are short: comparing lengths first makes this a few nanoseconds.
  for (std::size_t i = 0; i < types.size(); ++i) {
    if (types[i].name != name) continue;
    if (types[i].version != version) throw unknown_event_version(std::string(name), version, types[i].version);
    return i;
  }
  return no_such_event;
}

std::vector<event_type> event_registry::types() const {
  std::vector<event_type> types;
  types.reserve(entries_.size());
  for (const entry& known : entries_) types.push_back(known.type);
  return types;
}

const event_type* event_registry::find(std::string_view name) const {
  const entry* found = find_entry(name);
  return found ? &found->type : nullptr;
}

bool event_registry::check(const stored_event& stored, json_decoder& decoder) const {
  const entry* found = find_entry(stored.type);
  if (!found) return false;
  if (found->type.version != stored.version)
    throw unknown_event_version(std::string(stored.type), stored.version, found->type.version);
  found->read(stored.data, decoder);
  return true;
}

void event_registry::add_one(entry added) {
  const auto place = std::lower_bound(entries_.begin(), entries_.end(), added.type.name,
                                      [](const entry& known, std::string_view name) { return known.type.name < name; });
  if (place != entries_.end() && place->type.name == added.type.name) {
    if (place->key != added.key) throw duplicate_event_type(std::string(added.type.name));
    return;
  }
  entries_.insert(place, added);
}

const event_registry::entry* event_registry::find_entry(std::string_view name) const {
  const auto place =
      std::lower_bound(entries_.begin(), entries_.end(), name,
                       [](const entry& known, std::string_view wanted) { return known.type.name < wanted; });
  return place != entries_.end() && place->type.name == name ? &*place : nullptr;
}

}  // namespace whence::inline v0
