/// `backup` and `restore`: the commands that write files beside a log, or a log where there is none.
#pragma once

#include <span>

#include <whence/cli/command.hpp>

namespace whence::inline v0::cli {

std::span<const command> backup_commands();

}  // namespace whence::inline v0::cli
