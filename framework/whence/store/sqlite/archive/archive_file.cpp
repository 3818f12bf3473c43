#include <algorithm>
#include <chrono>
#include <cstring>
#include <span>
#include <utility>

#include <sqlite3.h>

#include <whence/core/files.hpp>
#include <whence/sql/error.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/sqlite/archive/archive_file.hpp>
#include <whence/store/sqlite/format.hpp>
#include <whence/store/sqlite/reader.hpp>
#include <whence/store/sqlite/schema.hpp>

namespace whence::inline v0 {
namespace {

std::optional<uuid> uuid_in(const sql::statement& row, int column) {
  const std::span<const std::uint8_t> blob = row.blob(column);
  uuid::bytes_type bytes{};
  if (blob.size() != bytes.size()) return std::nullopt;
  std::memcpy(bytes.data(), blob.data(), bytes.size());
  return uuid(bytes);
}

std::uint64_t number_in(const sql::statement& row, int column) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(row.integer(column), 0));
}

std::vector<archive_row> rows_of_archives(sql::database& log) {
  std::vector<archive_row> found;
  if (log.integer("PRAGMA user_version") != log_format::format_of_parts) return found;
  sql::statement rows =
      log.prepare("SELECT number, name, seal, made_at, events, first, last, moved_to FROM archives ORDER BY number");
  while (rows.step()) {
    archive_row row{.number = number_in(rows, 0),
                    .name = std::string(rows.text(1)),
                    .seal = {},
                    .made_at = timestamp{std::chrono::microseconds{rows.integer(3)}},
                    .events = number_in(rows, 4),
                    .first = global_position{number_in(rows, 5)},
                    .last = global_position{number_in(rows, 6)},
                    .moved_to = global_position{number_in(rows, 7)}};
    const std::optional<uuid> seal = uuid_in(rows, 2);
    if (!seal || row.number == 0 || row.name.empty())
      throw log_damaged(log.path(), global_position{}, "a row that says where archived events lie is not readable");
    row.seal = *seal;
    found.push_back(std::move(row));
  }
  return found;
}

}  // namespace

std::vector<archive_row> read_archive_rows(sql::database& log) {
  try {
    return rows_of_archives(log);
  } catch (const sql::sql_error& failure) {
    if (!is_damage(failure)) throw;
    throw log_damaged(log.path(), global_position{},
                      std::string("the rows that say where archived events lie cannot be read: ") + failure.what());
  }
}

std::optional<std::string> differs_from(const std::string& path, const log_id& log, const archive_row& row) {
  const std::shared_ptr<files> files = system_files();
  const std::optional<file_status> there = files->status(path);
  if (there && !there->regular) return "it is no file";              // whoever opened a pipe would wait for ever
  if (there) static_cast<void>(files->open(path, open_file::read));  // SQLite does not say what the system says
  try {
    archive_reader reader(path);
    sql::database& db = reader.database();
    if (db.integer("PRAGMA application_id") != log_format::application_id_of_archives) return "it is no archive";
    if (std::optional<std::string> why = what_is_foreign(db)) return why;
    sql::statement about = db.prepare("SELECT l.id, a.seal FROM log l, archive a");
    if (!about.step()) return "it does not say of which log it is";
    const std::optional<uuid> whose = uuid_in(about, 0);
    if (whose != log.value()) return "it is an archive of another log";
    if (uuid_in(about, 1) != row.seal) return "it is another archive of this log";
    return std::nullopt;
  } catch (const sql::sql_error& failure) {
    if (is_refusal(failure)) throw;
    return failure.what();
  }
}

std::optional<std::string> lacks(const std::string& path, const archive_row& row) {
  constexpr std::int64_t pages_counted_max = 8'192;
  try {
    sql::database db = sql::database::open(path, sql::open_mode::unchanging);
    for (const global_position end : {row.first, row.last})
      if (!db.integer("SELECT 1 FROM entries WHERE position = ?", {end.value()}))
        return "event " + std::to_string(end.value()) + " is missing in it";
    if (db.integer("PRAGMA page_count").value_or(0) > pages_counted_max) return std::nullopt;
    const auto events = static_cast<std::uint64_t>(db.integer("SELECT count(*) FROM entries").value_or(0));
    if (events == row.events) return std::nullopt;
    return "it has " + std::to_string(events) + " events of " + std::to_string(row.events);
  } catch (const sql::sql_error& failure) {
    if (is_refusal(failure)) throw;
    return failure.what();
  }
}

bool is_refusal(const sql::sql_error& failure) noexcept {
  if (failure.result == SQLITE_IOERR_SHORT_READ) return false;
  const int why = failure.primary();
  return why == SQLITE_IOERR || why == SQLITE_CANTOPEN || why == SQLITE_NOMEM || why == SQLITE_PERM;
}

// Nobody ever writes the file: it is read without a lock, also where nothing can be made beside it.
archive_reader::archive_reader(const std::string& path)
    : db_(sql::database::open(path, sql::open_mode::unchanging)),
      from_(db_.prepare("SELECT " + std::string(entry_row::columns) +
                        " FROM entries e WHERE e.position >= ?1 ORDER BY e.position")) {}

bool archive_reader::read(std::uint64_t position, entry_row& row) {
  const bool is_next = at_ != 0 && at_ < position && position - at_ <= 64;
  bool there = false;
  if (is_next) {
    do {
      there = from_.step();
      at_ = there ? static_cast<std::uint64_t>(from_.integer(entry_row::position_column)) : 0;
    } while (there && at_ < position);
  } else {
    from_.reset();
    from_.bind(1, position);
    there = from_.step();
    at_ = there ? static_cast<std::uint64_t>(from_.integer(entry_row::position_column)) : 0;
  }
  return there && at_ == position && row.read(from_);
}

}  // namespace whence::inline v0
