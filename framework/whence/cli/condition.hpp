/// A condition as --where and --fail-if take it: what, how, and which value.
///
///     condition  what operator value, with spaces between them or without
///     what       as the option says: a JSON pointer, lag, nothing at all
///     operator   = (or ==) != < <= > >=, or ~ for a pattern of text with * for any characters
///     value      the rest, without spaces around it; in double quotes a text as JSON writes it
#pragma once

#include <compare>
#include <string>
#include <string_view>

namespace whence::inline v0::cli {

enum class comparison { equal, unequal, less, at_most, greater, at_least, like };

/// Whether it holds of values that stand so to each other; `like` holds of none.
bool holds(comparison how, std::strong_ordering found_to_limit) noexcept;

/// Whether values of it are put in order: all but = != ~.
bool is_of_order(comparison how) noexcept;

inline constexpr std::string_view all_operators = "= != < <= > >= ~";
/// Of numbers: ~ compares texts.
inline constexpr std::string_view operators_of_numbers = "= != < <= > >=";

/// Reads one condition from its beginning to its end. Each failure points at the place in the text.
///
/// Throws   usage_error (`usage.condition`), from all of its functions.
class condition_reader {
 public:
  /// `example` is what is recommended instead, and `with` which operators fit.
  condition_reader(std::string_view flag, std::string_view text, std::string_view example,
                   std::string_view with = all_operators);

  /// Letters; empty if none stand here.
  std::string word();
  comparison sign();

  struct value_text {
    std::string text;
    bool quoted = false;
  };
  /// All that is left.
  value_text value();
  /// A JSON string from here on; goes behind it.
  std::string quoted();

  void skip_spaces();
  /// What is not read yet.
  std::string_view rest() const noexcept { return text_.substr(at_); }
  std::size_t at() const noexcept { return at_; }
  void go_to(std::size_t place) noexcept { at_ = place; }
  /// Whether an operator stands here; ~0 and ~1 are none, but part of a JSON pointer.
  bool is_sign() const noexcept;

  [[noreturn]] void fail(std::string_view expected) const;
  /// Fails at the value that was read last.
  [[noreturn]] void fail_at_value(std::string_view expected);

 private:
  const std::string_view flag_;
  const std::string_view text_;
  const std::string_view example_;
  const std::string_view with_;
  std::size_t at_ = 0;
  std::size_t value_at_ = 0;
};

}  // namespace whence::inline v0::cli
