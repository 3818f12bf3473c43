/// Texts that come from outside.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace shop {

/// True for one or more of 0 to 9.
bool are_digits(std::string_view text) noexcept;

/// Reads an integer of at most nine digits, with no sign but a minus.
std::optional<std::int64_t> parse_count(std::string_view text) noexcept;

/// The text, with U+FFFD in the place of each byte that is no part of a character.
std::string readable(std::string_view text);

/// The text, if there is one.
std::optional<std::string> unless_empty(std::string text);

/// "1 record", "2 records".
std::string counted(std::uint64_t number, std::string_view one);

/// The text for a terminal: readable, and what would move the cursor or turn the direction of reading (controls, also those
/// of U+0080 to U+009F, marks of direction, separators of lines) is written out as JSON would: \u001b.
std::string shown(std::string_view text);

/// The columns of a terminal that it takes there, one for each character.
std::size_t shown_width(std::string_view text) noexcept;

/// The bytes that the text takes as a JSON string, in its quotes.
std::size_t json_bytes(std::string_view text) noexcept;

}  // namespace shop
