#include <whence/core/money.hpp>

#include <algorithm>

#include <whence/core/error.hpp>

namespace whence::inline v0 {
namespace {

std::optional<money> of(const std::optional<decimal>& amount, const currency_code& currency) {
  return amount ? std::optional<money>({*amount, currency}) : std::nullopt;
}

}  // namespace

std::optional<currency_code> currency_code::try_parse(std::string_view text) noexcept {
  const auto capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  currency_code parsed;
  if (text.size() != parsed.letters_.size() || !std::all_of(text.begin(), text.end(), capital)) return std::nullopt;
  std::copy(text.begin(), text.end(), parsed.letters_.begin());
  return parsed;
}

currency_code::currency_code(std::string_view text) {
  const auto parsed = try_parse(text);
  if (!parsed)
    throw malformed_input("currency.malformed",
                          {.what = "this is no currency: \"" + std::string(text.substr(0, 64)) + "\"",
                           .where = {},
                           .why = "a currency is three capital letters (ISO 4217)",
                           .remedy = "write it as in GBP"});
  *this = *parsed;
}

std::optional<money> sum(const money& left, const money& right) noexcept {
  if (left.currency != right.currency) return std::nullopt;
  return of(sum(left.amount, right.amount), left.currency);
}

std::optional<money> difference(const money& left, const money& right) noexcept {
  if (left.currency != right.currency) return std::nullopt;
  return of(difference(left.amount, right.amount), left.currency);
}

std::optional<money> product(const money& value, std::int64_t times) noexcept {
  return of(product(value.amount, times), value.currency);
}

std::string to_string(const money& value) {
  std::string text = value.amount.to_string();
  text += ' ';
  text += value.currency.value();
  return text;
}

}  // namespace whence::inline v0
