/// whence.toml: what a project says once, so that nobody has to type it in its folders. `store = "shop.db"` names the log that
/// `whence` looks into, from this folder on.
///
/// A line has a key and a text in double quotes; # begins a comment. There is one key: store, a path, from the folder of the
/// file. What else stands there is an error: a key that is mistyped must not be passed over.
#pragma once

#include <optional>
#include <string>

#include <whence/cli/surroundings.hpp>

namespace whence::inline v0::cli {

/// The log that the nearest whence.toml names, of those in this folder and in those above it; nothing if there is none, or it
/// names none.
/// Throws   usage_error (`usage.settings`): the file cannot be understood. file_error.
std::optional<std::string> store_of_settings(const surroundings& around);

}  // namespace whence::inline v0::cli
