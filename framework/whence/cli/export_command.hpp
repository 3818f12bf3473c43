/// `export`: a log as lines, all of it or from one position to another.
#pragma once

#include <span>

#include <whence/cli/command.hpp>

namespace whence::inline v0::cli {

std::span<const command> export_commands();

}  // namespace whence::inline v0::cli
