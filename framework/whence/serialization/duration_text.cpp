#include <whence/serialization/duration_text.hpp>

#include <limits>

namespace whence::inline v0::detail {
namespace {

/// 2^63 ticks of up to a billion seconds, in nanoseconds: less than 2^124.
__extension__ typedef __int128 wide;

constexpr std::int64_t billion = 1'000'000'000;
constexpr std::uint64_t seconds_max = std::numeric_limits<std::int64_t>::max();

wide nanoseconds_in(const archive::tick& unit) { return wide{unit.numerator} * (billion / unit.denominator); }

bool take(std::string_view& text, std::string_view beginning) {
  if (!text.starts_with(beginning)) return false;
  text.remove_prefix(beginning.size());
  return true;
}

std::string_view take_digits(std::string_view& text) {
  std::size_t count = 0;
  while (count < text.size() && text[count] >= '0' && text[count] <= '9') ++count;
  const std::string_view digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

std::uint64_t number(std::string_view digits) {
  std::uint64_t value = 0;
  for (const char digit : digits) value = value * 10 + static_cast<std::uint64_t>(digit - '0');
  return value;
}

std::optional<split_duration> split_nanoseconds(wide total) {
  split_duration parts{.negative = total < 0};
  if (parts.negative) total = -total;
  if (total / billion > wide{seconds_max}) return std::nullopt;
  parts.seconds = static_cast<std::uint64_t>(total / billion);
  parts.nanoseconds = static_cast<std::uint32_t>(total % billion);
  return parts;
}

}  // namespace

std::optional<split_duration> split(std::int64_t ticks, const archive::tick& unit) {
  return split_nanoseconds(ticks * nanoseconds_in(unit));
}

std::optional<split_duration> split_duration_of(std::int64_t seconds, std::int64_t nanoseconds) {
  return split_nanoseconds(wide{seconds} * billion + nanoseconds);
}

std::optional<std::int64_t> ticks_of(const split_duration& duration, const archive::tick& unit) {
  wide total = wide{duration.seconds} * billion + duration.nanoseconds;
  if (duration.negative) total = -total;
  if (total % nanoseconds_in(unit) != 0) return std::nullopt;
  const wide ticks = total / nanoseconds_in(unit);
  if (ticks < unit.least || ticks > unit.most) return std::nullopt;
  return static_cast<std::int64_t>(ticks);
}

std::string to_text(const split_duration& duration) {
  std::string text = duration.negative ? "-PT" : "PT";
  text += std::to_string(duration.seconds);
  if (duration.nanoseconds != 0) {
    const std::string digits = std::to_string(billion + duration.nanoseconds);  // a 1, and nine digits
    text += '.';
    text.append(digits, 1, digits.find_last_not_of('0'));
  }
  text += 'S';
  return text;
}

std::optional<split_duration> parse_duration(std::string_view text) {
  split_duration parsed{.negative = take(text, "-")};
  if (!take(text, "PT")) return std::nullopt;
  const std::string_view whole = take_digits(text);
  if (whole.empty() || whole.size() > 19 || (whole.size() > 1 && whole[0] == '0')) return std::nullopt;
  parsed.seconds = number(whole);
  if (parsed.seconds > seconds_max) return std::nullopt;
  if (take(text, ".")) {
    std::string digits(take_digits(text));
    if (digits.empty() || digits.size() > 9) return std::nullopt;
    digits.resize(9, '0');
    parsed.nanoseconds = static_cast<std::uint32_t>(number(digits));
  }
  if (text != "S" || (parsed.negative && parsed.is_zero())) return std::nullopt;
  return parsed;
}

std::string describe_ticks(const archive::tick& unit) {
  std::string text = "ticks of " + std::to_string(unit.numerator);
  if (unit.denominator != 1) text.append("/").append(std::to_string(unit.denominator));
  return text.append(" s from ").append(std::to_string(unit.least)).append(" to ").append(std::to_string(unit.most));
}

}  // namespace whence::inline v0::detail
