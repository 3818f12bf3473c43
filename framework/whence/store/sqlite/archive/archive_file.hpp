/// The file of an archive: events that were moved out of a log, under the positions that they have there.
///
///     shop.db.archive.1       a SQLite database with the tables of a log (format.hpp), and application_id 0x57484E41 ("WHNA").
///                             In no WAL mode: one file, which is never written again, and is read without a lock
///     types                   the types of these events, under the numbers that they have in the log
///     entries                 the events, and only these: their positions have gaps
///     archive                 one row:
///       number                of the archive, in the log's table `archives`
///       seal                  16 bytes, made for this file: they stand in that table too
///       made_at, events       when, and how many there are
///
/// The log's table `archives` says of each: its name (from the log's folder on; whole if it lies elsewhere), its seal, the first
/// and the last of its events, and `moved_to`: up to which position the log's own rows have been replaced by stubs. Less than
/// `last`: whoever did that was interrupted, and the next one who archives goes on there.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <whence/core/timestamp.hpp>
#include <whence/core/uuid.hpp>
#include <whence/sql/database.hpp>
#include <whence/sql/error.hpp>
#include <whence/store/log.hpp>
#include <whence/store/sqlite/row.hpp>

namespace whence::inline v0 {

/// A row of the log's table `archives`.
struct archive_row {
  std::uint64_t number = 0;
  std::string name;
  uuid seal;
  timestamp made_at;
  std::uint64_t events = 0;
  global_position first;
  global_position last;
  global_position moved_to;

  bool is_done() const noexcept { return moved_to == last; }
};

/// All that a log has, by number; none: it is of a format that has no archives. Throws log_damaged; sql_error: it could
/// not be read, and nothing says that it is damaged.
std::vector<archive_row> read_archive_rows(sql::database& log);

/// What is wrong with the file at the path, if it is to be the archive of that row. Nothing: it is that archive. Throws file_error,
/// sql_error: this process cannot read it.
std::optional<std::string> differs_from(const std::string& path, const log_id& log, const archive_row& row);

/// What is missing in the file, which is the archive of that row. Its events are counted in 8,192 pages at most; of a larger one
/// the first and the last are looked for: a verification reads all. Throws sql_error: this process cannot read it.
std::optional<std::string> lacks(const std::string& path, const archive_row& row);

/// True if the file is out of reach, and nothing is said of what is in it.
bool is_refusal(const sql::sql_error& failure) noexcept;

/// An archive that is read.
///
/// Threads  one at a time.
/// Throws   sql_error.
class archive_reader {
 public:
  explicit archive_reader(const std::string& path);

  /// Reads the row of that event. False: there is none, or it is none of an event. Who asks for one after the other in the order
  /// of their positions has each in one step. The views of `row` are valid until the next call.
  bool read(std::uint64_t position, entry_row& row);

  /// Forgets where it was.
  void reset() noexcept { from_.reset(); }

  sql::database& database() noexcept { return db_; }

 private:
  sql::database db_;
  sql::statement from_;
  std::uint64_t at_ = 0;  // where it stands; 0: nowhere
};

}  // namespace whence::inline v0
