#include <whence/cli/count_condition.hpp>

#include <charconv>
#include <utility>

namespace whence::inline v0::cli {

count_condition::count_condition(std::string_view text) : text_(text) {
  constexpr std::pair<std::string_view, comparison> operators[] = {
      {"!=", comparison::unequal}, {"<=", comparison::at_most}, {">=", comparison::at_least},
      {"=", comparison::equal},    {"<", comparison::less},     {">", comparison::greater},
  };
  for (const auto& [sign, meaning] : operators) {
    if (!text.starts_with(sign)) continue;
    std::string_view number = text.substr(sign.size());
    while (number.starts_with(' ')) number.remove_prefix(1);
    const auto [rest, failure] = std::from_chars(number.data(), number.data() + number.size(), number_);
    if (failure != std::errc{} || rest != number.data() + number.size()) break;
    how_ = meaning;
    return;
  }
  throw usage_error("value", "--fail-if cannot be \"" + text_ + "\"",
                    "give one of = != < <= > >= and a whole number: --fail-if '>0'");
}

bool count_condition::holds(std::uint64_t number) const noexcept {
  switch (how_) {
    case comparison::equal: return number == number_;
    case comparison::unequal: return number != number_;
    case comparison::less: return number < number_;
    case comparison::at_most: return number <= number_;
    case comparison::greater: return number > number_;
    case comparison::at_least: return number >= number_;
  }
  return false;
}

condition_met::condition_met(std::string what, const std::string& condition)
    : error("condition.met", next_move::operator_needed,
            {.what = std::move(what) + ": --fail-if '" + condition + "' holds", .where = {}, .why = {}, .remedy = {}}) {
}

}  // namespace whence::inline v0::cli
