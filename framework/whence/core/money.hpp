/// Amounts of money: an exact decimal and its currency, which never get lost from each other.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <whence/core/decimal.hpp>

namespace whence::inline v0 {

/// A currency as ISO 4217 writes them: three capital letters. Which of these exist is not looked up. The default is three X,
/// which the standard keeps for no currency.
class currency_code {
 public:
  constexpr currency_code() = default;

  /// Throws malformed_input (`currency.malformed`).
  explicit currency_code(std::string_view text);
  static std::optional<currency_code> try_parse(std::string_view text) noexcept;

  std::string_view value() const noexcept { return {letters_.data(), letters_.size()}; }
  std::string to_string() const { return std::string(value()); }

  friend constexpr auto operator<=>(const currency_code&, const currency_code&) = default;

 private:
  std::array<char, 3> letters_{'X', 'X', 'X'};
};

/// {"amount":"12.50","currency":"GBP"}
struct money {
  decimal amount;
  currency_code currency;

  /// Of one currency, and of the same value.
  friend bool operator==(const money&, const money&) = default;
};

/// Nothing: the currencies differ, or the digits do not fit into 64 bits.
std::optional<money> sum(const money& left, const money& right) noexcept;
std::optional<money> difference(const money& left, const money& right) noexcept;
std::optional<money> product(const money& value, std::int64_t times) noexcept;

/// "12.50 GBP"
std::string to_string(const money& value);

}  // namespace whence::inline v0
