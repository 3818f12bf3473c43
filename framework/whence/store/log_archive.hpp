/// Keeping house in the file of a log that grows: old streams move to archives, and the file gives back what it does not need.
///
///     const auto log = whence::sqlite("shop.db").open(runtime);
///     whence::log_keeping& house = whence::keeping_of(*log);
///     house.archive({.last_before = a_year_ago}, {});
///     house.compact({});
///
/// Nothing is read in another way afterwards: an event keeps its position, its id, its version and its place in the chain, and
/// who reads it finds it, wherever it lies. A log whose events lie partly in archives has format 2; programs of before refuse it by
/// that.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <whence/core/error.hpp>
#include <whence/core/position.hpp>
#include <whence/core/runtime.hpp>
#include <whence/core/timestamp.hpp>
#include <whence/store/log_errors.hpp>

namespace whence::inline v0 {

/// Which streams are archived, always whole: those of which all that is said here holds. Of nothing said, none.
struct archive_selection {
  std::vector<std::string> streams = {};                              ///< by name; empty: whatever its name
  std::optional<timestamp> last_before = {};                          ///< the last event was recorded before
  std::function<bool(std::string_view aggregate_type)> of_type = {};  ///< empty: of any
  /// As the log was when it ended there: what came later is not looked at, and stays. So what was planned is what is done.
  std::optional<global_position> until = {};

  bool says_nothing() const noexcept { return streams.empty() && !last_before && !of_type; }
};

/// What an archive would have.
struct planned_archive {
  std::uint64_t streams = 0;
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;  ///< of names, data and metadata
  global_position first;    ///< of these events
  global_position last;
  std::vector<std::string> unknown_streams;  ///< named, and without an event that could be archived
  global_position until;                     ///< where the log ended when it was planned
};

struct keeping_progress {
  std::string_view doing;  ///< "reading", "counting", "copying", "verifying", "moving"; "rewriting"
  std::uint64_t done = 0;
  std::uint64_t of = 0;
};

struct archive_options {
  std::string to = {};  ///< the archive's path; empty: beside the log, `shop.db.archive.<number>`
  std::function<void(const keeping_progress&)> on_progress = {};  ///< from the calling thread
  std::stop_token stop = {};
};

struct made_archive {
  planned_archive what;      ///< without events: there was nothing to archive
  std::uint64_t number = 0;  ///< 0: none was made
  std::string path;
  std::uint64_t bytes = 0;  ///< of its file
  std::string resumed;      ///< the archive of an interrupted attempt, which was finished first; empty: there was none
};

struct compact_options {
  std::function<void(const keeping_progress&)> on_progress = {};
  std::stop_token stop = {};
};

struct compacted_log {
  std::uint64_t bytes_before = 0;  ///< of its file
  std::uint64_t bytes_after = 0;
  /// False: a process is in the middle of reading the log, and it is in the -wal until a later checkpoint.
  bool settled = false;
};

/// A log that is held, and whose file can be kept in order. Each log of `sqlite` is one.
class log_keeping {
 public:
  virtual ~log_keeping() = default;

  /// Moves streams to a new archive: copied, each event verified there, and only then taken out of the log's file, where a stub of
  /// some 40 bytes stays. The pages that become free take new events; `compact` gives them back.
  ///
  /// Order    beside readers and appends: these wait for some milliseconds at a time. The log's last event stays where it is.
  /// Durable  on return. At each moment before, and after a crash at any, the log reads the same.
  /// Again    one that was killed or stopped is finished by the next call, or is begun anew by it; nothing is there twice. If the
  ///          next call is to make its archive at the same path, it makes no other.
  /// Limits   three bits of memory for each event of the log while it works.
  /// Throws   log_damaged: what it would move is; nothing more is moved. file_error (`file.exists`: nothing is replaced),
  ///          operation_cancelled, log_closed, sql::sql_error.
  virtual made_archive archive(const archive_selection& which, const archive_options& options) = 0;

  /// Writes the file anew, as small as what is in it. Positions, ids and the chain are what they were.
  ///
  /// Order    beside readers; appends wait until it is done.
  /// Durable  on return: it is one commit. Killed before, the file is as it was.
  /// Costs    as much disk as the log has, twice, until it is done: in the -wal, and where SQLite puts temporary files.
  /// Throws   file_error (`file.no_space`), operation_cancelled, log_closed, sql::sql_error: nothing was changed.
  virtual compacted_log compact(const compact_options& options) = 0;
};

/// The log, held by this process, as one whose file can be kept in order. Throws keeping_of_memory: it is in none.
log_keeping& keeping_of(class log& held);

/// `log.of_memory`: a log in memory has no file.
struct keeping_of_memory final : error {
  explicit keeping_of_memory(std::string name);
};

/// What `archive` would move: nothing new, if an archive at `to` is to be finished. Beside a writer; the log is read from its
/// beginning.
/// Throws   what opening the log for reading throws; log_damaged, operation_cancelled; file_error: there are events to be moved,
///          and their archive cannot be made at `to`.
planned_archive plan_archive(const std::string& log, const archive_selection& which, const runtime& runtime,
                             const archive_options& options = {});

struct planned_compaction {
  std::uint64_t bytes = 0;       ///< of the log's file
  std::uint64_t free_bytes = 0;  ///< of these in pages that have nothing; pages that are half empty come on top
};

/// What `compact` would give back, at least. Throws what opening the log for reading throws.
planned_compaction plan_compaction(const std::string& log, const runtime& runtime);

/// A file to which events of a log were moved.
struct log_archive {
  std::uint64_t number = 0;
  std::string path;
  timestamp made_at;
  std::uint64_t events = 0;
  global_position first;
  global_position last;
  std::uint64_t bytes = 0;
  global_position moved_to;  ///< up to here, its events are no longer in the log's own file
  bool is_finished = true;   ///< false: an attempt was interrupted; the next `archive` finishes it
  std::string problem;       ///< what is wrong with the file; empty: it is there, and is the archive
  /// The file_error or sql_error of which `problem` tells, if this process cannot read the file; null: it can, or there is none.
  std::exception_ptr refusal;

  bool has_moved_events() const noexcept { return moved_to >= first; }
};

/// Why its events cannot be read; nothing: they can, or they are still in the log. An event is named, and the log.
std::optional<log_damaged> obstacle_of(const std::string& log, const log_archive& archive);

enum class archive_look {
  file,  ///< whether it is there, and is the archive
  events,  ///< and whether events are missing in it: counted up to 32 MiB; of a larger one the first and the last are looked for
};

/// The archives of a log, by number. Each file is opened, and what its events are is not read.
/// Throws   log_missing, not_a_log, newer_format, older_format, log_damaged, file_error, sql::sql_error.
std::vector<log_archive> archives_of(const std::string& log, const runtime& runtime,
                                     archive_look how = archive_look::file);

}  // namespace whence::inline v0
