/// Asks before something is changed that cannot be taken back.
#pragma once

#include <functional>
#include <string>

#include <whence/cli/request.hpp>
#include <whence/cli/session.hpp>
#include <whence/core/error.hpp>

namespace whence::inline v0::cli {

/// `operation.unconfirmed`: it was not said that it is to be done. Nothing was changed.
struct operation_unconfirmed final : error {
  operation_unconfirmed(const std::string& sentence, std::string why, std::string remedy);
};

/// --yes, or --confirm with that name, or on a terminal the answer to a question. `sentence`: "move 20 events out of shop.db".
/// `answered` is called once somebody has answered: it throws if that was SIGINT.
/// Throws   operation_unconfirmed.
void confirm(const request& request, session& session, const std::string& sentence, const std::string& name = {},
             const std::function<void()>& answered = {});

}  // namespace whence::inline v0::cli
