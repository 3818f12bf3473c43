/// What is said of a list without items: what was looked for and where, and what may have been meant by the name of a type that no
/// event has.
#pragma once

#include <string>

#include <whence/cli/request.hpp>
#include <whence/cli/selection.hpp>
#include <whence/cli/session.hpp>

namespace whence::inline v0::cli {

/// Of a command that found nothing: notes names in --type and --aggregate that the log's first and last events do not have, with
/// the command line that has the nearest name in its place, or else what tells the names that there are.
void note_unknown_types(const request& request, session& session);

/// The same; and on a terminal, where an empty screen says nothing, what was looked for in how much: "9 events, #1 to #9".
void note_nothing_found(const request& request, session& session, const std::string& looked_at);

/// Of a selection, that text.
std::string events_in(const selection& wanted, log_reader& log);

}  // namespace whence::inline v0::cli
