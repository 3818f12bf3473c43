/// `whence stream …`
#pragma once

#include <span>

#include <whence/cli/command.hpp>

namespace whence::inline v0::cli {

std::span<const command> stream_commands();

}  // namespace whence::inline v0::cli
