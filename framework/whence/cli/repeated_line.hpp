/// The command line of a request once more, to paste.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include <whence/cli/request.hpp>

namespace whence::inline v0::cli {

/// The line that was typed, with this option in place of what it may have said of it: "whence event list -o jsonl --from 51".
/// `without`: options that are left out.
std::string repeated_line(const request& request, std::string_view program, std::string_view option,
                          std::string_view value, std::initializer_list<std::string_view> without = {});

}  // namespace whence::inline v0::cli
