/// Judges a log before anybody writes to it: opening a damaged log for writing can destroy what could still be recovered.
///
/// Reads only, through a mode=ro connection: no byte of the log or its WAL changes.
#pragma once

#include <whence/core/files.hpp>
#include <whence/store/log.hpp>
#include <whence/store/sqlite/format.hpp>
#include <whence/store/sqlite/reader.hpp>
#include <whence/store/sqlite/witness.hpp>

namespace whence::inline v0 {

/// What was found. Whatever is not `condition.what == whole` is for the caller to refuse or to show.
struct judgement {
  log_row about;
  global_position head;
  chain_hash chain{};     ///< at the head; `chain_start` if the log is empty
  timestamp recorded_at;  ///< of the last event
  log_condition condition;
  std::string witness_detail;  ///< what is wrong with the witness, if it is not whole
  bool witness_is_older_epoch =
      false;  ///< the loss of a tail was accepted, and the process died before the new witness was there
};

/// Witness first, then the log: what was acknowledged before cannot be missing by being too new.
/// Throws log_damaged, not_a_log, newer_format, older_format, sql_error, file_error.
judgement judge(files& files, const log_paths& paths, log_reader_connection& reader);

/// Whether an import into the log has not come to its end; as of the reader's snapshot.
bool has_unfinished_import(log_reader_connection& reader);

/// The condition alone, for a visitor.
log_condition judge_condition(const witness_reading& witness, log_reader_connection& reader);

}  // namespace whence::inline v0
