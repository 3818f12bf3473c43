/// `log verify`: commands about a log as a whole.
#pragma once

#include <span>

#include <whence/cli/command.hpp>

namespace whence::inline v0::cli {

std::span<const command> log_commands();

}  // namespace whence::inline v0::cli
