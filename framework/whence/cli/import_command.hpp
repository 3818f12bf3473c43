/// `import`: a log out of the lines of an export.
#pragma once

#include <span>

#include <whence/cli/command.hpp>

namespace whence::inline v0::cli {

std::span<const command> import_commands();

}  // namespace whence::inline v0::cli
