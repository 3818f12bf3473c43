#include <sqlite3.h>

#include <whence/sql/moved_file.hpp>

namespace whence::sql {
inline namespace v0 {

bool has_moved(const database& db) noexcept {
  int moved = 0;
  return sqlite3_file_control(db.handle(), "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK && moved != 0;
}

}  // namespace v0
}  // namespace whence::sql
