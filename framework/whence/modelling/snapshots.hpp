/// Snapshots: states of aggregates with a `snapshot_policy`, in a file beside the log, so that a long stream is not folded from
/// its first event each time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <whence/core/runtime.hpp>
#include <whence/store/log.hpp>

namespace whence::inline v0 {

namespace detail {
class snapshot_room;
struct snapshot_access;
}  // namespace detail

/// A cache: without it, every state is the same. An application on a log in a file has one by itself, in `<log>.snapshots`,
/// which can be deleted at any time, also while it is in use.
///
/// A snapshot is believed only if its checksum holds, if the log has at its position the event and the history that it was made
/// of, and if its fingerprint is that of today's fold: of the description of the state, of the steps of upcasting through which
/// its events are read, and of what `apply` makes of made-up events. The first snapshot that is used of each aggregate type, and
/// one in 64 after it, is compared with the fold of its stream in the background. If it differs, that is reported
/// (`snapshot.differs`), the snapshots of its type are thrown away, and no more of them are used or made until the program starts
/// again; aggregates in memory that began with one are folded anew.
///
/// The file remembers which build of the program has compared one of a type, and found it right. Until this build has, the
/// comparison is owed: `close` waits for it, a process that is killed leaves it to the next, and no state that began with a
/// snapshot is kept as one, so that what is wrong is not handed on. Where it has, one process in 64 waits for it all the same.
///
/// Durable  no: what a power cut takes is folded again.
/// Threads  any, at once. A thread of its own ("whence-snapshot"), started when there is something to do, writes and compares.
/// Limits   64 snapshots and 64 MiB wait to be written: what comes beyond that is dropped, and so is a state of more than 16 MiB.
///          The file has one row for each stream that ever had a snapshot.
/// Costs    a load without a state in memory looks up a row, and the event at the snapshot. The command that makes a snapshot
///          due encodes the state; it waits for no file. Comparing takes a fiftieth of a core at most. The first load of a type
///          with a snapshot computes the fingerprint: under a millisecond for an `apply` that does little.
/// Throws   nothing: what fails (a full disk, say) is reported once, and tried again with the next snapshot. The command goes on.
class snapshots {
 public:
  /// `path`: the file, made when it is first needed. `log`: whose aggregates they are; it stays open until this is closed.
  /// `like`: whoever may read that file may read this one; empty: whom the umask lets.
  snapshots(std::string path, std::shared_ptr<log_reader> log, const runtime& runtime, std::string like = {});
  /// As `close`.
  ~snapshots();
  snapshots(const snapshots&) = delete;
  snapshots& operator=(const snapshots&) = delete;

  /// What became of them since this was opened.
  struct tally {
    std::uint64_t used = 0;         ///< loads that began with a snapshot
    std::uint64_t passed_over = 0;  ///< loads that found one which was not to be believed
    std::uint64_t written = 0;
    std::uint64_t dropped =
        0;  ///< as too many were waiting, or they were too large, or could not be encoded or written
    std::uint64_t compared = 0;  ///< with the fold
    std::uint64_t differing = 0;
  };
  tally counts() const;

  /// Waits until all that there was to write and to compare is done. For tests.
  void settle();

  /// Writes what waits, and ends the thread. A comparison that is owed is carried out first, one of each type at most; others are
  /// given up. Snapshots are used afterwards as before; none are made. Again: nothing more happens.
  ///
  /// Costs    what is owed: the fold of a stream.
  void close() noexcept;

 private:
  friend struct detail::snapshot_access;
  const std::unique_ptr<detail::snapshot_room> room_;
};

}  // namespace whence::inline v0
