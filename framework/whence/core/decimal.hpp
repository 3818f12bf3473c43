/// Decimal numbers, exactly: a whole number and how many of its digits stand behind the point. No floating point anywhere.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace whence::inline v0 {

/// 12.50 is 1250 with a scale of 2. The scale is kept, so that a text comes back as it was; comparisons are by value, so that
/// 12.50 == 12.5.
class decimal {
 public:
  static constexpr int scale_max = 18;

  constexpr decimal() = default;

  /// `unscaled` divided by 10 to the power of `scale`. Throws malformed_input (`decimal.malformed`): the scale is not 0 to 18.
  explicit decimal(std::int64_t unscaled, int scale = 0);

  /// Reads "12.50", "-0.07", "3": no exponent, no sign but minus, no minus before zero, no zero before another digit of the whole
  /// part, digits on both sides of a point, at most 18 behind it. Throws malformed_input (`decimal.malformed`).
  static decimal parse(std::string_view text);
  static std::optional<decimal> try_parse(std::string_view text) noexcept;

  std::int64_t unscaled() const noexcept { return unscaled_; }
  int scale() const noexcept { return scale_; }

  /// As many digits behind the point as the scale says.
  std::string to_string() const;

  /// By value, whatever the scales.
  friend std::weak_ordering operator<=>(const decimal& left, const decimal& right) noexcept;
  friend bool operator==(const decimal& left, const decimal& right) noexcept { return (left <=> right) == 0; }

 private:
  std::int64_t unscaled_ = 0;
  std::int8_t scale_ = 0;
};

/// Exact, with the larger of both scales. Nothing: the digits do not fit into 64 bits.
std::optional<decimal> sum(const decimal& left, const decimal& right) noexcept;
std::optional<decimal> difference(const decimal& left, const decimal& right) noexcept;
/// Exact, with the scale of `value`. Nothing: the digits do not fit into 64 bits.
std::optional<decimal> product(const decimal& value, std::int64_t times) noexcept;
/// With that many digits behind the point; what is lost is rounded, a half to the even neighbour.
/// Nothing: the digits do not fit into 64 bits, or the scale is not 0 to 18.
std::optional<decimal> rounded(const decimal& value, int scale) noexcept;

}  // namespace whence::inline v0
