/// `whence event list --follow`: first the past, then each event as it comes.
#pragma once

#include <whence/cli/command.hpp>
#include <whence/cli/request.hpp>
#include <whence/cli/session.hpp>

namespace whence::inline v0::cli {

namespace flags {

inline constexpr flag follow{.name = "--follow", .text = "then each event as it comes, until Ctrl-C; table or jsonl"};
inline constexpr flag tail{
    .name = "--tail", .value = "N", .text = "following, the last N first; 10, or all after --from or --since"};
inline constexpr flag count{.name = "--count", .value = "N", .text = "following, ends after N events; 0: by none"};
inline constexpr flag for_a_while{.name = "--for", .value = "TIME", .text = "following, ends after 30s, 15m, 2h"};

}  // namespace flags

/// Whether the request is to follow.
/// Throws   usage_error: it asks for what cannot go together with that, or only with that.
bool is_following(const request& request);

/// Prints events until SIGINT, --until, --to, --count or --for ends it with 0. A line goes out as soon as it is there.
///
/// Limits   holds one page.
/// Throws   output_closed: the reader went away; it is noticed also while no event comes.
exit_code follow_events(const request& request, session& session);

}  // namespace whence::inline v0::cli
