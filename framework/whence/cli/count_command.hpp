/// `whence event count`
#pragma once

#include <whence/cli/command.hpp>

namespace whence::inline v0::cli {

std::span<const command> count_commands();

}  // namespace whence::inline v0::cli
