/// Text in lines of a screen's width.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace whence::inline v0::cli {

inline constexpr std::size_t screen_width = 80;

/// Wraps at spaces; the first line begins at `column`, the others are indented so far. Ends with a line break.
std::string wrapped(std::string_view text, std::size_t column);

/// Broken at spaces into lines of that width. The first begins at column `at`, the others are indented by `indent`; a word that
/// no line has room for stands alone on one. Without a line break at the end.
std::string broken_at_spaces(std::string_view text, std::size_t at, std::size_t indent, std::size_t width);

/// The text on lines that are at most so wide, 1 or more: broken at spaces, and where there are none, anywhere.
std::vector<std::string> lines_within(std::string_view text, std::size_t width);

/// A command line, broken between its words as a shell puts it together again; each line begins after `indent` spaces.
std::string broken_command(std::string_view line, std::size_t indent, std::size_t width);

/// Help, which is made for `screen_width`, on a narrower screen: broken at spaces, what stands in columns on lines of its own.
std::string fitted_to(std::string_view text, std::size_t width);

/// As `wrapped`, but the items, which are parted by single spaces, are kept whole.
std::string wrapped_items(const std::vector<std::string>& items, std::size_t column);

/// The paragraphs of a text, which are parted by line breaks.
std::vector<std::string_view> paragraphs_of(std::string_view text);

/// The text, and spaces behind it up to that width.
std::string padded(std::string_view text, std::size_t to);

}  // namespace whence::inline v0::cli
