/// Texts that come from outside.
#pragma once

#include <cstddef>
#include <string_view>

namespace shop {

/// True for well-formed UTF-8 (RFC 3629: shortest form, no surrogates, nothing beyond U+10FFFF).
bool is_utf8(std::string_view text) noexcept;

/// The bytes that a text takes in JSON.
std::size_t json_bytes(std::string_view text) noexcept;

}  // namespace shop
