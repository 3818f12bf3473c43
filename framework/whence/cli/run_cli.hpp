/// The command line of Whence as a function: the `whence` program is a main around it, and an application can offer the same
/// commands from its own executable.
#pragma once

namespace whence::inline v0 {

class cli_types;

/// Runs one command: `argv[1]` and what follows say which. Data go to standard output, everything else to standard error.
///
/// Threads  the main one: standard streams, the environment and the working directory belong to the process.
/// Throws   nothing: what fails is said on standard error, and is the exit code that is returned (exit_code.hpp).
int run_cli(int argc, char** argv) noexcept;

/// The same with an application's own types (cli_types.hpp): what needs its code works too.
int run_cli(int argc, char** argv, const cli_types& types) noexcept;

}  // namespace whence::inline v0
