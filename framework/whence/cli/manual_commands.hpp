/// `whence man`, `whence completion`, and what the latter's scripts ask.
#pragma once

#include <span>

#include <whence/cli/command.hpp>

namespace whence::inline v0::cli {

std::span<const command> manual_commands();

}  // namespace whence::inline v0::cli
