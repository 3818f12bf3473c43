/// Where a log is and how to open it: what `sqlite("shop.db")` and `memory()` return and an application stands on.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <whence/core/runtime.hpp>
#include <whence/store/log.hpp>

namespace whence::inline v0 {

class log_import;       // log_import.hpp
struct backup_options;  // log_backup.hpp
struct log_backup;
struct log_verification;  // log_verification.hpp
struct verify_options;

/// A value: copies name the same log.
class log_source {
 public:
  struct doors {
    std::string name;                 ///< for messages: the path, or "memory"
    std::string models_directory;     ///< where read models live; empty: in memory
    std::string snapshots_path = {};  ///< the file of snapshots; empty: none are kept
    std::string control_path = {};    ///< of the socket of the process that holds it; empty: it has none
    std::function<std::unique_ptr<log>(const runtime&)> open;          ///< as the one writer
    std::function<std::unique_ptr<log_reader>(const runtime&)> visit;  ///< as a visitor
    /// See log_import; empty: this log takes none.
    std::function<std::unique_ptr<log_import>(const runtime&, const log_identity&)> open_import = {};
    /// See verify_log; empty: there is nothing but the events.
    std::function<log_verification(const runtime&, const verify_options&)> verify = {};
    /// See back_up; empty: it is in no file.
    std::function<log_backup(const std::string& to, const runtime&, const backup_options&)> back_up = {};
  };
  explicit log_source(doors ways_in) : doors_(std::move(ways_in)) {}

  /// For who makes another way in of them.
  const doors& ways_in() const noexcept { return doors_; }

  const std::string& name() const noexcept { return doors_.name; }
  const std::string& models_directory() const noexcept { return doors_.models_directory; }
  const std::string& snapshots_path() const noexcept { return doors_.snapshots_path; }
  const std::string& control_path() const noexcept { return doors_.control_path; }
  std::unique_ptr<log> open(const runtime& runtime) const { return doors_.open(runtime); }
  std::unique_ptr<log_reader> visit(const runtime& runtime) const { return doors_.visit(runtime); }
  bool can_import() const noexcept { return doors_.open_import != nullptr; }
  /// Opens the log for writing, or makes it, with that identity. Throws as opening does.
  std::unique_ptr<log_import> open_import(const runtime& runtime, const log_identity& identity) const;
  bool can_verify() const noexcept { return doors_.verify != nullptr; }
  log_verification verify(const runtime& runtime, const verify_options& options) const;

 private:
  doors doors_;
};

/// What an append finds when the queue of appends is full.
enum class when_queue_full {
  wait,    ///< the calling thread waits for room
  refuse,  ///< refused at once, `queue_full`
};

struct sqlite_options {
  size_limits sizes{};
  std::size_t queue_bytes_max =
      64u << 20;  ///< of memory, of all appends that wait to be committed; one alone may be larger
  when_queue_full queue_full = when_queue_full::wait;
  std::uint64_t checkpoint_bytes = 64u << 20;  ///< the WAL is copied into the database when it has grown to this
  /// An append whose result is merely kept, neither awaited nor blocked for, is committed by the log's own thread after this.
  std::chrono::milliseconds held_at_most{5};
  /// Accept, by name, that acknowledged events are gone for good: a new epoch begins; if the whole log is gone, another log.
  bool accept_missing_tail = false;
};

/// A log in a SQLite file, durable (synchronous=FULL). See store/README.md for its files.
/// Opening throws: log_busy (another process writes, with its pid), log_damaged, tail_missing, witness_missing, not_a_log,
/// import_unfinished, newer_format, older_format, sql::sql_error, file_error.
log_source sqlite(std::string path, sqlite_options options = {});

/// The newest format of a log in a SQLite file that this program can read. It writes that one only where it is needed: a log that
/// has all of its events in its own file has format 1.
int sqlite_log_format() noexcept;

/// Whether the file at the path bears the mark of a log. Looks at its first bytes only: it is not opened as a database.
bool is_sqlite_log(files& files, const std::string& path);

/// Whoever makes a file asks before it. Throws log_name_taken: of what SQLite or Whence would take for a part of a log, a backup or
/// an archive that is there, as "shop.db-wal" or "shop.db.index".
void must_not_belong_to_log(files& files, const std::string& path);

struct memory_options {
  size_limits sizes{};
};

/// A log in memory, for tests: nothing survives the last copy of this value. One writer at a time, as with a file.
/// An append is done when the call returns. It grows without limit.
log_source memory(memory_options options = {});

}  // namespace whence::inline v0
