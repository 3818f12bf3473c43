/// Decimal numbers as they are written: compared digit by digit, never as binary ones, so that no digit is lost.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace whence::inline v0::cli {

/// 0.digits × 10^exponent, with its sign.
class exact_number {
 public:
  /// A number as JSON writes it: "-12.50e3". Nothing if the text is none.
  static std::optional<exact_number> from(std::string_view text);

  friend std::strong_ordering operator<=>(const exact_number& one, const exact_number& other);
  friend bool operator==(const exact_number& one, const exact_number& other) = default;

 private:
  std::strong_ordering by_size(const exact_number& other) const;

  bool negative_ = false;  // never for 0
  std::string digits_;     // without zeros at either end; empty for 0
  std::int64_t exponent_ = 0;
};

}  // namespace whence::inline v0::cli
