#include <whence/contracts/event_contracts.hpp>

#include <algorithm>

#include <whence/serialization/errors.hpp>

namespace whence::inline v0 {
namespace {

bool is_before(const detail::promised_event& one, std::string_view name) { return one.type.name < name; }

}  // namespace

const detail::promised_event* event_contracts::find(std::string_view event) const noexcept {
  const auto place = std::lower_bound(events_.begin(), events_.end(), event, &is_before);
  return place != events_.end() && place->type.name == event ? &*place : nullptr;
}

void event_contracts::add(const detail::promised_event& event) {
  const auto place = std::lower_bound(events_.begin(), events_.end(), event.type.name, &is_before);
  if (place == events_.end() || place->type.name != event.type.name) {
    events_.insert(place, event);
    return;
  }
  if (place->key != event.key) throw duplicate_event_type(std::string(event.type.name));
  for (const std::string_view aggregate : event.aggregates)
    if (std::find(place->aggregates.begin(), place->aggregates.end(), aggregate) == place->aggregates.end())
      place->aggregates.push_back(aggregate);
}

}  // namespace whence::inline v0
