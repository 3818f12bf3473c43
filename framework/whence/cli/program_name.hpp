/// What a program of Whence is called in what it prints.
#pragma once

#include <string>
#include <string_view>

namespace whence::inline v0::cli {

/// Command lines in the text, which call the program `whence`, as they are to be typed: in an application's executable
/// "whence event list" is "order-service whence event list". Other uses of the word stay.
std::string as_started(std::string_view program, std::string_view text);

/// The text, of which lines end with a command line of `whence`, with the log that it was about: "whence event list --store
/// a.db". A line stays as it is if it has no such end, opens no log (`--help`), or is a comment.
std::string with_store(std::string_view text, std::string_view store);

/// The text as one word of a shell's command line: as it is if it can be, else in quotes; as $'\xff.db' if a screen would not show
/// it as it is.
std::string shell_word(std::string_view text);

}  // namespace whence::inline v0::cli
