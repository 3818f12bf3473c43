/// The command line of Whence as a function: the `whence` program is a main around it, and an application can offer the same
/// commands from its own executable.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whence::inline v0 {

class cli_types;

/// Runs one command: `argv[1]` and what follows say which. Data go to standard output, everything else to standard error.
///
/// Threads  the main one: standard streams, the environment and the working directory belong to the process.
/// Throws   nothing: what fails is said on standard error, and is the exit code that is returned (exit_code.hpp).
int run_cli(int argc, char** argv) noexcept;

/// The same with an application's own types (cli_types.hpp): what needs its code works too.
int run_cli(int argc, char** argv, const cli_types& types) noexcept;

/// Whether JSON is asked for (--json, -o json), also by a command line that is wrong elsewhere: for a program whose own options
/// are called so, and that says in JSON too what was wrong (failure_document in exit_code.hpp). What stands behind -- is no option.
bool asks_for_json(const std::vector<std::string>& words);

/// What a command is allowed to take for its log if none was named.
enum class unnamed_store {
  only_one_here,  ///< the only log in this folder
  none            ///< none: it writes, and what it wrote into another application's log would stay there
};

/// A command line with this word, which a shell takes as it is, for its --store.
using line_with_store = std::function<std::string(const std::string& store)>;

/// Which log a program of its own works on, by the rules of `whence`: the one that is `named`; else the environment's
/// WHENCE_STORE; else what the nearest whence.toml says, from this folder upwards; else, if it may be, the only log here.
/// `line` makes the remedy: the command line as it was typed, with this word behind its --store.
///
/// Throws   usage.value (also of ":memory:" and "file:…", which SQLite takes for no files), usage.settings, store.unnamed.
std::string store_to_open(const std::optional<std::string>& named, unnamed_store otherwise,
                          const line_with_store& line);

/// What `--version` says: the program's name and the version of Whence, on a line.
std::string version_line(std::string_view program);

/// What `--version -o json` says, on a line (schemas/version.schema.json): also the commit, and the versions of SQLite and of what
/// is read and written.
std::string version_document(std::string_view program);

/// How wide the terminal is that this descriptor stands for; 0: it is none, and nothing is to be broken there.
std::size_t terminal_columns(int descriptor) noexcept;

/// Help, which is made for 80 columns, on a terminal of so many: broken at spaces, what stands in columns on lines of its own.
/// As it is with 0.
std::string fitted_help(std::string_view help, std::size_t columns);

}  // namespace whence::inline v0
