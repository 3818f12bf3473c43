/// The lines of a remedy. It is prose alone, or lines for a shell, which can be pasted together:
///
///     tar -cf $(mktemp saved.XXXXXX.tar) shop.db*
///     # what a repair would do; to go on without what is lost:
///     #   order-service show 1 --accept-missing-tail
///     whence log repair --dry-run
///
/// A command in a line of its own is to be run as it is. What is said of it is a comment, and so is, further in, a command that
/// somebody has to decide for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace whence::inline v0::cli {

/// Whether the remedy has a command in it: then each of its lines is one, or a comment.
bool is_for_shell(std::string_view remedy);

/// Whether its last line is a command: nothing may stand behind it then.
bool ends_with_command(std::string_view remedy);

/// The remedy behind `indent` columns on a screen of that width, 0 for one without end. Prose is broken at spaces, and a comment
/// into comments; a command stays in one line, however long.
std::string remedy_on_screen(std::string_view remedy, std::size_t indent, std::size_t width);

}  // namespace whence::inline v0::cli
