/// What a verification would say of the events of a log that it does not look into, since a table is lost that a repair does
/// without.
#pragma once

#include <whence/store/log_repair.hpp>
#include <whence/store/log_verification.hpp>
#include <whence/store/sqlite/repair/repair_reader.hpp>

namespace whence::inline v0 {

/// Each event is checked against the chain hash in the row before it, in the log and in its archives.
/// Throws   operation_cancelled, sql_error.
log_verification look_through(repair_reader& log, const repair_options& options);

}  // namespace whence::inline v0
