#include <whence/rehearsal/program_types.hpp>

#include <algorithm>

namespace whence::inline v0 {

const detail::known_aggregate* program_types::aggregate_named(std::string_view type) const noexcept {
  for (const detail::known_aggregate& one : aggregates_) {
    if (one.facts->name == type) return &one;
  }
  return nullptr;
}

const detail::projection_definition* program_types::projection_named(std::string_view name) const noexcept {
  for (const detail::known_projection& one : projections_) {
    if (one.definition->info.name == name) return one.definition;
  }
  return nullptr;
}

std::uint32_t program_types::version_of_today(std::string_view event) const {
  const auto listed_in = [event](std::span<const event_type> events) {
    const auto found = std::ranges::find(events, event, &event_type::name);
    return found == events.end() ? 0 : found->version;
  };
  if (const std::uint32_t version = upcasters_.version_of_today(event)) return version;
  for (const detail::known_aggregate& one : aggregates_)
    if (const std::uint32_t version = listed_in(one.events)) return version;
  for (const detail::known_projection& one : projections_)
    if (const std::uint32_t version = listed_in(one.definition->events)) return version;
  return 0;
}

}  // namespace whence::inline v0
