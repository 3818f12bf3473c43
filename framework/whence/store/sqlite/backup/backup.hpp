/// Makes a backup of a SQLite log. See log_backup.hpp for what it promises.
#pragma once

#include <string>

#include <whence/core/runtime.hpp>
#include <whence/store/log_backup.hpp>
#include <whence/store/sqlite/format.hpp>

namespace whence::inline v0 {

log_backup back_up_sqlite_log(const log_paths& paths, const std::string& to, const runtime& runtime,
                              const backup_options& options);

}  // namespace whence::inline v0
