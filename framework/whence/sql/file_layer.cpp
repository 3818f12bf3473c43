#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <new>
#include <string>
#include <string_view>

#include <sqlite3.h>

#include <whence/core/detail/mode_of_file.hpp>
#include <whence/sql/file_layer.hpp>

namespace whence::sql {
inline namespace v0 {
namespace {

constexpr int file_bytes = 4'096;  // there is no layer whose files take more

/// Of root, SQLite does it itself.
void fit(const std::string& part, const struct stat& database) {
  struct stat there{};
  if (::lstat(part.c_str(), &there) != 0 || !S_ISREG(there.st_mode)) return;
  if (there.st_gid == database.st_gid || there.st_uid != ::geteuid()) return;
  if (::lchown(part.c_str(), static_cast<uid_t>(-1), database.st_gid) == 0) return;
  static_cast<void>(::chmod(part.c_str(), whence::detail::mode_for_any_group(database.st_mode)));
}

/// An open file that is closed takes all locks of the process on it away: so this one is never open here.
void make_wal_index(const std::string& path) {
  struct stat there{};
  if (::lstat(path.c_str(), &there) != 0 && errno == ENOENT)
    static_cast<void>(::mknod(path.c_str(), S_IFREG | 0600, 0));
}

void fit_parts(std::string_view name, int flags) {
  const bool is_wal = (flags & SQLITE_OPEN_WAL) != 0;
  const std::string_view end = is_wal ? "-wal" : "-journal";
  if (!name.ends_with(end)) return;
  const std::string part(name);
  const std::string path = part.substr(0, part.size() - end.size());
  struct stat database{};
  if (::stat(path.c_str(), &database) != 0) return;
  fit(part, database);
  if (!is_wal || database.st_gid == ::getegid()) return;
  make_wal_index(path + "-shm");
  fit(path + "-shm", database);
}

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* flags_out) noexcept {
  return sqlite3_vfs_find(nullptr)->szOsFile <= file_bytes ? open_by_default(name, file, flags, flags_out)
                                                           : SQLITE_CANTOPEN;
}

/// Calls the layer below, which is the default now.
template <auto Method, class... Arguments>
auto by_default(sqlite3_vfs*, Arguments... arguments) noexcept {
  sqlite3_vfs* const under = sqlite3_vfs_find(nullptr);
  return (under->*Method)(under, arguments...);
}

}  // namespace

sqlite3_vfs layer_over_default(const char* name, int size, open_call opens) noexcept {
  sqlite3_vfs made{};
  made.iVersion = 2;
  made.szOsFile = size;
  made.mxPathname = sqlite3_vfs_find(nullptr)->mxPathname;
  made.zName = name;
  made.xOpen = opens;
  made.xDelete = by_default<&sqlite3_vfs::xDelete, const char*, int>;
  made.xAccess = by_default<&sqlite3_vfs::xAccess, const char*, int, int*>;
  made.xFullPathname = by_default<&sqlite3_vfs::xFullPathname, const char*, int, char*>;
  made.xRandomness = by_default<&sqlite3_vfs::xRandomness, int, char*>;
  made.xSleep = by_default<&sqlite3_vfs::xSleep, int>;
  made.xCurrentTime = by_default<&sqlite3_vfs::xCurrentTime, double*>;
  made.xGetLastError = by_default<&sqlite3_vfs::xGetLastError, int, char*>;
  made.xCurrentTimeInt64 = by_default<&sqlite3_vfs::xCurrentTimeInt64, sqlite3_int64*>;
  return made;
}

int open_by_default(const char* name, sqlite3_file* file, int flags, int* flags_out) noexcept {
  sqlite3_vfs* const under = sqlite3_vfs_find(nullptr);
  const int result = under->xOpen(under, name, file, flags, flags_out);
  constexpr int parts = SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL;
  if (result != SQLITE_OK || name == nullptr || (flags & parts) == 0 || ::geteuid() == 0) return result;
  try {
    fit_parts(name, flags);
  } catch (const std::exception&) {
    // There is no memory for a path; SQLite is about to say so.
  }
  return result;
}

const char* file_layer() {
  static sqlite3_vfs vfs = layer_over_default("whence-files", file_bytes, &open);
  static const int registered = sqlite3_vfs_register(&vfs, 0);
  if (registered != SQLITE_OK) throw std::bad_alloc();
  return vfs.zName;
}

}  // namespace v0
}  // namespace whence::sql
