/// An example of help, as a shell would run it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tests {

/// The words behind the program's name as a shell would part them, up to a pipe.
inline std::vector<std::string> example_words(std::string_view line) {
  std::vector<std::string> words(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '\'') {
      quoted = !quoted;
    } else if (c == '|' && !quoted) {
      break;
    } else if (c == ' ' && !quoted) {
      if (!words.back().empty()) words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  if (words.back().empty()) words.pop_back();
  words.erase(words.begin());
  return words;
}

}  // namespace tests
