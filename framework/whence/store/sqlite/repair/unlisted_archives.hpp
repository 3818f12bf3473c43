/// Archives of a log that its own rows do not name, or name wrongly: those that lie beside it under the names that archives have
/// there, and those that somebody gave. The chain hash in a stub says whether the event that one has is the one that was
/// archived: so it does not matter how a file was found.
#pragma once

#include <string>
#include <vector>

#include <whence/core/files.hpp>
#include <whence/store/sqlite/archive/opened_archives.hpp>
#include <whence/store/sqlite/format.hpp>

namespace whence::inline v0 {

/// True if the file has the mark of an archive. Throws file_error.
bool is_archive(files& files, const std::string& path);

/// What lies beside the log, as `shop.db.archive.<number>`, and is no archive of this log is passed over. `given`: with the mark.
/// Throws   repair_from_other_log: one that was given is of another log; log_damaged: it cannot be read; file_error, sql_error.
std::vector<unlisted_archive> unlisted_archives(files& files, const log_paths& log, const log_id& id,
                                                const std::vector<std::string>& given);

}  // namespace whence::inline v0
