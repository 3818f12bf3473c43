/// `--at` where it names the end of a past: the last event that is wanted, or a time.
#pragma once

#include <optional>

#include <whence/cli/request.hpp>
#include <whence/core/position.hpp>
#include <whence/core/timestamp.hpp>

namespace whence::inline v0::cli {

/// One of both, or neither.
struct point_in_log {
  std::optional<global_position> at;
  std::optional<timestamp> until;  ///< and no event that was recorded later
};

/// Throws usage_error.
point_in_log point_from(const request& request, timestamp now);

}  // namespace whence::inline v0::cli
