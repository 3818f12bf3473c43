#include <whence/core/name_patterns.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace whence::inline v0 {

bool matches_pattern(std::string_view pattern, std::string_view name) {
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = std::string_view::npos;  // the last one met, and how far it reached
  std::size_t reached = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      reached = n;
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++reached;
    } else {
      return false;
    }
  }
  return std::all_of(pattern.begin() + static_cast<std::ptrdiff_t>(p), pattern.end(), [](char c) { return c == '*'; });
}

name_patterns::name_patterns(std::vector<std::string> patterns) : patterns_(std::move(patterns)) {
  const bool plain = std::none_of(patterns_.begin(), patterns_.end(),
                                  [](const std::string& one) { return one.find('*') != std::string::npos; });
  if (plain) exact_ = patterns_;
}

bool name_patterns::match(std::string_view name) const {
  return patterns_.empty() || std::any_of(patterns_.begin(), patterns_.end(), [name](const std::string& pattern) {
           return matches_pattern(pattern, name);
         });
}

}  // namespace whence::inline v0
