/// The witness: a small file beside the log that remembers how far the log went, so that a lost tail is seen.
///
/// A damaged WAL can make SQLite forget its newest commits without a word. So after each commit, and before it is
/// acknowledged, its position and chain hash are written here; unsynced (about 1 us), because it is the crash of the process
/// and the damage of a file that it stands against. It is synced before each checkpoint and on close.
///
/// The file has two slots, at 0 and at 4096, written in turn, so that a torn write leaves the other:
///
///     0   "WHNCWIT1"
///     8   log id, 16 bytes
///     24  epoch, 8 bytes; position, 8 bytes (integers little-endian)
///     40  chain hash, 16 bytes
///     56  sequence number of the write, 8 bytes: the higher one is the newer slot
///     64  XXH3-64 over the 64 bytes before
///
/// Behind the first slot, in a sector of its own, it notes the database file that was opened for writing last: no copy of a file
/// was made when that was. The note counts for nothing but that (log_origin.hpp): where it cannot be read, nothing is known.
///
///     512  "WHNCFILE"
///     520  when the database file was made, in nanoseconds since 1970, 8 bytes
///     528  XXH3-64 over the 16 bytes before
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <whence/core/files.hpp>
#include <whence/core/position.hpp>
#include <whence/store/event_page.hpp>

namespace whence::inline v0 {

/// What the witness says: the log was committed up to here.
struct testimony {
  log_identity log;
  global_position position;
  chain_hash chain{};
};

struct witness_reading {
  bool present = false;
  std::optional<testimony> latest;  ///< nothing although it is there: neither slot can be read
  int readable_slots = 0;           ///< of two
};

/// Never fails for what is in the file. Throws file_error.
witness_reading read_witness(files& files, const std::string& path);

/// When the database file was made that the witness notes. Nothing: it has no note, or there is no witness. Throws file_error.
std::optional<std::uint64_t> read_file_noted(files& files, const std::string& path);

/// The witness of a log that is open for writing.
///
/// Threads  one at a time.
/// Throws   file_error.
class witness {
 public:
  /// Makes the file, or makes it anew, without a note: durable, with its directory, on return.
  static witness create(files& files, const std::string& path, const testimony& first);
  /// Goes on with the file that `read_witness` has read.
  static witness open(files& files, const std::string& path);

  void write(const testimony& testimony);
  /// Notes the file, if another one or none is noted.
  void note_file(std::uint64_t made_at);
  void sync();

 private:
  witness(std::unique_ptr<file> file, std::uint64_t sequence) : file_(std::move(file)), sequence_(sequence) {}

  std::unique_ptr<file> file_;
  std::uint64_t sequence_;
};

}  // namespace whence::inline v0
