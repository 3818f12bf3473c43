/// What a command is: a row of the one table from which parsing, help and tests come.
#pragma once

#include <span>
#include <string_view>

#include <whence/cli/exit_code.hpp>

namespace whence::inline v0::cli {

class request;
class session;

/// An option. The same name means the same everywhere, so that it can stand before or after the command.
struct flag {
  std::string_view name;        ///< "--stream"
  char letter = 0;              ///< 'o' for "-o"
  std::string_view value = {};  ///< "NAME"; empty: a switch
  std::string_view text = {};   ///< what it does, for help
  bool repeats = false;
};

struct example {
  std::string_view line;  ///< to be pasted into a shell as it stands
  std::string_view text;
};

enum class access {
  none,   ///< opens no log
  reads,  ///< opens the log as a visitor: never writes a byte of it
};

struct command {
  std::string_view group;     ///< "event"; empty if the name stands alone
  std::string_view name;      ///< "list"
  std::string_view argument;  ///< what has to follow, "STREAM"; empty: nothing may
  std::string_view summary;
  std::string_view text;  ///< paragraphs for the full help
  std::span<const example> examples;
  std::span<const flag* const> flags;  ///< besides those that all commands have
  access log;
  exit_code (*run)(const request&, session&);
};

}  // namespace whence::inline v0::cli
