/// What a log depends on and Whence does not make: the file system that it lies on, the clock, the build of SQLite.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace whence::inline v0::cli {

struct file_system {
  enum class kind {
    local,   ///< on a disk of this machine
    shared,  ///< of another machine, or of the host of this one: locks and shared memory between processes may not hold
    memory,  ///< gone when the machine stops
    container,   ///< the upper layer of a container: gone with it
    user_space,  ///< FUSE: it is what a program makes of it
    unknown,
  };
  kind what = kind::unknown;
  std::string name;  ///< "ext4"; of one that is not known, its number: "0xef53"
  bool read_only = false;
  std::uint64_t free_bytes = 0;  ///< that this user may still take
};

/// Of the nearest folder of the path that is there, as statfs(2) says. Nothing: the system does not say.
std::optional<file_system> file_system_of(const std::string& path);

/// Whether somebody keeps the clock right (adjtimex(2)). Nothing: the system does not say.
std::optional<bool> clock_is_kept();

/// "Linux 6.1.0 x86_64"
std::string system_name();

/// Of SQLite, whose version is given as 3045001 for 3.45.1: whether a checkpoint of one connection beside a commit of another may
/// lose what was committed (fixed in 3.51.3, 3.50.7 and 3.44.6).
bool has_wal_reset_bug(int sqlite_version) noexcept;

}  // namespace whence::inline v0::cli
