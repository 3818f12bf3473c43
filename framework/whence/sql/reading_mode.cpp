#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>

#include <utility>

#include <whence/core/detail/fault_points.hpp>
#include <whence/core/files.hpp>
#include <whence/sql/reading_mode.hpp>

namespace whence::sql {
inline namespace v0 {
namespace {

/// SQLite follows links to the database, and looks for the files beside it there.
std::string followed(const std::string& path) {
  sqlite3_vfs* const vfs = sqlite3_vfs_find(nullptr);
  std::string target(static_cast<std::size_t>(vfs->mxPathname) + 1, '\0');
  const int result = vfs->xFullPathname(vfs, path.c_str(), static_cast<int>(target.size()), target.data());
  return result == SQLITE_OK || result == SQLITE_OK_SYMLINK ? std::string(target.c_str()) : path;
}

enum class found { nothing, empty, something };

/// What cannot be looked at may be anything.
found look_at(const std::string& path) {
  struct statx status{};
  if (::statx(AT_FDCWD, path.c_str(), AT_STATX_SYNC_AS_STAT, STATX_SIZE, &status) != 0) {
    return errno == ENOENT ? found::nothing : found::something;
  }
  return status.stx_size == 0 ? found::empty : found::something;
}

}  // namespace

reading_mode reading_mode::of(const std::string& path) {
  std::string file = followed(path);
  const bool may_make = ::faccessat(AT_FDCWD, directory_of(file).c_str(), W_OK, AT_EACCESS) == 0;
  return {std::move(file), may_make};
}

reading_mode reading_mode::making_no_file(const std::string& path) { return {followed(path), false}; }

reading_mode reading_mode::ordinary() { return {{}, true}; }

reading_mode::reading_mode(std::string path, bool may_make_files) : path_(std::move(path)) {
  if (!may_make_files) begun_ = at_rest();
}

bool reading_mode::still_holds() const { return !begun_ || at_rest() == begun_ || whence::detail::mutant(76); }

std::optional<reading_mode::stamp> reading_mode::at_rest() const {
  struct statx status{};
  constexpr unsigned asked = STATX_INO | STATX_SIZE | STATX_MTIME | STATX_CTIME;
  if (::statx(AT_FDCWD, path_.c_str(), AT_STATX_SYNC_AS_STAT, asked, &status) != 0) return std::nullopt;
  // After the database: whoever changed it before that had made these before.
  const found wal = look_at(path_ + "-wal");
  if (wal == found::something || look_at(path_ + "-journal") == found::something) return std::nullopt;
  if (wal == found::empty && look_at(path_ + "-shm") != found::nothing) return std::nullopt;
  const auto number = [](auto value) { return static_cast<std::uint64_t>(value); };
  return stamp{number(status.stx_ino),           number(status.stx_size),         number(status.stx_mtime.tv_sec),
               number(status.stx_mtime.tv_nsec), number(status.stx_ctime.tv_sec), number(status.stx_ctime.tv_nsec)};
}

}  // namespace v0
}  // namespace whence::sql
