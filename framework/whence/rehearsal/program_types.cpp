#include <whence/rehearsal/program_types.hpp>

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

}  // namespace whence::inline v0
