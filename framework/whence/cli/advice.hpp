/// What an operator can do about a fault of a log or of what lies beside it: the command to paste. The framework's own remedies
/// speak to whoever programs with it as well, and quote nothing for a shell.
#pragma once

#include <string>

#include <whence/core/error.hpp>
#include <whence/store/log_verification.hpp>

namespace whence::inline v0::cli {

/// Of a fault that was met while this store was looked into; a fault that is none of those has its own remedy. The last command
/// line of the program itself stands at the end, so that --store can follow it.
std::string advice(const error& fault, const std::string& store);

/// Goes on a sentence that says to bring an archive back: what else puts its events back, if anything does. That is a repair; of
/// one that a fork reads in its base, a repair of the base.
std::string or_put_back(const std::string& archive, const std::string& store);

/// Of what a verification of this store found.
std::string advice(const log_finding& found, const std::string& store);

}  // namespace whence::inline v0::cli
