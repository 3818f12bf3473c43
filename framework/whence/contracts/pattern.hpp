/// Regular expressions of JSON Schema's `pattern`, matched in time that no text and no expression can blow up.
///
/// What is understood of ECMA-262 (in its Unicode mode): characters, `.`, classes, `\d \w \s` and their opposites, escapes of
/// characters, groups, `|`, `* + ? {n,m}` (lazy ones match the same), `^`, `$`, looking ahead. References back, looking behind,
/// `\b` and `\p{…}` are not.
///
/// The expression becomes a program of the kind that Thompson (1968) describes: all ways through it are followed at once, so that a
/// character costs at most one look at each instruction, and nothing recurs but looking ahead inside looking ahead.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace whence::inline v0::detail {

/// Why an expression cannot be used. Caught where the schema is read.
struct pattern_refused {
  std::string problem;
  bool unsupported = false;  ///< else it is no expression
};

class pattern {
 public:
  /// Throws pattern_refused.
  explicit pattern(std::string_view expression);

  /// Whether it matches somewhere in the text, which is UTF-8. Takes from `work` what it costs, and ends with false when nothing
  /// is left.
  bool matches(std::string_view text, std::uint64_t& work) const;

  const std::string& expression() const noexcept { return expression_; }
  /// How large it is when its repetitions are written out.
  std::size_t steps() const noexcept { return program_.size(); }

  struct range {
    char32_t first;
    char32_t last;
  };

  struct instruction {
    enum class kind : std::uint8_t { one_of, either, jump, at_begin, at_end, ahead, matched };
    kind what = kind::matched;
    bool negated = false;
    std::uint32_t next = 0;                           ///< of `ahead`: behind what is looked for
    std::uint32_t other = 0;                          ///< of `either`
    std::shared_ptr<const std::vector<range>> set{};  ///< of `one_of`; shared by its repetitions
  };

 private:
  bool match_from(const std::u32string& text, std::size_t begin, std::uint32_t entry, bool anywhere,
                  std::uint64_t& work) const;

  std::string expression_;
  std::vector<instruction> program_;
};

}  // namespace whence::inline v0::detail
