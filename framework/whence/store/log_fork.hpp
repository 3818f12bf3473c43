/// Forks: logs that share the past of another one, and have a future of their own. A sandbox in which "what if" is tried.
///
///     whence::fork_log("shop.db", "what-if.db", runtime, {.at = whence::global_position{4711}});
///
/// An application is opened on "what-if.db" then as on any other log.
///
/// Nothing is copied: up to the position where it was forked, a fork reads the events of its base; what is appended to it is behind
/// that, in its own file. The base is never written, nor held: it may have its writer all the while, and lie where nobody can
/// write. Read models, index and snapshots of a fork are its own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <whence/core/position.hpp>
#include <whence/core/runtime.hpp>
#include <whence/core/timestamp.hpp>
#include <whence/store/fork_errors.hpp>

namespace whence::inline v0 {

struct fork_options {
  std::optional<global_position> at = {};  ///< the last event that is shared; nothing: the last one that there is
};

struct forked_log {
  std::string path;
  std::string base;          ///< the log that has the past: of a fork's past, it may be that one's base
  log_identity of;           ///< that log as it is now
  log_identity log;          ///< the same log, in an epoch of its own
  global_position position;  ///< the last event that they share
  timestamp recorded_at;     ///< when that was
};

/// Makes a log, at a path where there is none, whose past is that of another log, or of a backup, up to a position.
///
/// A new epoch begins there, as with a restore: what stands within the shared events is good in both, and a token or a checkpoint
/// from beyond them is refused by the other (token_of_other_epoch, checkpoint_mismatch).
/// The fork finds its base by its path: from its own folder if the base lies in that, below it or in a folder beside it, so that
/// both can be moved together; else by the whole path.
///
/// Order    beside a writer of the base, which is not held up. Holds the fork's lock: nobody opens a log there meanwhile.
/// Durable  on return; before that the path has no log.
/// Again    one that failed leaves nothing but the lock's file. What is left of one that was killed is replaced by the next.
/// Costs    some milliseconds and a few dozen kilobytes, however large the base is. Who first opens the fork for writing makes its
///          index, and appends wait for that: what the base's index has is taken over, in a tenth of a second for each million
///          events; what that lacks is read, which takes up to a second for each.
/// Throws   fork_over_log; log_busy; fork_not_in_log; log_damaged: the event at the position is, or the base's end; tail_missing,
///          witness_missing: of the base; what opening that for reading throws, and writing files.
forked_log fork_log(const std::string& base, const std::string& to, const runtime& runtime,
                    const fork_options& options = {});

/// A log that has the past of another.
struct log_base {
  std::string path;
  global_position position;  ///< of the last event that is read there
};

/// Where the events of a log are that are not in its own file: its base, the base of that, and so on. None: it is no fork.
/// Throws   log_missing, not_a_log, newer_format, older_format, base_missing, base_differs, log_damaged, file_error,
///          sql::sql_error.
std::vector<log_base> bases_of(const std::string& log, const runtime& runtime);

}  // namespace whence::inline v0
