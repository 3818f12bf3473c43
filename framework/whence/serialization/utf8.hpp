/// Which bytes are UTF-8 (RFC 3629).
#pragma once

#include <cstddef>
#include <string_view>

namespace whence::inline v0::detail {

/// The length of the well-formed sequence that begins at `text[at]`; 0 if there is none (overlong, surrogate, cut off).
inline std::size_t utf8_length(std::string_view text, std::size_t at) noexcept {
  const auto byte = [&](std::size_t offset) -> unsigned {
    return at + offset < text.size() ? static_cast<unsigned char>(text[at + offset]) : 0u;
  };
  const auto continues = [&](std::size_t offset) { return (byte(offset) & 0xC0u) == 0x80u; };
  const unsigned first = byte(0);
  const unsigned second = byte(1);
  if (first < 0x80u) return 1;
  if (first < 0xC2u) return 0;
  if (first < 0xE0u) return continues(1) ? 2 : 0;
  if (first < 0xF0u) {
    if (first == 0xE0u && second < 0xA0u) return 0;
    if (first == 0xEDu && second > 0x9Fu) return 0;
    return continues(1) && continues(2) ? 3 : 0;
  }
  if (first > 0xF4u) return 0;
  if (first == 0xF0u && second < 0x90u) return 0;
  if (first == 0xF4u && second > 0x8Fu) return 0;
  return continues(1) && continues(2) && continues(3) ? 4 : 0;
}

}  // namespace whence::inline v0::detail
