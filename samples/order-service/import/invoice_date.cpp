#include <import/invoice_date.hpp>

namespace shop {
namespace {

/// Walks through a text; what it is asked for and doesn't find makes it fail, once for all.
class scanner {
 public:
  explicit scanner(std::string_view text) : rest_(text) {}

  /// A number of at least `least` and at most `most` digits; `digits_read` tells how many there were.
  int number(int least, int most) {
    int value = 0;
    for (digits_read_ = 0; digits_read_ < most && !rest_.empty() && is_digit(rest_.front()); ++digits_read_) {
      value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    if (digits_read_ < least) failed_ = true;
    return value;
  }
  int digits_read() const { return digits_read_; }

  bool skip(char character) {
    if (rest_.empty() || rest_.front() != character) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char character) {
    if (!skip(character)) failed_ = true;
  }

  bool at_end() const { return rest_.empty(); }
  bool finished() const { return !failed_ && rest_.empty(); }

 private:
  static bool is_digit(char character) { return character >= '0' && character <= '9'; }

  std::string_view rest_;
  int digits_read_ = 0;
  bool failed_ = false;
};

struct time_of_day {
  int hour = 0;
  int minute = 0;
  int second = 0;
  int microsecond = 0;

  bool exists() const { return hour < 24 && minute < 60 && second < 60; }
  std::chrono::microseconds since_midnight() const {
    return std::chrono::hours{hour} + std::chrono::minutes{minute} + std::chrono::seconds{second} +
           std::chrono::microseconds{microsecond};
  }
};

time_of_day read_time(scanner& text, int hour_digits_least) {
  time_of_day time;
  time.hour = text.number(hour_digits_least, 2);
  text.expect(':');
  time.minute = text.number(2, 2);
  if (!text.skip(':')) return time;
  time.second = text.number(2, 2);
  if (!text.skip('.')) return time;
  time.microsecond = text.number(1, 6);
  for (int digits = text.digits_read(); digits < 6; ++digits) time.microsecond *= 10;
  return time;
}

/// "Z", "+01:00" or nothing: how far the local time is ahead of UTC. Nothing at all if it is no offset.
std::optional<std::chrono::minutes> read_offset(scanner& text) {
  if (text.at_end() || text.skip('Z')) return std::chrono::minutes{0};
  const bool ahead = text.skip('+');
  if (!ahead && !text.skip('-')) return std::nullopt;
  const int hours = text.number(2, 2);
  text.expect(':');
  const int minutes = text.number(2, 2);
  if (hours > 23 || minutes > 59) return std::nullopt;
  const std::chrono::minutes offset{hours * 60 + minutes};
  return ahead ? offset : -offset;
}

std::optional<whence::timestamp> instant(const scanner& text, int year, int month, int day, const time_of_day& time) {
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!text.finished() || year < 1 || !date.ok() || !time.exists()) return std::nullopt;
  return whence::timestamp{std::chrono::sys_days{date}} + time.since_midnight();
}

std::optional<whence::timestamp> parse_slashes(scanner text) {
  const int month = text.number(1, 2);
  text.expect('/');
  const int day = text.number(1, 2);
  text.expect('/');
  int year = text.number(2, 4);
  if (text.digits_read() == 3) return std::nullopt;
  if (text.digits_read() == 2) year += year < 69 ? 2000 : 1900;
  time_of_day time;
  if (!text.at_end()) {
    text.expect(' ');
    time = read_time(text, 1);
  }
  return instant(text, year, month, day, time);
}

std::optional<whence::timestamp> parse_iso(scanner text) {
  const int year = text.number(4, 4);
  text.expect('-');
  const int month = text.number(2, 2);
  text.expect('-');
  const int day = text.number(2, 2);
  time_of_day time;
  std::optional<std::chrono::minutes> offset{0};
  if (!text.at_end()) {
    if (!text.skip('T')) text.expect(' ');
    time = read_time(text, 2);
    offset = read_offset(text);
  }
  const auto local = instant(text, year, month, day, time);
  if (!local || !offset) return std::nullopt;

  constexpr auto first = whence::timestamp{std::chrono::sys_days{std::chrono::year{1} / 1 / 1}};
  constexpr auto end = whence::timestamp{std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1}};
  const whence::timestamp utc = *local - *offset;
  return utc >= first && utc < end ? std::optional{utc} : std::nullopt;
}

}  // namespace

std::optional<whence::timestamp> parse_invoice_date(std::string_view text) {
  return text.find('/') == std::string_view::npos ? parse_iso(scanner(text)) : parse_slashes(scanner(text));
}

}  // namespace shop
