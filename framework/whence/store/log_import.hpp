/// A log into which events come as another log recorded them.
#pragma once

#include <cstdint>

#include <whence/core/async.hpp>
#include <whence/core/position.hpp>
#include <whence/core/timestamp.hpp>
#include <whence/store/append_batch.hpp>
#include <whence/store/append_outcome.hpp>
#include <whence/store/log.hpp>

namespace whence::inline v0 {

/// Held for writing, as by its one writer, until it is destroyed. What is committed stays, and with its first event the log is
/// marked as an import that has not come to its end (log_condition::kind::import_unfinished), as one that is made is from its
/// beginning: nobody else opens it for writing. However it ends, a second import goes on behind it.
class log_import {
 public:
  virtual ~log_import() = default;

  /// The log as it is. One that was not there has the identity that was asked for, and no event.
  virtual log_reader& there() noexcept = 0;

  /// As log::append, but that the events take the positions from `first` on, or none, and are recorded at `recorded_at`.
  /// Refused as `invalid` what would stand elsewhere, and what was recorded before the event in front of it: so once an append is
  /// refused, or is a repeat, none behind it is committed.
  virtual async<append_outcome> append(append_batch batch, global_position first, timestamp recorded_at) = 0;

  /// All is there, and as the other log had it: commits what is queued, closes the log, makes it one like any other, and begins
  /// an epoch behind its last event, which is not less than `least_epoch`. So whoever has seen more of the log that the events
  /// come from is told, and doesn't run ahead.
  virtual void finish(std::uint64_t least_epoch) = 0;
};

}  // namespace whence::inline v0
