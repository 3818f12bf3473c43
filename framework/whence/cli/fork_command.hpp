/// `log fork`: a sandbox that shares the past of a log; and how other commands say that a log is one.
#pragma once

#include <span>
#include <string>

#include <whence/cli/command.hpp>
#include <whence/store/log_fork.hpp>

namespace whence::inline v0::cli {

std::span<const command> fork_commands();

/// "shop.db, up to #50"
std::string base_text(const log_base& base);
std::string json_of_base(const log_base& base);

}  // namespace whence::inline v0::cli
