#include <domain/money.hpp>

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace shop {
namespace {

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 natural;

constexpr wide unit = 10'000;  // ten-thousandths

bool is_digit(char character) { return character >= '0' && character <= '9'; }

natural magnitude(wide number) {
  return number < 0 ? natural{0} - static_cast<natural>(number) : static_cast<natural>(number);
}

std::string digits_of(natural number) {
  std::string digits;
  do {
    digits.push_back(static_cast<char>('0' + static_cast<int>(number % 10)));
    number /= 10;
  } while (number != 0);
  std::reverse(digits.begin(), digits.end());
  return digits;
}

/// "-12.0305": the number of ten-thousandths or of hundredths, with as many decimals.
std::string decimal(wide number, std::size_t decimals) {
  std::string digits = digits_of(magnitude(number));
  if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
  digits.insert(digits.size() - decimals, ".");
  return number < 0 ? "-" + digits : digits;
}

std::optional<Money> fitting(wide ten_thousandths, const std::string& currency) {
  // Symmetrical, so that an amount that fits can be turned into its negative.
  constexpr wide most = std::numeric_limits<std::int64_t>::max();
  if (ten_thousandths < -most || ten_thousandths > most) return std::nullopt;
  return Money{static_cast<std::int64_t>(ten_thousandths), currency};
}

}  // namespace

std::optional<Money> times(const Money& price, std::int64_t quantity) {
  return fitting(wide{price.ten_thousandths} * quantity, price.currency);
}

std::optional<Money> plus(const Money& left, const Money& right) {
  if (left.currency != right.currency) return std::nullopt;
  return fitting(wide{left.ten_thousandths} + right.ten_thousandths, left.currency);
}

std::optional<Money> parse_price(std::string_view text) {
  constexpr std::size_t whole_digits_max = 12;
  constexpr std::size_t decimals_max = 4;

  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point);
  const std::string_view decimals = point < text.size() ? text.substr(point + 1) : std::string_view{};
  if (whole.empty() || whole.size() > whole_digits_max || decimals.size() > decimals_max) return std::nullopt;
  if (point < text.size() && decimals.empty()) return std::nullopt;
  if (!std::all_of(whole.begin(), whole.end(), is_digit) || !std::all_of(decimals.begin(), decimals.end(), is_digit))
    return std::nullopt;

  std::int64_t number = 0;
  for (const char digit : whole) number = number * 10 + (digit - '0');
  for (std::size_t place = 0; place < decimals_max; ++place)
    number = number * 10 + (place < decimals.size() ? decimals[place] - '0' : 0);
  return Money{number};
}

std::string to_text(const Money& amount) {
  std::string text = decimal(amount.ten_thousandths, 4);
  for (int place = 0; place < 2 && text.back() == '0'; ++place) text.pop_back();
  return text;
}

Total& Total::operator+=(const Money& amount) {
  ten_thousandths_ += amount.ten_thousandths;
  return *this;
}
Total& Total::operator-=(const Money& amount) {
  ten_thousandths_ -= amount.ten_thousandths;
  return *this;
}
Total& Total::operator+=(const Total& other) {
  ten_thousandths_ += other.ten_thousandths_;
  return *this;
}
Total& Total::operator-=(const Total& other) {
  ten_thousandths_ -= other.ten_thousandths_;
  return *this;
}

std::string Total::exact() const { return decimal(ten_thousandths_, 4); }

Total Total::parse(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  std::string digits{text.substr(negative ? 1 : 0)};
  constexpr std::size_t digits_max = 38;  // what 127 bits hold
  if (digits.size() < 6 || digits.size() > digits_max || digits[digits.size() - 5] != '.')
    throw std::invalid_argument("not a total: " + std::string{text});
  digits.erase(digits.size() - 5, 1);
  if (!std::all_of(digits.begin(), digits.end(), is_digit))
    throw std::invalid_argument("not a total: " + std::string{text});
  Total total;
  for (const char digit : digits) total.ten_thousandths_ = total.ten_thousandths_ * 10 + (digit - '0');
  if (negative) total.ten_thousandths_ = -total.ten_thousandths_;
  return total;
}

std::string Total::rounded() const {
  constexpr wide step = unit / 100;
  wide hundredths = ten_thousandths_ / step;
  const wide rest = ten_thousandths_ % step;  // has the sign of the total
  const wide doubled = 2 * (rest < 0 ? -rest : rest);
  if (doubled > step || (doubled == step && hundredths % 2 != 0)) hundredths += rest < 0 ? -1 : 1;
  return decimal(hundredths, 2);
}

}  // namespace shop
