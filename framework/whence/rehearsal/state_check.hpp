/// Folds aggregates as a program does, and compares what comes of it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <whence/rehearsal/event_check.hpp>
#include <whence/rehearsal/fingerprint_file.hpp>
#include <whence/rehearsal/program_types.hpp>
#include <whence/rehearsal/rehearsal_findings.hpp>
#include <whence/store/log.hpp>

namespace whence::inline v0::detail {

/// Threads  one.
class state_check {
 public:
  /// Events behind `head` are left out.
  state_check(log_reader& today, global_position head, const program_types& types, rehearsal_findings& findings)
      : today_(today), head_(head), types_(types), findings_(findings) {}

  /// Folds a stream as a load does, from the event on that closed its books last, else from its first. `before`: null, or the
  /// fingerprint that another build saved of it. Returns that of its state here; with version 0 if there is none.
  fingerprint_record check(const stream_begin& begin, const fingerprint_record* before, rehearsal_counts& counts);

 private:
  class folding;

  /// The aggregate that lists an event which the stream has: so the stream is of this program, under another name. Null: none.
  const known_aggregate* now_of(const stream_begin& begin) const;

  log_reader& today_;
  const global_position head_;
  const program_types& types_;
  rehearsal_findings& findings_;
};

}  // namespace whence::inline v0::detail
