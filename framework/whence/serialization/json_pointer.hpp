/// The parts of a JSON pointer (RFC 6901).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace whence::inline v0::detail {

inline void append_key(std::string& pointer, std::string_view key) {
  pointer += '/';
  for (const char c : key) {
    if (c == '~')
      pointer += "~0";
    else if (c == '/')
      pointer += "~1";
    else
      pointer += c;
  }
}

inline void append_index(std::string& pointer, std::size_t index) {
  pointer += '/';
  pointer += std::to_string(index);
}

}  // namespace whence::inline v0::detail
