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
/// witness_missing, import_unfinished, sql_error, file_error: then the log is as it was.
/// `import_of`: an import opens it, of a log with that identity. A log that is made gets it, and counts as an import that has not
/// come to its end; one that is so already goes on. `held`: the log's lock, if the caller has it already.
opened_log open_log(const log_paths& paths, const sqlite_options& options, const runtime& runtime,
                    const std::optional<log_identity>& import_of = std::nullopt,
                    std::unique_ptr<file_lock> held = nullptr);

/// Throws log_busy.
std::unique_ptr<file_lock> lock_log(files& files, const log_paths& paths);

/// Ends an import into a log that is there: in one commit it is a log like any other, and begins an epoch behind its last event,
/// its own or that of `import_of` if this is greater. Durable on return.
/// Throws as open_log.
void end_import(const log_paths& paths, const runtime& runtime, const log_identity& import_of);

}  // namespace whence::inline v0
