/// Durations as text: ISO 8601 in seconds, "PT1.5S", whatever the unit of the type; nothing is rounded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <whence/serialization/archive.hpp>

namespace whence::inline v0::detail {

/// What every duration is written as: less than 2^63 seconds.
struct split_duration {
  bool negative = false;
  std::uint64_t seconds = 0;
  std::uint32_t nanoseconds = 0;

  bool is_zero() const { return seconds == 0 && nanoseconds == 0; }
};

/// Nothing: it is 2^63 seconds or more.
std::optional<split_duration> split(std::int64_t ticks, const archive::tick& unit);

/// Of seconds rounded down, and the nanoseconds above them. Nothing: it is 2^63 seconds or more.
std::optional<split_duration> split_duration_of(std::int64_t seconds, std::int64_t nanoseconds);

/// Nothing: it is no whole number of ticks, or one out of their range.
std::optional<std::int64_t> ticks_of(const split_duration& duration, const archive::tick& unit);

std::string to_text(const split_duration& duration);
std::optional<split_duration> parse_duration(std::string_view text);

/// "ticks of 1/1000 s", for errors.
std::string describe_ticks(const archive::tick& unit);

/// What such a text is like, as a regular expression of ECMA-262.
inline constexpr std::string_view duration_pattern = "^(?!-PT0([.]0+)?S$)-?PT(0|[1-9][0-9]{0,18})([.][0-9]{1,9})?S$";

}  // namespace whence::inline v0::detail
