/// What a fuzzer says of an input for which something does not hold.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <string_view>

namespace fuzzing {

/// As one line of printable characters.
inline std::string printable(std::string_view text) {
  static constexpr char hex[] = "0123456789abcdef";
  std::string line;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7F && c != '\\')
      line += c;
    else
      line.append("\\x").append(1, hex[byte >> 4]).append(1, hex[byte & 15]);
  }
  return line;
}

/// Ends the program, so that the fuzzer keeps the input, unless the property holds.
inline void holds(bool it_does, std::string_view property, std::initializer_list<std::string_view> facts = {}) {
  if (it_does) return;
  std::fprintf(stderr, "does not hold: %s\n", std::string(property).c_str());
  for (const std::string_view fact : facts) std::fprintf(stderr, "  %s\n", printable(fact).c_str());
  std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace fuzzing
