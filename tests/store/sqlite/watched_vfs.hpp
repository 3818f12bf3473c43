/// What SQLite asks of the system, watched and disturbed: a VFS over "unix" that stands in its place for a whole process.
/// The product has no seam for it: `watched_vfs::install` makes it SQLite's default.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace tests::watched_vfs {

/// The files of a log, by the ends of their names. Others pass through.
enum class place { log, wal, index };

enum class call { read, write, sync, truncate, size, open, remove };

/// How a call fails.
enum class manner {
  before,  ///< nothing is done
  after,   ///< all is done, and called an error
  half,    ///< of a write, the first half is done
};

struct fault {
  std::optional<place> where;  ///< empty: log and WAL
  std::optional<call> what;    ///< empty: every call that changes or syncs something
  std::uint64_t number = 1;    ///< the first such call after arming is 1
  manner how = manner::before;
  bool for_good = false;  ///< and all that follow
  bool no_space = false;  ///< SQLITE_FULL instead of the call's own SQLITE_IOERR_…
};

/// From now on every connection of this process goes through here. Again: forgets everything, and the power is back.
void install();

/// Counts from now on, and fails as told; nothing: only counts.
void arm(const std::optional<fault>& fault);
/// The system is well again; counting stops.
void disarm();

/// How many calls `arm`'s fault could have hit since.
std::uint64_t calls_since_armed();
/// Whether it hit one.
bool has_fired();

/// Calls that change, sync or remove a file of this kind, since `install`.
std::uint64_t changes_of(place where);

/// From now on unsynced pages are remembered, as far as the log and its WAL are written through here.
///
/// A page is durable once a sync of its file has ended well after its last write. A sync that fails leaves its pages marked
/// clean, as Linux does: no later sync makes them durable, unless they are written again.
void remember_unsynced();

/// What a power cut leaves: takes back every page (with a seed other than 0: about half of them) that is not durable, and a
/// truncation that was not synced as a whole or not at all. Every later call fails.
void lose_unsynced(std::uint64_t seed);

}  // namespace tests::watched_vfs
