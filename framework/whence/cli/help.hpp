/// Help, from the table of commands: examples first, at most 80 columns wide.
#pragma once

#include <string>

#include <whence/cli/command.hpp>
#include <whence/cli/request.hpp>

namespace whence::inline v0::cli {

/// Of one command, or of the whole program if `command` is null.
std::string help_text(const command* command, help_wanted wanted);

/// The version that --version prints.
std::string version_text(output_form form);

}  // namespace whence::inline v0::cli
