/// Asks before something is changed that cannot be taken back.
#pragma once

#include <string>

#include <whence/cli/request.hpp>
#include <whence/cli/session.hpp>

namespace whence::inline v0::cli {

/// On a terminal the answer to a question, elsewhere --yes. `sentence`: "move 20 events out of shop.db".
/// Throws   operation_unconfirmed.
void confirm(const request& request, session& session, const std::string& sentence);

}  // namespace whence::inline v0::cli
