#include <whence/cli/exact_number.hpp>

#include <algorithm>
#include <charconv>

namespace whence::inline v0::cli {
namespace {

// Far beyond what any text of digits can make up for.
constexpr std::int64_t exponent_max = 1'000'000'000'000'000;

std::string_view digits_at(std::string_view text) {
  return text.substr(0, std::min(text.find_first_not_of("0123456789"), text.size()));
}

std::optional<std::int64_t> exponent_from(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || digits_at(text) != text) return std::nullopt;
  std::int64_t exponent = 0;
  const auto [rest, failure] = std::from_chars(text.data(), text.data() + text.size(), exponent);
  if (failure != std::errc{} || exponent > exponent_max) exponent = exponent_max;
  return negative ? -exponent : exponent;
}

}  // namespace

std::optional<exact_number> exact_number::from(std::string_view text) {
  exact_number number;
  number.negative_ = text.starts_with('-');
  if (number.negative_) text.remove_prefix(1);
  const std::string_view whole = digits_at(text);
  if (whole.empty() || (whole.size() > 1 && whole.front() == '0')) return std::nullopt;
  text.remove_prefix(whole.size());
  std::string_view fraction;
  if (text.starts_with('.')) {
    fraction = digits_at(text.substr(1));
    if (fraction.empty()) return std::nullopt;
    text.remove_prefix(1 + fraction.size());
  }
  std::int64_t exponent = 0;
  if (text.starts_with('e') || text.starts_with('E')) {
    const std::optional<std::int64_t> given = exponent_from(text.substr(1));
    if (!given) return std::nullopt;
    exponent = *given;
  } else if (!text.empty()) {
    return std::nullopt;
  }
  number.digits_.append(whole).append(fraction);
  const std::size_t leading = std::min(number.digits_.find_first_not_of('0'), number.digits_.size());
  number.digits_.erase(0, leading);
  number.digits_.erase(number.digits_.find_last_not_of('0') + 1);
  if (number.digits_.empty()) return exact_number();
  number.exponent_ = exponent + static_cast<std::int64_t>(whole.size()) - static_cast<std::int64_t>(leading);
  return number;
}

std::strong_ordering exact_number::by_size(const exact_number& other) const {
  if (digits_.empty() || other.digits_.empty()) return other.digits_.empty() <=> digits_.empty();
  if (const auto order = exponent_ <=> other.exponent_; order != 0) return order;
  return digits_.compare(other.digits_) <=> 0;  // both begin behind the point
}

std::strong_ordering operator<=>(const exact_number& one, const exact_number& other) {
  if (one.negative_ != other.negative_) return other.negative_ <=> one.negative_;
  return one.negative_ ? other.by_size(one) : one.by_size(other);
}

}  // namespace whence::inline v0::cli
