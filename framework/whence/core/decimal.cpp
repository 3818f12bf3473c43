#include <whence/core/decimal.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include <whence/core/error.hpp>

namespace whence::inline v0 {
namespace {

/// Two numbers of 64 bits at any two scales of 0 to 18 meet in it: 2^63 × 10^18 < 2^127.
__extension__ typedef __int128 wide;

constexpr auto powers_of_ten = [] {
  std::array<std::int64_t, decimal::scale_max + 1> powers{1};
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

wide power_of_ten(int exponent) { return powers_of_ten[static_cast<std::size_t>(exponent)]; }

wide at_scale(const decimal& value, int scale) { return value.unscaled() * power_of_ten(scale - value.scale()); }

std::optional<decimal> narrowed(wide unscaled, int scale) {
  if (unscaled < std::numeric_limits<std::int64_t>::min() || unscaled > std::numeric_limits<std::int64_t>::max())
    return std::nullopt;
  return decimal(static_cast<std::int64_t>(unscaled), scale);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

[[noreturn]] void refuse(std::string what, std::string why) {
  throw malformed_input("decimal.malformed", {.what = std::move(what),
                                              .where = {},
                                              .why = std::move(why),
                                              .remedy = "write it with digits and a point: 12.50"});
}

}  // namespace

decimal::decimal(std::int64_t unscaled, int scale) : unscaled_(unscaled), scale_(static_cast<std::int8_t>(scale)) {
  if (scale < 0 || scale > scale_max)
    refuse("this is no scale of a decimal: " + std::to_string(scale), "0 to 18 digits stand behind the point");
}

std::optional<decimal> decimal::try_parse(std::string_view text) noexcept {
  const bool negative = text.starts_with('-');
  const std::string_view digits = text.substr(negative ? 1 : 0);
  const std::size_t point = digits.find('.');
  const std::size_t whole = point == std::string_view::npos ? digits.size() : point;
  const std::size_t behind = point == std::string_view::npos ? 0 : digits.size() - point - 1;
  if (whole == 0 || (whole > 1 && digits[0] == '0')) return std::nullopt;
  if (point != std::string_view::npos && (behind == 0 || behind > std::size_t{scale_max})) return std::nullopt;
  wide unscaled = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i == point) continue;
    if (!is_digit(digits[i])) return std::nullopt;
    unscaled = unscaled * 10 + (digits[i] - '0');
    if (unscaled > wide{1} << 63) return std::nullopt;
  }
  if (negative && unscaled == 0) return std::nullopt;
  return narrowed(negative ? -unscaled : unscaled, static_cast<int>(behind));
}

decimal decimal::parse(std::string_view text) {
  if (const auto parsed = try_parse(text)) return *parsed;
  refuse("this is no decimal: \"" + std::string(text.substr(0, 64)) + "\"",
         "it has at most 18 digits behind a point, 64 bits of digits in all, no exponent, and no sign but a minus");
}

std::string decimal::to_string() const {
  char digits[24];
  const auto [end, problem] = std::to_chars(std::begin(digits), std::end(digits), unscaled_);
  std::string text(digits, end);
  if (scale_ == 0) return text;
  const std::size_t sign = unscaled_ < 0 ? 1 : 0;
  const auto behind = static_cast<std::size_t>(scale_);
  if (text.size() - sign <= behind) text.insert(sign, behind + 1 - (text.size() - sign), '0');
  text.insert(text.size() - behind, 1, '.');
  return text;
}

std::weak_ordering operator<=>(const decimal& left, const decimal& right) noexcept {
  const int scale = std::max(left.scale(), right.scale());
  const wide a = at_scale(left, scale);
  const wide b = at_scale(right, scale);
  return a < b ? std::weak_ordering::less : a > b ? std::weak_ordering::greater : std::weak_ordering::equivalent;
}

std::optional<decimal> sum(const decimal& left, const decimal& right) noexcept {
  const int scale = std::max(left.scale(), right.scale());
  return narrowed(at_scale(left, scale) + at_scale(right, scale), scale);
}

std::optional<decimal> difference(const decimal& left, const decimal& right) noexcept {
  const int scale = std::max(left.scale(), right.scale());
  return narrowed(at_scale(left, scale) - at_scale(right, scale), scale);
}

std::optional<decimal> product(const decimal& value, std::int64_t times) noexcept {
  return narrowed(wide{value.unscaled()} * times, value.scale());
}

std::optional<decimal> rounded(const decimal& value, int scale) noexcept {
  if (scale < 0 || scale > decimal::scale_max) return std::nullopt;
  if (scale >= value.scale()) return narrowed(at_scale(value, scale), scale);
  const wide divisor = power_of_ten(value.scale() - scale);
  wide kept = value.unscaled() / divisor;
  const wide lost = value.unscaled() % divisor;
  const wide twice = (lost < 0 ? -lost : lost) * 2;
  if (twice > divisor || (twice == divisor && kept % 2 != 0)) kept += value.unscaled() < 0 ? -1 : 1;
  return narrowed(kept, scale);
}

}  // namespace whence::inline v0
