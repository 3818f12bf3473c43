#include <whence/cli/where_clause.hpp>

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include <nlohmann/json.hpp>

#include <whence/cli/display_text.hpp>
#include <whence/cli/failure.hpp>
#include <whence/cli/name_patterns.hpp>

namespace whence::inline v0::cli {
namespace {

using json = nlohmann::json;

constexpr std::string_view operator_signs = "=!<>~";

}  // namespace

class where_clause::parser {
 public:
  parser(std::string_view text, where_clause& clause) : text_(text), clause_(clause) {}

  void parse() {
    skip_spaces();
    parse_pointer();
    skip_spaces();
    parse_comparison();
    skip_spaces();
    parse_value();
  }

 private:
  std::string_view rest() const { return text_.substr(at_); }
  void skip_spaces() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }

  [[noreturn]] void fail(std::string_view expected) const {
    const std::string line = visible(text_);
    const std::size_t before = display_width(visible(text_.substr(0, at_)));
    throw usage_error("where", "--where cannot be read",
                      "write it as: --where '/data/total > 100', with one of = != < <= > >= ~", {},
                      line + "\n" + std::string(before, ' ').append("^ ").append(expected));
  }

  void parse_pointer() {
    std::string pointer;
    const std::size_t begin = at_;
    if (rest().starts_with('"')) {
      pointer = quoted();
    } else {
      while (at_ < text_.size() && text_[at_] != ' ' && !is_operator()) pointer += text_[at_++];
    }
    if (!pointer.starts_with('/')) {
      at_ = begin;
      fail("a JSON pointer is expected here, which begins with /");
    }
    std::string* token = nullptr;
    for (std::size_t i = 0; i < pointer.size(); ++i) {
      if (pointer[i] == '/') {
        token = &clause_.tokens_.emplace_back();
      } else if (pointer[i] != '~') {
        *token += pointer[i];
      } else if (i + 1 < pointer.size() && (pointer[i + 1] == '0' || pointer[i + 1] == '1')) {
        *token += pointer[++i] == '0' ? '~' : '/';
      } else {
        at_ = begin;
        fail("in this JSON pointer, ~ has to be ~0, and ~1 stands for /");
      }
    }
  }

  /// ~0 and ~1 are a pointer's own.
  bool is_operator() const {
    if (operator_signs.find(text_[at_]) == std::string_view::npos) return false;
    return text_[at_] != '~' || at_ + 1 == text_.size() || (text_[at_ + 1] != '0' && text_[at_ + 1] != '1');
  }

  void parse_comparison() {
    constexpr std::pair<std::string_view, comparison> operators[] = {
        {"!=", comparison::unequal}, {"<=", comparison::at_most}, {">=", comparison::at_least},
        {"=", comparison::equal},    {"<", comparison::less},     {">", comparison::greater},
        {"~", comparison::like},
    };
    for (const auto& [sign, meaning] : operators) {
      if (!rest().starts_with(sign)) continue;
      clause_.how_ = meaning;
      at_ += sign.size();
      return;
    }
    fail("an operator is expected here: = != < <= > >= ~");
  }

  void parse_value() {
    std::string_view value = rest();
    while (value.ends_with(' ')) value.remove_suffix(1);
    if (value.empty()) fail("a value is expected here");
    if (operator_signs.find(value.front()) != std::string_view::npos) {
      fail("a value is expected here; a text that begins so stands in double quotes");
    }
    if (value.starts_with('{') || value.starts_with('[')) {
      fail("objects and lists cannot be compared: go on with the pointer to a value in them");
    }
    const bool has_order = clause_.how_ != comparison::equal && clause_.how_ != comparison::unequal;
    if (value.starts_with('"')) {
      clause_.value_ = quoted();
      skip_spaces();
      if (at_ < text_.size()) fail("nothing can follow the value");
    } else if (clause_.how_ == comparison::like) {
      clause_.value_ = std::string(value);
    } else if (value == "true" || value == "false" || value == "null") {
      if (has_order) fail("true, false and null have no order: use = or !=");
      if (value == "null") {
        clause_.value_ = nullptr;
      } else {
        clause_.value_ = value == "true";
      }
    } else if (std::optional<exact_number> number = exact_number::from(value)) {
      clause_.value_ = *std::move(number);
    } else {
      clause_.value_ = std::string(value);
    }
  }

  /// A JSON string from here on; goes behind it.
  std::string quoted() {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != '"') end += text_[end] == '\\' ? 2u : 1u;
    if (end >= text_.size()) fail("this quote is not closed");
    const std::string_view inside = text_.substr(at_, end + 1 - at_);
    const json value = json::parse(inside.begin(), inside.end(), nullptr, false);
    if (!value.is_string()) fail("this is no text as JSON writes it");
    at_ = end + 1;
    return value.get<std::string>();
  }

  std::string_view text_;
  where_clause& clause_;
  std::size_t at_ = 0;
};

/// Reads a document as far as to the one value, and keeps no other.
class where_clause::finder final : public nlohmann::json_sax<json> {
 public:
  enum class outcome { absent, scalar, composite };

  explicit finder(std::span<const std::string> tokens) : tokens_(tokens) {}

  outcome found() const noexcept { return found_; }
  const literal& value() const noexcept { return value_; }

  bool null() override {
    return scalar([] { return literal(nullptr); });
  }
  bool boolean(bool value) override {
    return scalar([value] { return literal(value); });
  }
  bool number_integer(std::int64_t value) override { return number(std::to_string(value)); }
  bool number_unsigned(std::uint64_t value) override { return number(std::to_string(value)); }
  bool number_float(double, const std::string& text) override { return number(text); }
  bool string(std::string& value) override {
    return scalar([&value] { return literal(std::move(value)); });
  }
  bool binary(json::binary_t&) override { return false; }
  bool key(std::string& name) override {
    levels_.back().key = std::move(name);
    return true;
  }
  bool start_object(std::size_t) override { return open(false); }
  bool start_array(std::size_t) override { return open(true); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t, const std::string& token, const nlohmann::detail::exception& failure) override {
    constexpr int number_overflow = 406;  // for a binary number, which is none of ours
    if (failure.id == number_overflow) (void)number(token);
    return false;
  }

 private:
  struct level {
    bool array;
    bool on_path;
    std::size_t index = 0;
    std::string key{};
  };

  /// Whether the pointer leads to the value that begins here, or through it.
  bool on_path() {
    if (levels_.empty()) return true;
    level& parent = levels_.back();
    const bool fits = parent.on_path && levels_.size() <= tokens_.size();
    const std::string& token = fits ? tokens_[levels_.size() - 1] : parent.key;
    const bool here = fits && token == (parent.array ? std::to_string(parent.index) : parent.key);
    if (parent.array) ++parent.index;
    return here;
  }

  template <class Make>
  bool scalar(Make make) {
    const std::size_t depth = levels_.size();
    if (!on_path() || depth != tokens_.size()) return true;
    found_ = outcome::scalar;
    value_ = make();
    return false;  // nothing else is of interest
  }

  bool number(const std::string& text) {
    return scalar([&text] { return literal(exact_number::from(text).value_or(exact_number())); });
  }

  bool open(bool array) {
    const bool here = on_path();
    if (here && levels_.size() == tokens_.size()) {
      found_ = outcome::composite;
      return false;
    }
    levels_.push_back({array, here});
    return true;
  }

  bool close() {
    const bool was_on_path = levels_.back().on_path;
    levels_.pop_back();
    return !was_on_path;  // then what was looked for is not there
  }

  std::span<const std::string> tokens_;
  std::vector<level> levels_;
  outcome found_ = outcome::absent;
  literal value_;
};

where_clause::where_clause(std::string_view text) { parser(text, *this).parse(); }

bool where_clause::fits(const recorded_event& event) const {
  if (tokens_.front() == "data") return fits(event.data, 1);
  return fits(to_json(to_envelope(event)), 0);
}

bool where_clause::fits(std::string_view document, std::size_t tokens_before) const {
  finder reading(std::span<const std::string>(tokens_).subspan(tokens_before));
  (void)json::sax_parse(document.begin(), document.end(), &reading);
  switch (reading.found()) {
    case finder::outcome::absent: return false;
    case finder::outcome::composite: return how_ == comparison::unequal;
    case finder::outcome::scalar: return holds_for(reading.value());
  }
  return false;
}

bool where_clause::holds_for(const literal& found) const {
  if (how_ == comparison::equal) return found == value_;
  if (how_ == comparison::unequal) return found != value_;
  if (found.index() != value_.index()) return false;
  std::strong_ordering order = std::strong_ordering::equal;
  if (const auto* const text = std::get_if<std::string>(&found)) {
    if (how_ == comparison::like) return matches(std::get<std::string>(value_), *text);
    order = text->compare(std::get<std::string>(value_)) <=> 0;
  } else if (const auto* const number = std::get_if<exact_number>(&found)) {
    order = *number <=> std::get<exact_number>(value_);
  } else {
    return false;
  }
  switch (how_) {
    case comparison::less: return order < 0;
    case comparison::at_most: return order <= 0;
    case comparison::greater: return order > 0;
    case comparison::at_least: return order >= 0;
    default: return false;
  }
}

}  // namespace whence::inline v0::cli
