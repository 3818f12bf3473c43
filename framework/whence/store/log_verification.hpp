/// Looks at all of a log: what is damaged, and what is still readable.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <whence/core/position.hpp>
#include <whence/store/log.hpp>
#include <whence/store/log_fork.hpp>

namespace whence::inline v0 {

class log_source;
struct runtime;

/// Both included.
struct position_range {
  global_position first;
  global_position last;

  std::uint64_t events() const noexcept { return last.value() - first.value() + 1; }
  friend bool operator==(const position_range&, const position_range&) = default;
};

/// One thing that is not as it should be.
struct log_finding {
  enum class kind {
    unreadable,    ///< events that cannot be given out as they were written: changed, missing, or beyond proof
    tail_missing,  ///< events at the end that were acknowledged, and are gone
    structure,     ///< the database is unsound
    tables,        ///< the database has not the tables of a log, or more than these: no event was looked at
    order,         ///< checksums fit, and yet versions, times or ids break a rule of the log
    unfinished,    ///< an import has not come to its end: what is there may not be all, or something else
    content,       ///< an intact event is not well formed: its data are no JSON, a name is no plain text
    witness,       ///< the witness is missing, damaged, or does not fit the log
    index,         ///< the index is damaged, or says something else than the log. It can be made anew
  };
  kind what = kind::unreadable;
  position_range positions;  ///< 0 to 0: it is not about single events
  std::string stream;        ///< of the first of them, as far as that is known
  std::string file;          ///< where it was found
  std::string detail;
  std::string remedy;
  /// `file` is an archive, or where one was: the code with which its events are refused (`log.archive_missing`,
  /// `log.archive_damaged`, `file.no_permission`, …). Somebody may have them all the same. Empty: it is none.
  std::string archive_code = {};

  /// True if events are lost, or cannot be trusted; false if all are there, and something beside them is wrong.
  bool loses_events() const noexcept { return what < kind::content; }
};

/// "unreadable", "tail_missing", …
std::string_view name_of(log_finding::kind kind) noexcept;

/// Versions of a stream that are not readable.
struct lost_versions {
  std::string stream;
  stream_version first;
  stream_version last;
};

/// What was found. Lists are cut at `verify_options::listed_max`; the counts beside them say how many more there are.
struct log_verification {
  enum class index_state {
    none,     ///< the log has none, or it is empty: it is made anew by the next writer
    fits,     ///< it has what the log has, as far as it goes
    damaged,  ///< a finding says how
    /// It cannot be read here: it has something in its -wal, and its -shm is missing, which this user cannot make.
    unreadable,
  };
  log_identity identity;
  std::vector<log_base> bases;  ///< of a fork: where events were verified that are not in its own file
  global_position from{1};      ///< where it began
  global_position head;         ///< the last event when it began
  global_position witnessed;    ///< what the witness has seen
  global_position indexed_to;   ///< how far the index goes
  index_state index = index_state::none;
  std::uint64_t events = 0;   ///< verified, and as they were written
  std::uint64_t streams = 0;  ///< of these

  std::vector<position_range> readable;
  std::uint64_t more_readable = 0;
  std::vector<lost_versions> lost;
  std::uint64_t more_lost = 0;
  std::vector<log_finding> findings;
  std::uint64_t more_findings = 0;

  /// All that is lost lies in archives: also what `findings` has no room for.
  bool lacks_only_archives = false;

  bool sound() const noexcept { return findings.empty(); }
  bool loses_events() const noexcept;
};

struct verify_progress {
  std::string_view doing;  ///< "events", "streams and ids", "index"
  std::uint64_t done = 0;
  std::uint64_t of = 0;
};

struct verify_options {
  global_position from{1};  ///< leave out what is before
  unsigned threads = 0;     ///< 0: one for each core, four at most
  std::size_t listed_max = 1'000;
  /// Where sorted records go that do not fit into memory: 40 bytes an event, gone at the end. Empty: TMPDIR, else /var/tmp.
  std::string scratch_directory{};
  std::function<void(const verify_progress&)> on_progress = {};  ///< from the calling thread, ten times a second
  std::stop_token stop = {};
};

/// Verifies every event (its checksum, which also covers its place; that its data are JSON), that positions and the versions of
/// each stream are dense, that event ids are unique; the database's own structure; that the log goes as far as its witness has
/// seen; and that the index has an entry for each key of each event, and no other.
///
/// Order    the log may be written meanwhile: what is appended after the call began is left out.
/// Threads  any; works on threads of its own.
/// Limits   less than 128 MiB of memory, whatever the log's size. Writes nothing but its scratch files.
/// Throws   operation_cancelled; log_missing, not_a_log, newer_format, older_format: there is nothing to verify. sql::sql_error,
///          file_error: a file cannot be reached. Damage is no exception here.
log_verification verify_log(const log_source& source, const runtime& runtime, const verify_options& options = {});

}  // namespace whence::inline v0
