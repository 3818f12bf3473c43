/// What a projection is called.
#pragma once

#include <cstdint>
#include <string_view>

namespace whence::inline v0 {

/// `static constexpr whence::projection_info info{"order_summary", 1};` in the projection's struct.
///
/// The name is that of the read model, of its file and in messages: `[a-z_][a-z0-9_]*`, at most 63 characters. The version is
/// that of what the projection makes of the events: raise it whenever that changes, and the next start builds the model anew.
struct projection_info {
  std::string_view name;
  std::uint32_t version = 1;
};

}  // namespace whence::inline v0
