#include <whence/cli/cli_types.hpp>

namespace whence::inline v0 {

const detail::shown_aggregate* cli_types::aggregate_named(std::string_view type) const noexcept {
  for (const detail::shown_aggregate& one : aggregates_) {
    if (one.facts->name == type) return &one;
  }
  return nullptr;
}

const detail::projection_definition* cli_types::projection_named(std::string_view name) const noexcept {
  for (const detail::projection_definition* const one : projections_) {
    if (one->info.name == name) return one;
  }
  return nullptr;
}

}  // namespace whence::inline v0
