/// Texts that come from outside.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace shop {

/// True for well-formed UTF-8 (RFC 3629: shortest form, no surrogates, nothing beyond U+10FFFF).
bool is_utf8(std::string_view text) noexcept;

/// True for one or more of 0 to 9.
bool are_digits(std::string_view text) noexcept;

/// Reads an integer of at most nine digits, with no sign but a minus.
std::optional<std::int64_t> parse_count(std::string_view text) noexcept;

/// The text, with U+FFFD in the place of each byte that is no part of a character.
std::string readable(std::string_view text);

/// The text as a JSON string, in its quotes.
std::string json_string(std::string_view text);

/// The bytes that it takes.
std::size_t json_bytes(std::string_view text) noexcept;

}  // namespace shop
