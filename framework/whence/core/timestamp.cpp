#include <whence/core/timestamp.hpp>

#include <cstdint>

#include <whence/core/error.hpp>

namespace whence::inline v0 {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr timestamp first_time = std::chrono::sys_days{std::chrono::year{0} / 1 / 1};
constexpr timestamp end_of_times = std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1};

[[noreturn]] void refuse(std::string_view text, std::string_view reason) {
  throw malformed_input("time.malformed", {.what = "this is no time: \"" + std::string(text.substr(0, 64)) + "\"",
                                           .where = {},
                                           .why = std::string(reason),
                                           .remedy = "write it as RFC 3339 says: 2026-01-27T10:30:00Z"});
}

/// Reads the text from left to right.
class scanner {
 public:
  explicit scanner(std::string_view text) : whole_(text), rest_(text) {}

  int digits(std::size_t count) {
    if (rest_.size() < count) refuse(whole_, "it ends too early");
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const char c = rest_[i];
      if (c < '0' || c > '9') refuse(whole_, "a digit is missing");
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }

  /// Takes one character if it is one of these; 0 if not.
  char any_of(std::string_view these) {
    if (rest_.empty() || these.find(rest_.front()) == std::string_view::npos) return 0;
    const char found = rest_.front();
    rest_.remove_prefix(1);
    return found;
  }

  void one_of(std::string_view these) {
    if (!any_of(these)) refuse(whole_, "a separator is missing");
  }

  /// The decimals of a second, one to six of them, as microseconds.
  int decimals() {
    int value = 0;
    int count = 0;
    for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; ++count) {
      if (count == 6) refuse(whole_, "more than six decimals would have to be rounded");
      value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    if (count == 0) refuse(whole_, "a digit is missing");
    for (; count < 6; ++count) value *= 10;
    return value;
  }

  bool at_end() const { return rest_.empty(); }
  std::string_view whole() const { return whole_; }

 private:
  std::string_view whole_;
  std::string_view rest_;
};

void put(char* at, std::int64_t value, int digits) {
  for (int i = digits - 1; i >= 0; --i, value /= 10) at[i] = static_cast<char>('0' + value % 10);
}

}  // namespace

std::string to_rfc3339(timestamp time) {
  if (time < first_time || time >= end_of_times) {
    refuse(std::to_string(time.time_since_epoch().count()) + " µs", "its year is not one of 0000 to 9999");
  }
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::string text = "0000-00-00T00:00:00.000000Z";
  put(&text[0], int{date.year()}, 4);
  put(&text[5], unsigned{date.month()}, 2);
  put(&text[8], unsigned{date.day()}, 2);
  put(&text[11], clock.hours().count(), 2);
  put(&text[14], clock.minutes().count(), 2);
  put(&text[17], clock.seconds().count(), 2);
  put(&text[20], clock.subseconds().count(), 6);
  return text;
}

timestamp parse_rfc3339(std::string_view text) {
  scanner in(text);
  const std::chrono::year year(in.digits(4));
  in.one_of("-");
  const std::chrono::month month(static_cast<unsigned>(in.digits(2)));
  in.one_of("-");
  const std::chrono::year_month_day date(year, month, std::chrono::day(static_cast<unsigned>(in.digits(2))));
  if (!date.ok()) refuse(text, "there is no such day");
  in.one_of("Tt");
  const int hour = in.digits(2);
  in.one_of(":");
  const int minute = in.digits(2);
  in.one_of(":");
  const int second = in.digits(2);
  if (hour > 23 || minute > 59 || second > 60) refuse(text, "there is no such time of day");
  if (second == 60) refuse(text, "a leap second has no place among UTC microseconds");
  const int fraction = in.any_of(".") ? in.decimals() : 0;
  minutes offset{0};
  if (const char sign = in.any_of("+-")) {
    const int offset_hours = in.digits(2);
    in.one_of(":");
    const int offset_minutes = in.digits(2);
    if (offset_hours > 23 || offset_minutes > 59) refuse(text, "there is no such offset");
    offset = hours{offset_hours} + minutes{offset_minutes};
    if (sign == '-') offset = -offset;
  } else if (!in.any_of("Zz")) {
    refuse(text, "its offset from UTC is missing");
  }
  if (!in.at_end()) refuse(text, "something follows the time");
  const timestamp time =
      std::chrono::sys_days(date) + hours{hour} + minutes{minute} + seconds{second} + microseconds{fraction} - offset;
  if (time < first_time || time >= end_of_times) refuse(text, "in UTC its year is not one of 0000 to 9999");
  return time;
}

}  // namespace whence::inline v0
