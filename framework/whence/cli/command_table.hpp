/// The commands and the options that there are.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <whence/cli/command.hpp>

namespace whence::inline v0::cli {

/// In the order of help, hidden ones too. A group's first command is what the bare group does.
std::span<const command> commands();

/// What all commands have.
std::span<const flag* const> shared_flags();

/// Every option that any command has.
std::span<const flag* const> all_flags();

/// How many words may follow a command.
struct argument_rule {
  std::size_t least;
  std::size_t most;
};
argument_rule rule_of(const command& command);

/// The group's other name: "events".
std::string plural_of(std::string_view group);

/// "event list"
std::string full_name(const command& command);

}  // namespace whence::inline v0::cli
