/// Bytes as hexadecimal digits.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace whence::inline v0 {

/// Two digits for each byte, in lower case.
std::string to_hex(std::span<const std::uint8_t> bytes);

/// False unless the text is exactly the digits, in lower case, of as many bytes.
bool from_hex(std::string_view text, std::span<std::uint8_t> into) noexcept;

}  // namespace whence::inline v0
