/// How the files of SQLite are opened: by its own access to them, and so that what it makes beside a database is for those who may
/// read the database. By itself it gives these files the mode of the database, and the group of who makes them.
/// (https://www.sqlite.org/vfs.html)
#pragma once

struct sqlite3_file;
struct sqlite3_vfs;

namespace whence::sql {
inline namespace v0 {

using open_call = int (*)(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* flags_out);

/// A layer whose files `open` opens; all else is done by the one that is the default at that moment. Not registered.
/// `file_bytes`: the size of what `open` makes of a file.
sqlite3_vfs layer_over_default(const char* name, int file_bytes, open_call open) noexcept;

/// For `open`: opens by the default. What belongs to a database gets its group; where that is refused, no group gets more than all
/// others have. Of a -shm, which has no data in it, SQLite may still set the mode.
int open_by_default(const char* name, sqlite3_file* file, int flags, int* flags_out) noexcept;

/// The name of a layer that does this and nothing more. Registered with the first call. Threads: any. Throws std::bad_alloc.
const char* file_layer();

}  // namespace v0
}  // namespace whence::sql
