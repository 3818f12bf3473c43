/// `whence stream state …`: what needs an application's own types.
#pragma once

#include <span>

#include <whence/cli/command.hpp>

namespace whence::inline v0::cli {

std::span<const command> state_commands();

}  // namespace whence::inline v0::cli
