#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>

#include <sqlite3.h>

#include <whence/sql/error.hpp>
#include <whence/sql/temporary_folder.hpp>

namespace whence::sql {
inline namespace v0 {
namespace {

struct failure {
  int primary;
  std::string_view code;
  next_move next;
  std::string_view remedy;
};

constexpr failure failures[] = {
    {SQLITE_BUSY, "sql.busy", next_move::retry, "another process works on the database: try again"},
    {SQLITE_LOCKED, "sql.busy", next_move::retry, "another statement of this process works on the table: try again"},
    {SQLITE_PROTOCOL, "sql.busy", next_move::retry, "many processes open the database at once: try again"},
    {SQLITE_FULL, "sql.full", next_move::operator_needed, "make room on the disk"},
    {SQLITE_IOERR, "sql.io", next_move::operator_needed, "dmesg | tail\n# look for what it says of the disk"},
    {SQLITE_CORRUPT, "sql.corrupt", next_move::operator_needed,
     "a log: copy its files, then log repair says what can be brought back; a read model: move its files away, it is "
     "built anew"},
    {SQLITE_NOTADB, "sql.not_a_database", next_move::operator_needed, "give the path of a SQLite database"},
    {SQLITE_CANTOPEN, "sql.cannot_open", next_move::operator_needed,
     "look at the path, and at who may read and write there"},
    {SQLITE_PERM, "sql.cannot_open", next_move::operator_needed, "check who may read and write there"},
    {SQLITE_READONLY, "sql.read_only", next_move::operator_needed, "check who may write the database and its folder"},
    {SQLITE_CONSTRAINT, "sql.constraint", next_move::change_request, "correct the row"},
    {SQLITE_INTERRUPT, "sql.interrupted", next_move::retry, "try again"},
    {SQLITE_TOOBIG, "sql.too_big", next_move::change_request, "make the text or the blob smaller"},
    {SQLITE_NOMEM, "sql.no_memory", next_move::retry, "let the process use more memory, then try again"},
};

constexpr failure any_other{SQLITE_ERROR, "sql.failed", next_move::change_request, "correct the statement"};

const failure& failure_of(int result) {
  // There is no room to make the -shm file longer: SQLite calls it an error of the disk.
  const int primary = result == SQLITE_IOERR_SHMSIZE ? SQLITE_FULL : result & 0xff;
  for (const failure& candidate : failures) {
    if (candidate.primary == primary) return candidate;
  }
  return any_other;
}

std::size_t path_bytes_max() {
  constexpr std::size_t end_of_journal = 8;
  return static_cast<std::size_t>(sqlite3_vfs_find(nullptr)->mxPathname) - end_of_journal;
}

std::string_view beginning(std::string_view statement) { return statement.substr(0, 500); }

/// Of a path that SQLite could not open: how many bytes it has, if that is why. It goes by the whole path, and needs room behind it
/// for the names of the files beside the database.
std::optional<std::size_t> bytes_too_many(int result, const std::string& path) {
  if ((result & 0xff) != SQLITE_CANTOPEN || path.empty()) return std::nullopt;
  std::error_code unknown;
  const std::string whole =
      std::filesystem::weakly_canonical(std::filesystem::absolute(path, unknown), unknown).string();
  const std::size_t bytes = std::max(whole.size(), path.size());
  if (bytes <= path_bytes_max()) return std::nullopt;
  return bytes;
}

error_text describe(int result, const std::string& path, std::string_view statement, std::string_view message) {
  error_text text;
  text.what = path + ": " + std::string(message.empty() ? sqlite3_errstr(result) : message) + " (SQLite " +
              std::to_string(result) + ")";
  text.where = std::string(beginning(statement));
  text.remedy = std::string(failure_of(result).remedy);
  if (const auto bytes = bytes_too_many(result, path)) {
    text.why = "its whole path has " + std::to_string(*bytes) + " bytes, and SQLite opens none of more than " +
               std::to_string(path_bytes_max());
    text.remedy = "choose a shorter path";
  }
  if (path.empty()) {
    // A database that is nobody else's: SQLite puts it where it puts what is temporary.
    text.what = "a temporary database" + text.what;
    text.where = temporary_folder();
    if (failure_of(result).primary == SQLITE_FULL) text.remedy = room_for_temporary_files();
  }
  return text;
}

}  // namespace

sql_error::sql_error(int extended_result, std::string database, std::string_view sql, std::string_view text)
    : error(failure_of(extended_result).code, failure_of(extended_result).next,
            describe(extended_result, database, sql, text)),
      result(extended_result),
      path(std::move(database)),
      statement(beginning(sql)),
      message(text.empty() ? sqlite3_errstr(extended_result) : text),
      path_is_too_long(bytes_too_many(result, path).has_value()) {}

}  // namespace v0
}  // namespace whence::sql
