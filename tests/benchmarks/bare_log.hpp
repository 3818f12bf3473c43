/// The reference: a table in SQLite, written and read with nothing in between. What it lacks (expected versions, ids that are
/// recognised, a checksum, an index) is what a log has to bring along without being much slower.
#pragma once

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <tests/benchmarks/workload.hpp>

namespace bench {

/// Throws if a call of SQLite did not succeed.
void require(int result, sqlite3* handle);

struct close_database {
  void operator()(sqlite3* handle) const noexcept { sqlite3_close_v2(handle); }
};
struct finalize_statement {
  void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};
using database = std::unique_ptr<sqlite3, close_database>;
using statement = std::unique_ptr<sqlite3_stmt, finalize_statement>;

/// For one thread: SQLite takes no locks of its own.
database open_database(const std::filesystem::path& path, int flags);
statement prepare(sqlite3* handle, const std::string& sql);
void run(sqlite3* handle, const std::string& sql);

/// What may be chosen freely: the reference is the best of several.
struct bare_options {
  unsigned page_bytes = 4096;
  std::size_t checkpoint_bytes = 64u << 20;
  std::string name() const;
};

/// Durable on each commit (synchronous=FULL), in WAL mode; the WAL is never made shorter, so that its blocks stay in place.
class bare_log {
 public:
  bare_log(const std::filesystem::path& path, bare_options options);

  /// One commit for all.
  void append_together(const std::vector<sale>& sales);

  /// Copies the WAL; the next commit begins at its front.
  void checkpoint();

 private:
  void insert(const sale& sale);
  void checkpoint_if_due();

  bare_options options_;
  std::size_t wal_bytes_ = 0;
  std::uint64_t position_ = 0;
  database database_;
  statement begin_;
  statement commit_;
  statement insert_;
};

}  // namespace bench
