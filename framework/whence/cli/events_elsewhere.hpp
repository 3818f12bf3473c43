/// The events of a log that lie in other files, of a fork in its base and what was archived, as one table for SQL: however many
/// files these are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <whence/sql/database.hpp>
#include <whence/sql/reading_mode.hpp>

struct sqlite3;

namespace whence::inline v0::cli {

/// Which events an archive has to have.
struct stubs_of_events {
  std::string log = {};       ///< which has a stub of each; empty: the file is no archive
  std::uint64_t archive = 0;  ///< its number there
  std::uint64_t all = 0;      ///< how many there are from `first` to `last`; 0: it is not known
};

/// A file, and which of its events are the log's.
struct file_of_events {
  std::string path;
  std::uint64_t first = 0;          ///< position
  std::uint64_t last = 0;           ///< position
  std::exception_ptr problem = {};  ///< why its events cannot be read; whoever comes to them is told that
  stubs_of_events stubs = {};
};

/// A virtual table (https://www.sqlite.org/vtab.html) with the columns of the view `events`. A file is opened when a statement
/// comes to its events, which one that asks for some positions need not. A statement that has gone through those of an archive
/// fails if there were fewer than the log has stubs.
///
/// Threads  one at a time.
class events_elsewhere {
 public:
  static constexpr const char* table = "events_elsewhere";

  /// Of that connection, which has to end before this.
  events_elsewhere(sqlite3* reader, std::vector<file_of_events> files);
  ~events_elsewhere();
  events_elsewhere(const events_elsewhere&) = delete;
  events_elsewhere& operator=(const events_elsewhere&) = delete;

  /// Why a statement failed, if it did because of one of the files; else nothing.
  std::exception_ptr failure() const noexcept { return failure_; }

  /// The first file that was read as unchanging, and is written by now; nothing: none is.
  std::optional<std::string> changed() const;

 private:
  struct module;
  struct cursor;
  struct opened;

  sql::database& open(std::size_t file);
  std::uint64_t stubs_of(const file_of_events& file, std::int64_t first, std::int64_t last);
  void must_have_all(const file_of_events& file, std::int64_t first, std::int64_t last, std::uint64_t found);

  const std::vector<file_of_events> files_;
  std::vector<std::unique_ptr<opened>> opened_;          // of each file; null: nobody has come to it
  std::deque<std::size_t> open_;                         // those whose connection is open
  std::map<std::string, std::unique_ptr<opened>> logs_;  // whose stubs were counted
  std::exception_ptr failure_;
};

}  // namespace whence::inline v0::cli
