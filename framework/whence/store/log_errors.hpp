/// What can be wrong with a log itself.
#pragma once

#include <string>

#include <whence/core/error.hpp>
#include <whence/core/position.hpp>

namespace whence::inline v0 {

/// `log.busy`: another process holds the log for writing. Nothing was touched.
struct log_busy final : error {
  log_busy(std::string path, long holder_pid);
  std::string path;
  long holder_pid;
};

/// `log.closed`: the log was closed while the call was waiting.
struct log_closed final : error {
  explicit log_closed(std::string name);
};

/// `log.changed`: while it was read as a file that nobody writes, somebody wrote it; or events were moved to other files while
/// many of them were read as one. What was read is given up.
struct log_changed final : error {
  explicit log_changed(std::string path);
  static log_changed by_moving(std::string path);
  std::string path;

 private:
  log_changed(std::string path, std::string why);
};

/// `log.replaced`: while it was open for reading, another file was put in the log's place, in which it does not go on: of another
/// log or epoch, or without what was read. What is opened anew reads what stands there now.
struct log_replaced final : error {
  log_replaced(std::string path, std::string why);
  std::string path;
};

/// `log.witness_damaged`: when a log was opened, one of the two slots of its witness could not be read. Reported by the executor,
/// never thrown: the other slot is good, and opening writes the bad one anew.
struct log_witness_damaged final : error {
  explicit log_witness_damaged(std::string path);
  std::string path;  ///< of the witness
};

/// `log.index_lost`: while a log was open, its index was removed, or another file put in its place. Reported by the executor, never
/// thrown; it is made anew from the log, and appends wait for that.
struct log_index_lost final : error {
  explicit log_index_lost(std::string path);
  std::string path;  ///< of the index
};

/// `log.checksum`: an event does not match its checksum, or the order of the log is broken there.
struct log_damaged final : error {
  log_damaged(std::string path, global_position position, std::string detail);

  /// `log.archive_missing`: the event was archived, and the archive is not where it was. All that does not lie there is read.
  static log_damaged archive_missing(const std::string& log, std::string archive, global_position position);
  /// `log.archive_damaged`: the event was archived, and the file in the archive's place is another one, or is damaged there.
  static log_damaged archive_damaged(const std::string& log, std::string archive, global_position position,
                                     const std::string& detail);
  /// With the code of what refused it (`file.no_permission`, `file.io`, …): the event was archived, and the system does not let
  /// this process read the archive. It says nothing of the event, which is missing here as if the archive were not there.
  static log_damaged archive_refused(const std::string& log, std::string archive, global_position position,
                                     const error& refusal);
  /// `log.other_tables`: the database has not the tables of a log, or has something beside them that changes what is read or
  /// written. No event in it is believed.
  static log_damaged other_tables(std::string path, std::string detail);

  std::string path;  ///< of the file that is damaged: the log, or an archive
  global_position position;
  bool is_refused = false;  ///< nothing says that anything is damaged: see archive_refused

 private:
  log_damaged(std::string_view code, next_move next, std::string path, global_position position, error_text text);
};

/// `log.tail_missing`: the log ends before its witness: acknowledged events are missing. The files are left as they are.
struct tail_missing final : error {
  tail_missing(std::string path, global_position found, global_position witnessed);
  std::string path;
  global_position found;
  global_position witnessed;
};

/// `log.witness_missing`: a log has no witness beside it, or one that cannot be read, or that is not of its epoch.
struct witness_missing final : error {
  witness_missing(std::string path, std::string detail);
  std::string path;
};

/// `log.import_unfinished`: an import into the log has not come to its end, which says whether all is there and as it was.
struct import_unfinished final : error {
  explicit import_unfinished(std::string path);
  std::string path;
};

struct log_condition;

/// What every visitor owes to who looks. Throws tail_missing, witness_missing or import_unfinished, unless the log is whole.
void must_be_whole(const log_condition& found, const std::string& log);

/// `log.not_a_log`: the file is not a Whence log (another application's database, noise, a directory, an empty file).
struct not_a_log final : error {
  not_a_log(std::string path, std::string detail);
  std::string path;
};

/// `log.name_taken`: what is to be made would be taken for a part of a log, a backup or an archive. Nothing was made.
struct log_name_taken final : error {
  log_name_taken(std::string path, std::string log);
  std::string path;
  std::string log;
};

/// `log.newer_format`: written by a newer Whence.
struct newer_format final : error {
  newer_format(std::string path, int found, int known);
  std::string path;
  int found;
  int known;  ///< the newest one that this program reads
};

/// `log.older_format`: written by a Whence of before the first release, whose logs no released one reads.
struct older_format final : error {
  older_format(std::string path, int found, int first);
  std::string path;
  int found;
  int first;  ///< the oldest one that this program reads
};

/// `log.missing`: there is no such file.
struct log_missing final : error {
  explicit log_missing(std::string path);
  std::string path;
};

}  // namespace whence::inline v0
