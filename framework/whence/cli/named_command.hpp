/// From words to a command of the table: groups, plurals, and what was probably meant.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <whence/cli/command.hpp>
#include <whence/cli/failure.hpp>

namespace whence::inline v0::cli {

struct named_command {
  const command* what = nullptr;
  std::string_view group_only = {};  ///< the group, if it alone was named; its first command is meant then
  std::size_t words = 0;             ///< how many of the words that took
};

/// The whole command line, with another word in the place of the one that stands there among the words that were looked at.
using corrected_line = std::function<std::string(std::size_t place, const std::string& meant)>;

/// The command that the first words name. There is at least one word.
/// Throws   usage_error (`usage.command`), with the nearest word there is and the command line with it.
named_command command_named(std::span<const std::string> words, const corrected_line& corrected);

/// What a command line can begin with: groups, commands without one, and "help".
std::vector<std::string> first_words();

/// The names of the commands of a group, in the order of help.
std::vector<std::string> commands_of(std::string_view group);

/// "event" for "event" and "events"; empty if there is no such group.
std::string_view group_named(std::string_view word);

/// Where there is more to know: "whence event list --help", or that of the program.
std::string help_line(const command* command);

/// What is said of a word that there is not.
struct unknown_word {
  std::string_view reason;  ///< the code is `usage.<reason>`
  std::string what;         ///< `there is no command "evnt"`
  std::string_view word;
  std::vector<std::string> known;  ///< what could be meant
  std::string why = {};            ///< if nothing is near
  std::string remedy = {};         ///< the same
};

/// If a known word is near, "; did you mean …?", and the line with it as the remedy.
usage_error not_known(unknown_word said, const std::function<std::string(const std::string& meant)>& corrected);

}  // namespace whence::inline v0::cli
