/// Points in time: UTC, microseconds, RFC 3339 on every boundary.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace whence::inline v0 {

using timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// "2026-01-27T10:30:00.000000Z": always UTC, always six decimals. Years 0000 to 9999.
std::string to_rfc3339(timestamp time);

/// Reads any RFC 3339 date-time (offsets are applied; decimals beyond six are refused rather than rounded).
/// Throws malformed_input (`time.malformed`).
timestamp parse_rfc3339(std::string_view text);

}  // namespace whence::inline v0
