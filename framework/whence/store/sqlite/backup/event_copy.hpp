/// Copies events from the database of a log, or of a backup, into a fresh one, in the order of the chain.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string_view>

#include <whence/core/timestamp.hpp>
#include <whence/sql/database.hpp>
#include <whence/store/log_backup.hpp>
#include <whence/store/sqlite/reader.hpp>

namespace whence::inline v0 {

/// What is copied, and how that is watched.
struct copy_order {
  log_identity log;                     ///< that is read: another one, or another epoch, has other events
  global_position last;                 ///< included
  std::optional<timestamp> until = {};  ///< and no event that was recorded later
  std::function<void(const backup_progress&)> on_progress = {};
  std::stop_token stop = {};
};

/// How far a copy, or a reading of one, came.
struct copied {
  global_position head;
  chain_hash chain{};
  timestamp recorded_at{};  ///< of the event there
};

/// Each event is verified against the one before it. Numbers of streams stay what they are, and those of types
/// unless a fork and its base have one for two of them. A transaction on either
/// side has 8,192 events at most.
///
/// Throws   log_damaged, log_changed (another epoch has begun), operation_cancelled; sql_error.
copied copy_events(log_reader_connection& from, sql::database& to, const copy_order& order);

/// Reads all events once more, from the draft of what is to be at `place`. Throws file_error (`file.io`), of that place: the disk
/// has not kept what was written, and what was read is none the worse for it. operation_cancelled, sql_error.
void read_back(const std::string& draft, const std::string& place, const copied& expected, const copy_order& order);

}  // namespace whence::inline v0
