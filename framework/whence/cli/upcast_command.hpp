/// whence schema upcast.
#pragma once

#include <span>

#include <whence/cli/command.hpp>

namespace whence::inline v0::cli {

std::span<const command> upcast_commands();

}  // namespace whence::inline v0::cli
