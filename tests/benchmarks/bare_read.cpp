#include <tests/benchmarks/contenders.hpp>

namespace bench {

/// Every column of every row, where SQLite has it: nothing is copied, nothing is checked.
tally bare_read_all(const std::filesystem::path& path) {
  const database opened = open_database(path, SQLITE_OPEN_READONLY);
  const statement rows = prepare(opened.get(), "SELECT * FROM entries ORDER BY position");
  sqlite3_stmt* const row = rows.get();
  const int columns = sqlite3_column_count(row);
  tally seen;
  int result = SQLITE_ROW;
  std::uint64_t touched = 0;
  while ((result = sqlite3_step(row)) == SQLITE_ROW) {
    ++seen.events;
    for (int column = 0; column + 1 < columns; ++column) {
      if (sqlite3_column_type(row, column) == SQLITE_INTEGER) {
        touched += static_cast<std::uint64_t>(sqlite3_column_int64(row, column));
      } else {
        touched += sqlite3_column_blob(row, column) != nullptr;
      }
    }
    touched += sqlite3_column_text(row, columns - 1) != nullptr;
    seen.bytes += static_cast<std::uint64_t>(sqlite3_column_bytes(row, columns - 1));
  }
  if (result != SQLITE_DONE || touched == 0) require(result, opened.get());
  return seen;
}

}  // namespace bench
