/// Money, exactly: whole ten-thousandths of one currency's unit. There is no binary floating point in the shop.
#pragma once

#include <cereal/cereal.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace shop {

/// The shop sells in one currency; an amount in another is refused (`amount.currency`).
inline constexpr std::string_view shop_currency = "GBP";

struct Money {
  std::int64_t ten_thousandths = 0;
  std::string currency{shop_currency};

  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("tenThousandths", ten_thousandths), cereal::make_nvp("currency", currency));
  }
  friend bool operator==(const Money&, const Money&) = default;
};

/// Nothing when the result does not fit into 64 bits.
std::optional<Money> times(const Money& price, std::int64_t quantity);

/// Nothing when the result does not fit, or the currencies differ.
std::optional<Money> plus(const Money& left, const Money& right);

/// Reads a plain decimal of at most twelve digits before the point and four after it: "2.55", "12", "0.0001".
/// No sign, no exponent, no spaces, a digit on both sides of the point.
std::optional<Money> parse_price(std::string_view text);

/// All its digits, at least two decimals: "2.55", "0.0001", "-12.00".
std::string to_text(const Money& amount);

/// What many amounts of the shop's currency add up to: in 128 bits, which no sum over a log can pass.
class Total {
 public:
  Total() = default;

  Total& operator+=(const Money& amount);
  Total& operator-=(const Money& amount);
  Total& operator+=(const Total& other);
  Total& operator-=(const Total& other);

  /// Exact, for keeping: "4971.2305".
  std::string exact() const;
  /// Reads what `exact` writes. Throws std::invalid_argument.
  static Total parse(std::string_view text);

  /// For people and reports: two decimals, rounded half to even.
  std::string rounded() const;

  friend bool operator==(const Total&, const Total&) = default;

 private:
  __extension__ typedef __int128 wide;
  wide ten_thousandths_ = 0;
};

}  // namespace shop
