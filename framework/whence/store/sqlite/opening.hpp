/// How a log is opened for writing: looked at, locked, judged, and only then written to.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include <whence/core/runtime.hpp>
#include <whence/store/log_source.hpp>
#include <whence/store/sqlite/append_group.hpp>
#include <whence/store/sqlite/format.hpp>
#include <whence/store/sqlite/reader_pool.hpp>
#include <whence/store/sqlite/witness.hpp>
#include <whence/store/sqlite/writer.hpp>

namespace whence::inline v0 {

/// A log that is held, whole, and ready to be written.
struct opened_log {
  std::unique_ptr<file_lock> lock;
  log_identity identity;
  log_tip tip;
  std::unique_ptr<log_readers> readers;
  std::unique_ptr<log_writer> writer;
  whence::witness witness;
};

/// Makes the log if there is none. Throws log_busy, not_a_log, newer_format, older_format, log_damaged, tail_missing,
/// witness_missing, sql_error, file_error: then the log is as it was.
/// `identity`: of a log that is made; a new one if it says nothing. `held`: the log's lock, if the caller has it already.
opened_log open_log(const log_paths& paths, const sqlite_options& options, const runtime& runtime,
                    const std::optional<log_identity>& identity = std::nullopt,
                    std::unique_ptr<file_lock> held = nullptr);

/// Throws log_busy.
std::unique_ptr<file_lock> lock_log(files& files, const log_paths& paths);

/// Begins an epoch behind the last event of a log that is there: the log's own, or `least` if that is greater. Durable on return.
/// Throws as open_log.
void begin_epoch_behind(const log_paths& paths, const runtime& runtime, std::uint64_t least);

}  // namespace whence::inline v0
