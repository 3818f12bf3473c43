/// A SQLite database: connection, prepared statements, transactions, errors. Thin: SQL in, rows out.
///
/// Threads  a connection and everything made from it belongs to one thread at a time.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <whence/sql/statement.hpp>
#include <whence/sql/value.hpp>

struct sqlite3;

namespace whence::sql {
inline namespace v0 {

/// How a database file is opened.
enum class open_mode {
  read_only,   ///< the file must exist; this connection never writes nor checkpoints
  read_write,  ///< the file must exist
  create,      ///< made if missing
  in_memory,   ///< the path is ignored
  unchanging,  ///< read only, and nobody writes the file meanwhile: takes no lock, makes no file beside it, looks for no -wal
};

class database {
 public:
  /// Opens with extended error codes, `trusted_schema=OFF`, defensive mode, no extension loading, mmap_size=0.
  /// `layer`: the name of a registered access to files (sqlite3_vfs); null: file_layer.
  /// Throws sql_error with the path in it.
  static database open(const std::string& path, open_mode mode, const char* layer = nullptr);

  database(const database&) = delete;
  database& operator=(const database&) = delete;
  database(database&&) noexcept;
  database& operator=(database&&) noexcept;
  ~database();

  /// Runs one or several statements without parameters.
  void run(std::string_view script);

  /// Runs one statement to its end; it is prepared once and kept for the next call with the same text.
  void run(std::string_view statement, std::initializer_list<value> arguments);
  void run(std::string_view statement, std::span<const value> arguments);

  /// A statement of one's own, to step through rows. It keeps the connection open.
  statement prepare(std::string_view sql);

  /// The first statement of the script, which is taken off it, with what parts it from the next. Nothing: there is no more.
  /// An error says where in `script` SQLite stopped reading.
  std::optional<statement> prepare_next(std::string_view& script);

  /// Makes another database readable under that name, beside this one, which was opened read_only. `mode`: read_only, unchanging.
  void attach(std::string_view name, const std::string& path, open_mode mode);

  /// The first column of the first row; nothing when there is no row.
  std::optional<std::int64_t> integer(std::string_view statement, std::initializer_list<value> arguments = {});
  std::optional<std::string> text(std::string_view statement, std::initializer_list<value> arguments = {});

  std::int64_t changes() const noexcept;
  bool in_transaction() const noexcept;
  const std::string& path() const noexcept;

  /// For the modules of Whence that need SQLite itself; whoever includes sqlite3.h can use it.
  sqlite3* handle() const noexcept;

 private:
  explicit database(std::shared_ptr<connection> connection) noexcept;
  std::shared_ptr<connection> connection_;
};

}  // namespace v0
}  // namespace whence::sql
