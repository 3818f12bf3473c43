/// What --version says.
#pragma once

#include <string>
#include <string_view>

#include <whence/cli/command.hpp>

namespace whence::inline v0::cli {

/// "0.1.0"
std::string_view version_of_whence() noexcept;

/// As a table one line: program and version. Else one JSON object: also the commit (null if the build did not know it, with
/// "-dirty" behind it if files were changed), the version of SQLite, and those of what it reads and writes.
std::string version_text(std::string_view program, output_form form);

}  // namespace whence::inline v0::cli
