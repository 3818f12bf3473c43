/// One command line from beginning to end.
#pragma once

#include <string>
#include <vector>

#include <whence/cli/exit_code.hpp>
#include <whence/cli/surroundings.hpp>

namespace whence::inline v0::cli {

/// The words are those after the program's name. Throws nothing.
exit_code run(const std::vector<std::string>& words, surroundings& around) noexcept;

}  // namespace whence::inline v0::cli
