/// Where SQLite puts what it needs for a while: temporary databases, and sorted rows that do not fit into memory.
#pragma once

#include <string>

namespace whence::sql {
inline namespace v0 {

/// SQLITE_TMPDIR, else TMPDIR, else /var/tmp, /usr/tmp, /tmp, else the current directory: the first that this process may
/// write into. Asked anew at each call, as SQLite does.
std::string temporary_folder();

/// What to do where that is full.
std::string room_for_temporary_files();

}  // namespace v0
}  // namespace whence::sql
