/// Read models that were left where a log was made, and have seen what it has not.
#pragma once

#include <string>
#include <string_view>

#include <whence/cli/session.hpp>

namespace whence::inline v0::cli {

/// Names each: it is stopped when it is next asked. `whose`: "the restored log's".
void warn_of_foreign_models(const std::string& log, std::string_view whose, session& session);

}  // namespace whence::inline v0::cli
