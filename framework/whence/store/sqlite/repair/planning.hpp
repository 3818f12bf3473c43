/// Finds out what a repair would do: what is damaged, what other files still have of it, and what is lost.
#pragma once

#include <functional>
#include <optional>

#include <whence/store/log_repair.hpp>
#include <whence/store/sqlite/repair/assembly.hpp>
#include <whence/store/sqlite/repair/repair_note.hpp>

namespace whence::inline v0 {

struct repair_findings {
  repair_plan plan;
  log_verification verified;
  std::optional<testimony> witness;  ///< one that fits the log
  log_row becomes;                   ///< what the log is when nothing is lost
  assembled_to end;                  ///< of the repaired log
};

/// `readers`: the log first. `note`: of an earlier repair of this log, which has not come to its end.
/// Throws   log_damaged (at position 0), operation_cancelled, sql_error, file_error.
repair_findings plan_repair(repair_readers& readers, const log_paths& paths, const runtime& runtime,
                            const repair_options& options, const std::optional<repair_note>& note);

/// The events behind the end of the repaired log, as far as they can be read: the log's own, and those of another file of which the
/// log says by a chain hash of its own that they were in it.
void visit_lost_events(const repair_findings& found, repair_readers& readers, const std::stop_token& stop,
                       const std::function<void(const recorded_event&)>& visit);

}  // namespace whence::inline v0
