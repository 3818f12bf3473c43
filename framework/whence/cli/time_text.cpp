#include <whence/cli/time_text.hpp>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include <whence/cli/failure.hpp>

namespace whence::inline v0::cli {
namespace {

struct unit {
  std::string_view letter;
  std::string_view name;
  std::int64_t seconds;
};

constexpr unit units[] = {
    {"w", "weeks", 604'800}, {"d", "d", 86'400}, {"h", "h", 3'600}, {"m", "min", 60}, {"s", "s", 1},
};

std::optional<std::chrono::seconds> duration_in(std::string_view text) {
  constexpr std::int64_t most = 1'000'000'000;
  std::int64_t number = 0;
  const auto [rest, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || number < 0 || number > most) return std::nullopt;
  const std::string_view letter(rest, static_cast<std::size_t>(text.data() + text.size() - rest));
  for (const unit& unit : units) {
    if (letter == unit.letter && number <= most / unit.seconds) return std::chrono::seconds(number * unit.seconds);
  }
  return std::nullopt;
}

}  // namespace

timestamp time_from(std::string_view flag, std::string_view text, timestamp now, std::string_view or_else) {
  if (const std::optional<std::chrono::seconds> ago = duration_in(text)) return now - *ago;
  constexpr std::size_t date_size = 10;
  try {
    return parse_rfc3339(text.size() == date_size ? std::string(text) + "T00:00:00Z" : std::string(text));
  } catch (const malformed_input&) {
    throw usage_error("value", std::string(flag) + " cannot be \"" + std::string(text) + "\"",
                      "give " + (or_else.empty() ? "" : std::string(or_else) + ", ") +
                          "90s, 15m, 2h, 3d, 1w, a date such as 2026-01-27, or 2026-01-27T10:30:00Z");
  }
}

timestamp time_up_to(std::string_view flag, std::string_view text, timestamp now, std::string_view or_else) {
  constexpr std::size_t digits_of_milliseconds = 3;
  const timestamp named = time_from(flag, text, now, or_else);
  const std::size_t point = text.find('.');
  if (point == std::string_view::npos) return named;
  const std::size_t end = text.find_first_not_of("0123456789", point + 1);
  if (end - (point + 1) != digits_of_milliseconds) return named;
  return named + std::chrono::milliseconds(1) - std::chrono::microseconds(1);
}

std::chrono::milliseconds duration_from(std::string_view flag, std::string_view text) {
  if (const std::optional<std::chrono::seconds> found = duration_in(text)) return *found;
  constexpr std::string_view unit = "ms";
  std::uint32_t number = 0;
  const auto [rest, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure == std::errc{} && text.substr(static_cast<std::size_t>(rest - text.data())) == unit)
    return std::chrono::milliseconds(number);
  throw usage_error("value", std::string(flag) + " cannot be \"" + std::string(text) + "\"",
                    "give a time such as 500ms, 2s, 15m or 1h");
}

std::string to_milliseconds(timestamp time) {
  const std::string exact = to_rfc3339(time);  // …00.000000Z
  return exact.substr(0, exact.size() - 4) + "Z";
}

std::string to_local(timestamp time, std::chrono::seconds offset) {
  std::string text = to_milliseconds(time + offset);
  text.back() = offset.count() < 0 ? '-' : '+';
  const std::int64_t minutes = std::abs(offset.count()) / 60;
  const auto two_digits = [](std::int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  return text.append(two_digits(minutes / 60)).append(":").append(two_digits(minutes % 60));
}

std::string seconds_text(std::chrono::microseconds time) {
  char text[40];
  std::snprintf(text, sizeof text, "%lld.%06lld", static_cast<long long>(time.count() / 1'000'000),
                static_cast<long long>(time.count() % 1'000'000));
  return text;
}

std::string to_compact(timestamp time) {
  std::string text = to_rfc3339(time).substr(0, std::string_view("2026-01-27T10:30:00").size());
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text + "Z";
}

std::string age_text(std::chrono::microseconds age) {
  const std::int64_t seconds = std::chrono::duration_cast<std::chrono::seconds>(age).count();
  for (const unit& unit : units) {
    // Two of a unit, so that 90 minutes are no "1 h".
    if (seconds >= 2 * unit.seconds) return std::to_string(seconds / unit.seconds) + " " + std::string(unit.name);
  }
  return std::to_string(seconds) + " s";
}

std::string relative_to(timestamp now, timestamp time) {
  return time <= now ? age_text(now - time) + " ago" : "in " + age_text(time - now);
}

}  // namespace whence::inline v0::cli
