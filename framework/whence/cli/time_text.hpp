/// Times as people write and read them.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <whence/core/timestamp.hpp>

namespace whence::inline v0::cli {

/// "90s", "15m", "2h", "3d", "1w" ago; "2026-01-27" (its first moment, UTC); RFC 3339.
/// Throws   usage_error (`usage.value`), with the flag's name, and with what else than a time its value can be, if anything.
timestamp time_from(std::string_view flag, std::string_view text, timestamp now, std::string_view or_else = {});

/// The last moment that the text names: lists show times to the millisecond, and one that has no more is all of its millisecond.
/// Else as `time_from`.
timestamp time_up_to(std::string_view flag, std::string_view text, timestamp now, std::string_view or_else = {});

/// "500ms", "2s", "15m": how long.
/// Throws   usage_error (`usage.value`), with the flag's name.
std::chrono::milliseconds duration_from(std::string_view flag, std::string_view text);

/// RFC 3339 to the millisecond, which is enough for a list: "2026-01-27T10:30:00.000Z".
std::string to_milliseconds(timestamp time);

/// The same by a clock that goes `offset` before UTC: "2026-01-27T11:30:00.000+01:00".
std::string to_local(timestamp time, std::chrono::seconds offset);

/// To the second, as a part of a file's name: "20260127T103000Z".
std::string to_compact(timestamp time);

/// Seconds to the microsecond, exact: "42.000000".
std::string seconds_text(std::chrono::microseconds time);

/// "42 s", "3 h", "2 weeks": in the largest unit of which there are two.
std::string age_text(std::chrono::microseconds age);

/// "3 h ago"; "in 2 min".
std::string relative_to(timestamp now, timestamp time);

}  // namespace whence::inline v0::cli
