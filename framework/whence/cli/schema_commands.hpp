/// schema …: what is promised of events, and who can still read whom.
#pragma once

#include <span>

#include <whence/cli/command.hpp>

namespace whence::inline v0::cli {

std::span<const command> schema_commands();

}  // namespace whence::inline v0::cli
