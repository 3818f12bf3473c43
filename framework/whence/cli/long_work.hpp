/// What takes long: a line says how far it is, and SIGINT or SIGTERM stops it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string_view>

#include <whence/cli/exit_code.hpp>
#include <whence/cli/session.hpp>

namespace whence::inline v0::cli {

/// "events", 4 182 of 5 104: called often while the work goes on, by one thread at a time. What does nothing yet is called "".
using report_progress = std::function<void(std::string_view doing, std::uint64_t done, std::uint64_t of)>;

/// What work that only looks at things leaves unfinished.
inline constexpr std::string_view nothing_known = "nothing is known of the rest";

/// Carries the work out, which heeds the token: it ends with operation_cancelled when that is asked to stop.
///
/// Returns  nothing when the work is done; the exit code if it was stopped, which has been said then, with `unfinished` behind it:
///          what that leaves.
/// Throws   what the work throws.
std::optional<exit_code> carry_out(session& session, std::string_view unfinished,
                                   const std::function<void(std::stop_token, const report_progress&)>& work);

}  // namespace whence::inline v0::cli
