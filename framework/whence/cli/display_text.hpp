/// Text from events on a terminal: nothing that moves the cursor or turns the direction of reading, and a known width.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace whence::inline v0::cli {

/// The text with every character that does not show itself written out, as JSON would: controls (also C1), formats such as those
/// that change the direction (but not the joiners that scripts and emoji need), line and paragraph separators, what is not
/// assigned. A byte that is no UTF-8 becomes \xNN.
std::string visible(std::string_view text);

/// How many columns of a terminal a visible text takes.
std::size_t display_width(std::string_view text);

/// The visible text if it fits, else its beginning and "…": never a part of a character as people see it.
std::string cut_to(std::string_view text, std::size_t width);

/// "614 kB", "1.2 GB": as people say it.
std::string size_text(std::uint64_t bytes);

/// 12403 as "12 403".
std::string with_groups(std::size_t number);

/// "1 event", "1 200 events"
std::string counted(std::size_t number, std::string_view one);

}  // namespace whence::inline v0::cli
