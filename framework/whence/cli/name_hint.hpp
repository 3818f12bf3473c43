/// What may have been meant by the name of a type that no event has.
#pragma once

#include <whence/cli/request.hpp>
#include <whence/cli/session.hpp>

namespace whence::inline v0::cli {

/// Of a command that found nothing: notes names in --type and --aggregate that the log's first and last events do not have, with
/// the command line that has the nearest name in its place, or else what tells the names that there are.
void note_unknown_types(const request& request, session& session);

}  // namespace whence::inline v0::cli
