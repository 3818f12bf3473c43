/// `--watch EVERY`: the same again and again, until SIGINT.
#pragma once

#include <functional>
#include <optional>

#include <whence/cli/exit_code.hpp>
#include <whence/cli/request.hpp>
#include <whence/cli/session.hpp>

namespace whence::inline v0::cli {

namespace flags {
inline constexpr flag watch{
    .name = "--watch", .value = "EVERY", .text = "again every 2s, until Ctrl-C; as a table, or with -o jsonl"};
}

/// Draws once, or every so often if --watch is given: on a terminal in the same place. `draw` returns how the command ends;
/// nothing: it may go on. SIGINT ends a watch with 0.
/// Throws   usage_error: too often, or in a form that has an end.
exit_code draw_or_watch(const request& request, session& session,
                        const std::function<std::optional<exit_code>()>& draw);

}  // namespace whence::inline v0::cli
