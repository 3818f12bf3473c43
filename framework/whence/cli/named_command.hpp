/// From words to a command of the table: groups, plurals, and what was probably meant.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <whence/cli/command.hpp>

namespace whence::inline v0::cli {

struct named_command {
  const command* what = nullptr;
  std::string_view group_only = {};  ///< the group, if it alone was named; its first command is meant then
  std::size_t words = 0;             ///< how many of the words that took
};

/// The command that the first words name. There is at least one word.
/// Throws   usage_error (`usage.command`), with the nearest word there is.
named_command command_named(std::span<const std::string> words);

/// What a command line can begin with: groups, commands without one, and "help".
std::vector<std::string> first_words();

/// The names of the commands of a group, in the order of help.
std::vector<std::string> commands_of(std::string_view group);

/// "event" for "event" and "events"; empty if there is no such group.
std::string_view group_named(std::string_view word);

/// Where there is more to know: "whence event list --help", or that of the program.
std::string help_line(const command* command);

/// "did you mean …?", or what is said otherwise.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& words, std::string otherwise);

}  // namespace whence::inline v0::cli
