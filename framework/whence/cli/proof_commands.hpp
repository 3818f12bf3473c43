/// `log make-key`, `log prove`, `log check-proof`: a log that can be shown to be unaltered.
#pragma once

#include <span>

#include <whence/cli/command.hpp>

namespace whence::inline v0::cli {

std::span<const command> proof_commands();

}  // namespace whence::inline v0::cli
