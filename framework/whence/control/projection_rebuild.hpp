/// The operation `projection rebuild`, as far as it needs no projections: what it is told, what it says, and what it leaves in the
/// log. Its one argument: `projection`, the name.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <whence/control/operations.hpp>
#include <whence/control/result_form.hpp>

namespace whence::inline v0 {

inline constexpr std::string_view projection_rebuild_name = "projection rebuild";

struct planned_rebuild {
  std::string projection;
  std::uint32_t version = 0;  ///< of the program's projection
  std::uint64_t events = 0;   ///< of the log, which will be read
};

/// The name. Throws operation_malformed: another argument is there.
std::string projection_of(const operation_request& request);

log_operation operation_of(const operation_request& request, const planned_rebuild& planned);

/// As JSON for who asked; `state` is "planned" or "rebuilt".
std::string json_of(const planned_rebuild& planned, std::string_view state);
std::span<const result_form> projection_rebuild_results();

}  // namespace whence::inline v0
