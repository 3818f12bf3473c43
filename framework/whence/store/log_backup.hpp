/// Backups of a log, and logs from backups.
///
///     whence::back_up(whence::sqlite("shop.db"), "shop.backup", runtime);
///     whence::restore_log("shop.backup", "restored.db", runtime);
///
/// A backup is one file that is never written again: it can be copied, read by visitors as the log that it was, and verified. No
/// process writes into it as a log; that takes a restore, which begins a new epoch.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include <whence/core/position.hpp>
#include <whence/core/runtime.hpp>
#include <whence/core/timestamp.hpp>
#include <whence/store/backup_errors.hpp>
#include <whence/store/event_page.hpp>

namespace whence::inline v0 {

class log_source;

/// What a backup says of itself.
struct log_backup {
  std::string path;
  log_identity log;         ///< of which it is one
  global_position head;     ///< its last event; 0 of an empty log
  chain_hash chain{};       ///< there
  timestamp recorded_at{};  ///< when that event was
  timestamp made_at{};
  std::uint64_t bytes = 0;
};

struct backup_progress {
  std::string_view doing;  ///< "events", "reading back"
  std::uint64_t done = 0;
  std::uint64_t of = 0;
};

struct backup_options {
  std::function<void(const backup_progress&)> on_progress = {};  ///< from the calling thread, every 8,192 events
  std::stop_token stop = {};
};

/// Copies the log, up to the event that is its last one when the call begins, into a new file. Each event is verified when it is
/// read, and again in the finished file.
///
/// Order    beside a writer, which is not held up: no read transaction lasts longer than 8,192 events.
/// Durable  on return, under its name; before that it is a draft (file_draft.hpp). Whoever may read the log may read it.
/// Again    a backup that failed or was stopped leaves nothing. What is left of one that was killed goes with the next.
/// Threads  any.
/// Costs    the log is read once, the backup written and read once. As much disk as the log, without its index.
/// Throws   tail_missing, witness_missing, log_damaged: the log is not whole, and what is left of it is no backup.
///          file_error (`file.exists`: nothing is replaced), log_name_taken, backup_busy, backup_of_memory, log_changed,
///          operation_cancelled; what opening the log for reading throws. sql::sql_error.
log_backup back_up(const log_source& source, const std::string& to, const runtime& runtime,
                   const backup_options& options = {});

struct restore_options {
  std::optional<global_position> at = {};  ///< the last event that the log shall have; nothing: the backup's last one
  std::optional<timestamp> until = {};     ///< and none that was recorded later
  std::function<void(const backup_progress&)> on_progress = {};
  std::stop_token stop = {};
};

struct restored_log {
  log_backup from;
  log_identity log;         ///< the same log, in its new epoch
  global_position head;     ///< its last event
  timestamp recorded_at{};  ///< when that was
};

/// Makes a log of a backup, at a path where there is none. Each event is verified when it is read, and again in the finished log.
///
/// A new epoch begins: of the events that others have seen beyond the log's end, it never had one. A token of before is refused
/// (token_of_other_epoch), and a checkpoint that is not of this log's past (checkpoint_mismatch); what stands within it goes on.
/// The number of the epoch is the time, in milliseconds since 1970, and 20 random bits behind it: so two restores of one backup are
/// two epochs.
///
/// Order    holds the log's lock: nobody opens a log there meanwhile. An index that is left there is removed: it is made anew.
/// Durable  on return; before that the path has no log.
/// Again    one that failed or was stopped leaves nothing but the lock's file. What is left of one that was killed goes with
///          the next.
/// Throws   restore_over_log; restore_onto_backup; log_name_taken; log_busy; not_in_backup; not_a_backup; log_damaged: the backup
///          is; what it has before that is restored with `at`. What reading a backup and writing files throws. operation_cancelled.
restored_log restore_log(const std::string& backup, const std::string& to, const runtime& runtime,
                         const restore_options& options = {});

/// Reads what the file says of itself. Throws log_missing, not_a_log, not_a_backup, newer_format, older_format, log_damaged.
log_backup read_backup(const std::string& path, const runtime& runtime);

}  // namespace whence::inline v0
