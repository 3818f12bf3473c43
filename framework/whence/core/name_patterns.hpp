/// Names as an operator gives them, with `*` for any characters.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace whence::inline v0 {

/// `*` stands for any characters; the rest for itself.
bool matches_pattern(std::string_view pattern, std::string_view name);

/// Names of types, with `*` for any characters. None: all.
class name_patterns {
 public:
  name_patterns() = default;
  explicit name_patterns(std::vector<std::string> patterns);

  bool match(std::string_view name) const;
  /// The names, for a store to filter by; none if there are patterns, which only `match` knows.
  const std::vector<std::string>& exact() const noexcept { return exact_; }

 private:
  std::vector<std::string> patterns_;
  std::vector<std::string> exact_;
};

}  // namespace whence::inline v0
