/// Which log is meant when a command line doesn't say: nothing is guessed.
#pragma once

#include <optional>
#include <string>

#include <whence/cli/request.hpp>
#include <whence/cli/run_cli.hpp>
#include <whence/cli/surroundings.hpp>

namespace whence::inline v0::cli {

/// --store, else WHENCE_STORE, else what the nearest whence.toml names (`settings_file.hpp`), else the only log in the working
/// directory.
/// Throws   store_unnamed: there is none, or there are several. usage_error: whence.toml cannot be understood, or what is named is
///          no path but an address of SQLite's (":memory:", "file:…").
std::string chosen_store(const request& request, const surroundings& around);

/// The same, of the name that --store gives, if it is given. `line`: see store_to_open.
std::string chosen_store(const std::optional<std::string>& named, const surroundings& around,
                         const line_with_store& line, unnamed_store otherwise = unnamed_store::only_one_here);

}  // namespace whence::inline v0::cli
