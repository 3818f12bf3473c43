/// Whether a database that is open still is the file of its path.
#pragma once

#include <whence/sql/database.hpp>

namespace whence::sql {
inline namespace v0 {

/// True of a file that was deleted, moved away or replaced. False where nobody can say; and of one that was written over.
bool has_moved(const database& db) noexcept;

}  // namespace v0
}  // namespace whence::sql
