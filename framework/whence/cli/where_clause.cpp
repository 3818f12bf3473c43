#include <whence/cli/where_clause.hpp>

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include <nlohmann/json.hpp>

#include <whence/cli/event_commands.hpp>
#include <whence/cli/event_data.hpp>
#include <whence/core/name_patterns.hpp>

namespace whence::inline v0::cli {
namespace {

using json = nlohmann::json;

}  // namespace

class where_clause::parser {
 public:
  parser(std::string_view text, where_clause& clause) : in_("--where", text, "'/data/quantity < 0'"), clause_(clause) {}

  void parse() {
    in_.skip_spaces();
    parse_pointer();
    clause_.how_ = in_.sign();
    parse_value();
  }

 private:
  void parse_pointer() {
    std::string pointer;
    const std::size_t begin = in_.at();
    if (in_.rest().starts_with('"')) {
      pointer = in_.quoted();
    } else {
      for (; !in_.rest().empty() && in_.rest().front() != ' ' && !in_.is_sign(); in_.go_to(in_.at() + 1))
        pointer += in_.rest().front();
    }
    if (!pointer.starts_with('/')) {
      in_.go_to(begin);
      in_.fail("a JSON pointer is expected here, which begins with /");
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
        in_.go_to(begin);
        in_.fail("in this JSON pointer, ~ has to be ~0, and ~1 stands for /");
      }
    }
  }

  void parse_value() {
    condition_reader::value_text value = in_.value();
    if (value.quoted || clause_.how_ == comparison::like) {
      clause_.value_ = std::move(value.text);
      return;
    }
    if (value.text.starts_with('{') || value.text.starts_with('['))
      in_.fail_at_value("objects and lists cannot be compared: go on with the pointer to a value in them");
    if (value.text == "true" || value.text == "false" || value.text == "null") {
      if (is_of_order(clause_.how_)) in_.fail_at_value("true, false and null have no order: use = or !=");
      if (value.text == "null") {
        clause_.value_ = nullptr;
      } else {
        clause_.value_ = value.text == "true";
      }
    } else if (std::optional<exact_number> number = exact_number::from(value.text)) {
      clause_.value_ = *std::move(number);
    } else {
      clause_.value_ = std::move(value.text);
    }
  }

  condition_reader in_;
  where_clause& clause_;
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
  if (tokens_.front() == "data") return fits(json_data(event.data).text(), 1);
  return fits(json_of(event), 0);
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
    if (how_ == comparison::like) return matches_pattern(std::get<std::string>(value_), *text);
    order = text->compare(std::get<std::string>(value_)) <=> 0;
  } else if (const auto* const number = std::get_if<exact_number>(&found)) {
    order = *number <=> std::get<exact_number>(value_);
  } else {
    return false;
  }
  return is_of_order(how_) && holds(how_, order);
}

}  // namespace whence::inline v0::cli
