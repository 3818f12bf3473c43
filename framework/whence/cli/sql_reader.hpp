/// A log and its read models, for SQL statements of people: everything can be read, nothing written.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <whence/cli/events_elsewhere.hpp>
#include <whence/core/error.hpp>
#include <whence/sql/database.hpp>
#include <whence/sql/error.hpp>
#include <whence/sql/reading_mode.hpp>
#include <whence/sql/statement.hpp>

namespace whence::inline v0::cli {

/// `usage.statement`: a statement is wrong, or would write. It changed nothing; those before it were carried out.
struct statement_failed final : error {
  explicit statement_failed(error_text text);
};

/// The log is the main database: its view `events` is there for people. A read model is attached by its name.
///
/// Three locks on one door: the files are opened read-only, SQLite is told so (query_only), and a statement that does anything
/// else than read is refused before it runs, with what it wanted.
///
/// Limits   a value of 64 MiB; as many models as SQLite attaches (`models_max`).
/// Threads  one at a time.
/// Throws   sql_error; statement_failed; what is wrong with a file that has events of the log.
class sql_reader {
 public:
  /// `go_on` is asked all the while a statement runs: false ends it with sql_error (`sql.interrupted`).
  sql_reader(const std::string& log, sql::reading_mode mode, std::function<bool()> go_on);
  ~sql_reader();

  /// `events` has what lies in these files as well; `main.events` only what is in the log's own.
  void read_through(std::vector<file_of_events> elsewhere);

  std::size_t models_max() const;
  /// Throws   sql_error.
  void attach(const std::string& model, const std::string& path, sql::reading_mode mode);

  /// Gives each statement of the script to `use`, to be stepped through. From here on statements are judged.
  void run(std::string_view script, const std::function<void(sql::statement&)>& use);

  /// To be asked between a row and believing it.
  /// Throws   log_changed: a file that was taken for unchanging is written.
  void must_hold() const;

 private:
  struct judge;
  void explain(const sql::sql_error& failure, std::string_view whole, std::string_view before,
               std::string_view now) const;

  struct opened {
    std::string path;
    sql::reading_mode mode;
  };

  std::vector<opened> opened_;
  std::unique_ptr<judge> judge_;                 // SQLite has its address
  std::unique_ptr<events_elsewhere> elsewhere_;  // the same
  sql::database database_;
};

}  // namespace whence::inline v0::cli
