/// The manual, from the table of commands: as a man page, and as Markdown for docs/cli.md.
#pragma once

#include <string>
#include <string_view>

#include <whence/cli/command.hpp>

namespace whence::inline v0::cli {

/// What a manual is of: one command, the commands of a group, or (with neither) the whole program.
struct manual_subject {
  const command* what = nullptr;
  std::string_view group = {};
};

/// In roff, for `man -l` and the folder man1.
std::string man_page(std::string_view program, manual_subject subject);

std::string markdown_manual(std::string_view program, manual_subject subject);

}  // namespace whence::inline v0::cli
