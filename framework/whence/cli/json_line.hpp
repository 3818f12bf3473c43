/// Reads a JSON object that stands on one line, member by member, and builds nothing: what a value is, its reader knows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace whence::inline v0::cli {

/// Why a line is not what it should be. Whoever knows where it stands says so.
struct line_refused {
  std::string why;
};

/// A place in a line, which has to outlive it.
///
/// Throws   line_refused.
class json_line {
 public:
  /// Throws   also if it is no UTF-8, or has a control character in it: a carriage return, NUL.
  explicit json_line(std::string_view text);

  /// Goes into an object, which begins here.
  void open();
  /// The name of the object's next member, whose value has to be read next. False: the object ended.
  bool next_member(std::string& name);
  /// Nothing stands behind what was read.
  void end();

  std::string text();
  /// An integer without sign, fraction or exponent.
  std::uint64_t number();
  /// Calls `one` with each text of a list of texts.
  template <class One>
  void texts(One one) {
    must_take('[', "a list");
    if (take(']')) return;
    do {
      one(text());
    } while (take(','));
    must_take(']', "a comma, or the end of the list");
  }
  /// A value of any kind, as it stands there, byte for byte.
  std::string_view value();

 private:
  void white() noexcept;
  bool take(char expected) noexcept;
  void must_take(char expected, std::string_view what);
  [[noreturn]] void refuse(std::string_view what) const;
  std::uint32_t four_digits();
  void append_escaped(std::string& out);
  void skip_text();

  const std::string_view whole_;
  std::string_view rest_;
  bool first_ = false;  // no member of the innermost object was read yet
};

}  // namespace whence::inline v0::cli
