/// Text as JSON writes it, and the check that has to come first. For documents use a JSON library; this is for the lines
/// that are written often and have a fixed shape.
#pragma once

#include <string>
#include <string_view>

namespace whence::inline v0 {

/// True if the text is UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text) noexcept;

/// Appends the text as a JSON string, quoted; only what has to be escaped is.
/// Throws malformed_input (`text.not_utf8`): nothing was appended.
void append_json_string(std::string& out, std::string_view text);

/// The same as a string of its own.
std::string json_string(std::string_view text);

}  // namespace whence::inline v0
