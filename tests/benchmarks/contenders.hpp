/// Who plays: each in a file of its own, `whence_….cpp` and `bare_….cpp`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <tests/benchmarks/bare_log.hpp>
#include <tests/benchmarks/settings.hpp>
#include <tests/benchmarks/stopwatch.hpp>
#include <tests/benchmarks/workload.hpp>

namespace bench {

/// Appends to a log of Whence: whence_append.cpp. What returns a rate returns events/s.
class whence_appends {
 public:
  /// Makes the log, and writes so much that its WAL has its blocks.
  whence_appends(const std::filesystem::path& path, const settings& how, spread over);
  ~whence_appends();

  /// A caller that blocks in `.get()`, one event at a time.
  double blocking(std::size_t count);
  /// So many of these callers, a thread each.
  double threads(std::size_t threads, std::size_t count);
  /// Coroutines on the executor's two threads, so many that `flying` appends are in flight.
  double flying(std::size_t flying, std::size_t count);
  /// The same; what 99 of 100 appends took at most, in milliseconds.
  double flying_p99(std::size_t flying, std::size_t count);
  /// A caller that blocks, with 1,000 events an append; until everything that this has caused is over.
  double batches(std::size_t count);

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

/// Appends on expected versions, or each under a query, in a log of its own: whence_query.cpp. Events/s of coroutines on the
/// executor's two threads, so many that `flying` appends are in flight.
class conditional_appends {
 public:
  enum class condition { version, query };

  conditional_appends(const std::filesystem::path& path, condition on);
  ~conditional_appends();

  double flying(std::size_t flying, std::size_t count);

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

/// The same work for SQLite alone: bare_append.cpp.
class bare_appends {
 public:
  bare_appends(const std::filesystem::path& path, const settings& how, bare_options options, spread over);

  /// So many rows a commit.
  double together(std::size_t rows, std::size_t count);
  /// The same; what 99 of 100 commits took at most, in milliseconds.
  double together_p99(std::size_t rows, std::size_t count);

 private:
  std::vector<std::vector<sale>> take(std::size_t rows, std::size_t count);

  bare_log log_;
  workload work_;
};

/// Makes a log of Whence with so many events, closed in order: what is read is the same for both sides.
void make_log(const std::filesystem::path& path, std::size_t events);

/// What a reader has seen, so that nobody can leave out a part of the work.
struct tally {
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;  ///< of payloads
  std::vector<std::uint64_t> of_type = std::vector<std::uint64_t>(type_names.size());
  std::uint64_t sum = 0;  ///< of what was decoded

  friend bool operator==(const tally&, const tally&) = default;
};

// A read model that catches up: whence_project.cpp, bare_project.cpp.
tally whence_count_by_type(const std::filesystem::path& path);
tally bare_count_by_type(const std::filesystem::path& path);
tally whence_decode(const std::filesystem::path& path);
tally bare_decode(const std::filesystem::path& path);

// Old events, three versions behind, and the same as of today: whence_upcast.cpp.
void make_old_log(const std::filesystem::path& path, std::size_t events);
void make_log_of_today(const std::filesystem::path& path, std::size_t events);
tally whence_decode_old(const std::filesystem::path& path);
tally whence_decode_of_today(const std::filesystem::path& path);

// The index: whence_index.cpp, bare_index.cpp.
/// From a log whose index was deleted to the first answer that needs all of it.
double whence_index_seconds(const std::filesystem::path& path);
/// The keys of all rows, sorted and written to a table: what an index cannot do without.
double bare_index_seconds(const std::filesystem::path& path, const std::filesystem::path& index);

/// A log that has grown to its size in appends of 1,000 events, of a planted_workload: whence_grown.cpp. Nobody has it open.
class whence_grown {
 public:
  whence_grown(const std::filesystem::path& path, std::size_t events);

  /// Events/s, until everything that was caused by them was over: of the first twentieth, and of the last.
  double first_rate() const noexcept { return first_rate_; }
  double last_rate() const noexcept { return last_rate_; }
  /// Of the log and its index, for each event.
  double bytes_of_event() const;

  double open_milliseconds() const;
  /// After its writer was killed in the middle.
  double open_killed_milliseconds();
  /// From the first event to the last.
  tally scan() const;
  /// A stream of a hundred events, the mean of all that are planted.
  double load_milliseconds() const;
  /// Ten events that have one cause, found by a visitor who has just come; the mean.
  double trace_milliseconds() const;

 private:
  const std::filesystem::path path_;
  const std::size_t events_;
  double first_rate_ = 0;
  double last_rate_ = 0;
  std::uint32_t next_seed_ = 200;
};

/// The same events in a table of SQLite: bare_grown.cpp.
class bare_grown {
 public:
  bare_grown(const std::filesystem::path& path, std::size_t events);

  double bytes_of_event() const;
  double open_milliseconds() const;
  double open_killed_milliseconds();
  /// One query on an index by stream and version, made now if there is none.
  double load_milliseconds();
  /// The same by correlation.
  double trace_milliseconds();

 private:
  void index_by(const std::string& columns, const std::string& name);

  const std::filesystem::path path_;
  const std::size_t events_;
  double bytes_of_event_ = 0;
  std::uint32_t next_seed_ = 200;
};

/// An aggregate of a long stream, whose snapshot is 99 events old, and aggregates of a hundred events: whence_snapshots.cpp. The
/// mean of so many loads, in milliseconds.
class snapshot_loads {
 public:
  snapshot_loads(const std::filesystem::path& path, std::size_t events);
  ~snapshot_loads();

  double with_snapshot(std::size_t times);
  double short_stream(std::size_t times);

 private:
  struct parts;
  const std::unique_ptr<parts> parts_;
  const std::uint64_t events_;
};

/// Steps through all rows of a log of Whence, with SQLite alone.
tally bare_scan(const std::filesystem::path& log);

/// Runs the work in a process of its own, which is killed with SIGKILL at its end: nothing in it is closed in order.
void run_and_kill(const std::function<void()>& work);

}  // namespace bench
