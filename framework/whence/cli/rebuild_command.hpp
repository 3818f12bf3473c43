/// `projection rebuild`.
#pragma once

#include <span>

#include <whence/cli/command.hpp>

namespace whence::inline v0::cli {

std::span<const command> rebuild_commands();

}  // namespace whence::inline v0::cli
