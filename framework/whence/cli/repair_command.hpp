/// `log repair`: after a loss that its owner accepts, or to bring back what a backup still has.
#pragma once

#include <span>

#include <whence/cli/command.hpp>

namespace whence::inline v0::cli {

std::span<const command> repair_commands();

}  // namespace whence::inline v0::cli
