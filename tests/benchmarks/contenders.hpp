/// Who plays: each in a file of its own, `whence_….cpp` and `bare_….cpp`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <tests/benchmarks/bare_log.hpp>
#include <tests/benchmarks/settings.hpp>
#include <tests/benchmarks/stopwatch.hpp>
#include <tests/benchmarks/workload.hpp>

namespace bench {

/// How long each of many took.
class latencies {
 public:
  void add(double seconds) { all_.push_back(seconds); }
  void add(const latencies& others) { all_.insert(all_.end(), others.all_.begin(), others.all_.end()); }
  /// In milliseconds: 99 of 100 were not slower.
  double p99();

 private:
  std::vector<double> all_;
};

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

// Reading the log from its first event to its last: whence_read.cpp, bare_read.cpp.
tally whence_read_all(const std::filesystem::path& path);
tally bare_read_all(const std::filesystem::path& path);

// A read model that catches up: whence_project.cpp, bare_project.cpp.
tally whence_count_by_type(const std::filesystem::path& path);
tally bare_count_by_type(const std::filesystem::path& path);
tally whence_decode(const std::filesystem::path& path);
tally bare_decode(const std::filesystem::path& path);

// The log as a file: whence_log.cpp, bare_log_file.cpp.
double whence_open_milliseconds(const std::filesystem::path& path);
double bare_open_milliseconds(const std::filesystem::path& path);
/// From a log whose index was deleted to the first answer that needs all of it.
double whence_index_seconds(const std::filesystem::path& path);
/// The keys of all rows, sorted and written to a table: what an index cannot do without.
double bare_index_seconds(const std::filesystem::path& path, const std::filesystem::path& index);
/// The same events in a bare table; bytes of its file.
std::uintmax_t bare_bytes(const std::filesystem::path& path, std::size_t events);

}  // namespace bench
