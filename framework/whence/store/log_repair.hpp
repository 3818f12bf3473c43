/// Repairs a log: brings back what a backup or a copy still has, and leaves out what is lost for good, if its owner accepts that.
///
///     whence::log_repair repair("shop.db", runtime, {.from = {"shop.backup"}});
///     if (!repair.plan().loses()) repair.carry_out({});
///
/// The repaired log is made anew beside the damaged one, event by event in the order of the chain, and takes its place when all of
/// it is on the disk. The files of before are kept: a copy that can be opened as the log that it was.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <whence/core/position.hpp>
#include <whence/core/runtime.hpp>
#include <whence/store/audit_event.hpp>
#include <whence/store/event_page.hpp>
#include <whence/store/log_backup.hpp>
#include <whence/store/log_verification.hpp>
#include <whence/store/repair_errors.hpp>

namespace whence::inline v0 {

struct repair_options {
  /// Backups of the log, copies of it, or logs that were restored from it; older or newer, and damaged themselves perhaps. Or
  /// archives of it, if it does not know any more where they are; those that lie beside it, as `shop.db.archive.1`, are found.
  std::vector<std::string> from = {};
  std::function<void(const backup_progress&)> on_progress = {};  ///< from the calling thread
  std::stop_token stop = {};
  /// What it gives lives while files are made beside the log, and is let go before another file is read: root, who repairs the log
  /// of another user, is that user for so long. Nothing: whoever repairs makes them.
  std::function<std::shared_ptr<void>()> as_owner = {};
};

/// Something that is lost for good.
struct planned_loss {
  log_loss what = log_loss::missing_tail;
  position_range positions;  ///< of the events; 0 to 0: it is not known of which, or that there are any
  std::string detail;
};

struct lost_events_of_stream {
  std::string stream;
  std::uint64_t events = 0;
};

/// Events of another file that follow on the last one of the repaired log, and of which nothing in the log says that they were in
/// it: a copy can have gone on by itself.
struct unproven_end {
  std::string from;
  position_range positions;
};

/// What a repair would do. Lists are cut at 1,000; the counts beside them say how many more there are.
struct repair_plan {
  std::string path;
  log_identity log;           ///< as it is now
  global_position head;       ///< its last event now, damaged or not
  global_position witnessed;  ///< what its witness has seen; 0: nothing, or there is none
  global_position end;        ///< its last event when it is repaired
  timestamp end_recorded_at{};

  std::vector<position_range> healed;  ///< brought back: from a backup or copy, or proven by the event behind it
  std::uint64_t more_healed = 0;
  std::uint64_t healed_events = 0;

  std::vector<planned_loss> losses;
  std::uint64_t lost_events = 0;               ///< in all, as far as that is known
  std::uint64_t lost_readable = 0;             ///< of them, what `visit_lost` gives
  std::vector<lost_events_of_stream> streams;  ///< of those that can be read
  std::uint64_t more_streams = 0;

  std::vector<unproven_end> unproven;  ///< what is left where it is; if it is the log's, that file is to be restored

  bool makes_log_anew = false;    ///< its file, that is; else only what is beside it is mended
  bool removes_index = false;     ///< it is damaged, or will not fit any more: the next writer makes it anew
  bool rewrites_witness = false;  ///< one of its slots cannot be read
  bool ends_earlier = false;      ///< an earlier repair has made the log anew, and not come to its end: it is ended

  bool loses() const noexcept { return !losses.empty(); }
  bool nothing_to_do() const noexcept {
    return !makes_log_anew && !removes_index && !rewrites_witness && !ends_earlier;
  }
};

/// What its owner says to the plan.
struct repair_decision {
  std::vector<log_loss> accept = {};  ///< by name; more than the plan has does no harm
  /// Who does it, and why; with a loss, there has to be a reason. It is left in the repaired log.
  std::optional<log_operation> audit = {};
};

struct repaired_log {
  log_identity log;     ///< in a new epoch if something was lost
  global_position end;  ///< its last event of before; the audit event stands behind it
  std::string kept;     ///< the copy of before, with its -wal and .witness; empty: nothing was replaced
  /// The log is repaired, and what comes behind that has failed: its witness or its audit event is not there yet, or it is not
  /// durable in its folder. The next repair ends it.
  std::exception_ptr unfinished;
};

/// Of a log that is refused as `log.other_tables`: whether a repair does without the table that is lost, or another one. Looks at
/// the tables alone.
bool does_repair_without_tables(const std::string& path);

/// Holds the log's lock from beginning to end: no process writes it meanwhile. Visitors go on with what they have open. A plan
/// makes no file of its own: where the log's lock is not there, as of one that was moved, it is made when the plan is carried out.
///
/// Order    an event is brought back at its position, byte for byte, and only if a chain hash of the log itself says that it was
///          there: the one in its row, that of an event behind it, or that of the witness. Nothing stands behind a hole.
/// Durable  when `carry_out` returns, and nothing is unfinished. A process that is killed before leaves the log as it was, or
///          repaired and without its witness or audit event, which the next repair brings: until then `shop.db.repair` lies there.
/// Again    a repaired log has nothing to be repaired.
/// Threads  one at a time. No other connection to the log in this process.
/// Costs    the log is verified, read and written once, with 8,192 events in a transaction. As much room as twice its files.
/// Throws   log_busy; log_is_backup; import_unfinished; repair_of_fork; repair_past_unknown; repair_from_other_log; log_damaged (at
///          position 0): so little can be read of the log that only a restore is left, or of a file of `from`, which its path says;
///          or an archive is not there whose events no other file has, which is no loss to be accepted (`log.archive_missing`,
///          `log.archive_damaged`); log_changed: a source was written while it
///          was read as a file that nobody writes; operation_cancelled; what opening a log for reading throws.
class log_repair {
 public:
  /// Makes the plan, and changes nothing.
  log_repair(const std::string& path, const runtime& runtime, const repair_options& options = {});
  ~log_repair();
  log_repair(log_repair&&) noexcept;
  log_repair& operator=(log_repair&&) noexcept;

  const repair_plan& plan() const noexcept;

  /// The events that will not be in the log any more, in the order of their positions, as far as they can be read: in the log, or
  /// in another file, if the log says that they were in it. To be called before the plan is carried out.
  void visit_lost(const std::function<void(const recorded_event&)>& visit);

  /// Whether it would be carried out. Throws repair_not_accepted; malformed_input (`repair.no_reason`).
  void must_be_accepted(const repair_decision& decision) const;

  /// Once. Throws repair_not_accepted, repair_no_room; malformed_input (`repair.no_reason`, `audit.reason`); log_busy, log_changed:
  /// it was not held yet, and somebody writes it, or has written it since; file_error, sql_error: then the log is as it was.
  repaired_log carry_out(const repair_decision& decision);

 private:
  class work;
  std::unique_ptr<work> work_;
};

}  // namespace whence::inline v0
