#include <whence/cli/condition.hpp>

#include <cctype>
#include <utility>

#include <nlohmann/json.hpp>

#include <whence/cli/display_text.hpp>
#include <whence/cli/failure.hpp>

namespace whence::inline v0::cli {
namespace {

constexpr std::string_view signs = "=!<>~";

// Of two that begin alike, the longer one first.
constexpr std::pair<std::string_view, comparison> operators[] = {
    {"!=", comparison::unequal}, {"<=", comparison::at_most}, {">=", comparison::at_least}, {"==", comparison::equal},
    {"=", comparison::equal},    {"<", comparison::less},     {">", comparison::greater},   {"~", comparison::like},
};

}  // namespace

bool holds(comparison how, std::strong_ordering found_to_limit) noexcept {
  switch (how) {
    case comparison::equal: return found_to_limit == 0;
    case comparison::unequal: return found_to_limit != 0;
    case comparison::less: return found_to_limit < 0;
    case comparison::at_most: return found_to_limit <= 0;
    case comparison::greater: return found_to_limit > 0;
    case comparison::at_least: return found_to_limit >= 0;
    case comparison::like: return false;
  }
  return false;
}

bool is_of_order(comparison how) noexcept {
  return how != comparison::equal && how != comparison::unequal && how != comparison::like;
}

condition_reader::condition_reader(std::string_view flag, std::string_view text, std::string_view example,
                                   std::string_view with)
    : flag_(flag), text_(text), example_(example), with_(with) {}

void condition_reader::skip_spaces() {
  while (at_ < text_.size() && text_[at_] == ' ') ++at_;
}

std::string condition_reader::word() {
  skip_spaces();
  const std::size_t begin = at_;
  while (at_ < text_.size() && std::isalpha(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  return std::string(text_.substr(begin, at_ - begin));
}

bool condition_reader::is_sign() const noexcept {
  if (at_ == text_.size() || signs.find(text_[at_]) == std::string_view::npos) return false;
  return text_[at_] != '~' || at_ + 1 == text_.size() || (text_[at_ + 1] != '0' && text_[at_ + 1] != '1');
}

comparison condition_reader::sign() {
  skip_spaces();
  for (const auto& [sign, meaning] : operators) {
    if (!rest().starts_with(sign)) continue;
    at_ += sign.size();
    return meaning;
  }
  fail("an operator is expected here: " + std::string(with_));
}

condition_reader::value_text condition_reader::value() {
  skip_spaces();
  value_at_ = at_;
  std::string_view value = rest();
  while (value.ends_with(' ')) value.remove_suffix(1);
  if (value.empty()) fail("a value is expected here");
  if (signs.find(value.front()) != std::string_view::npos)
    fail("a value is expected here; a text that begins so stands in double quotes");
  if (!value.starts_with('"')) return {std::string(value), false};
  std::string text = quoted();
  skip_spaces();
  if (at_ < text_.size()) fail("nothing can follow the value");
  return {std::move(text), true};
}

std::string condition_reader::quoted() {
  std::size_t end = at_ + 1;
  while (end < text_.size() && text_[end] != '"') end += text_[end] == '\\' ? 2u : 1u;
  if (end >= text_.size()) fail("this quote is not closed");
  const std::string_view inside = text_.substr(at_, end + 1 - at_);
  const nlohmann::json value = nlohmann::json::parse(inside.begin(), inside.end(), nullptr, false);
  if (!value.is_string()) fail("this is no text as JSON writes it");
  at_ = end + 1;
  return value.get<std::string>();
}

void condition_reader::fail(std::string_view expected) const {
  const std::string line = visible(text_);
  const std::size_t before = display_width(visible(text_.substr(0, at_)));
  throw usage_error(
      "condition", std::string(flag_) + " cannot be read",
      "write it as: " + std::string(flag_) + " " + std::string(example_) + ", with one of " + std::string(with_), {},
      line + "\n" + std::string(before, ' ').append("^ ").append(expected));
}

void condition_reader::fail_at_value(std::string_view expected) {
  at_ = value_at_;
  fail(expected);
}

}  // namespace whence::inline v0::cli
