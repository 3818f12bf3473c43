/// How a database is opened by who only reads it, also where SQLite could not open it to read.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include <whence/sql/database.hpp>

namespace whence::sql {
inline namespace v0 {

/// A database in WAL mode has a -wal and a -shm beside it, which SQLite makes also to read it. A database that was closed in order
/// and then copied alone lacks them, and on read-only media, or in a folder where this user may not write, they cannot be made.
/// Such a one is read as `open_mode::unchanging`: without a lock, and without a look at any -wal. That is right only as long as
/// nobody writes it, and nobody can forbid it to those who may write there. So it is looked at again: whoever asks `still_holds`
/// after reading, and before believing what was read, is told in time. A writer makes both files before it changes the database,
/// and one that takes them away again leaves another time of change (if not within the same tick of the file system's clock, some
/// milliseconds before Linux 6.13, in which the first look was taken).
///
/// Threads  any.
/// Costs    four questions to the file system, to make one; three to ask whether it still holds; none with `read_only`.
class reading_mode {
 public:
  /// `unchanging` if the -wal or the -shm is missing and cannot be made, and there is nothing in a -wal or a -journal. Else
  /// `read_only`: then SQLite keeps readers and writers apart, or says what it lacks.
  static reading_mode of(const std::string& path);

  /// The same, and makes no file beside the database even where it could.
  static reading_mode making_no_file(const std::string& path);

  /// `read_only` whatever the files are.
  static reading_mode ordinary();

  open_mode mode() const noexcept { return begun_ ? open_mode::unchanging : open_mode::read_only; }

  /// False: somebody has written, or is about to. What was read since this was made may be torn, or old: open it anew.
  bool still_holds() const;

 private:
  /// Inode, size, seconds and nanoseconds of the last changes of content and of state.
  using stamp = std::array<std::uint64_t, 6>;

  reading_mode(std::string path, bool may_make_files);

  /// Nothing: it has, or may have, a writer.
  std::optional<stamp> at_rest() const;

  std::string path_;
  std::optional<stamp> begun_;
};

}  // namespace v0
}  // namespace whence::sql
