/// A prepared statement: bind its parameters, step through its rows, reset it to run it again.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <whence/sql/value.hpp>

struct sqlite3_stmt;

namespace whence::sql {
inline namespace v0 {

class connection;

/// Made by `database::prepare`; keeps its connection open. Parameters count from 1 and columns from 0, as in SQLite.
///
/// Threads  the one that uses the database.
/// Throws   sql_error.
class statement {
 public:
  statement(const statement&) = delete;
  statement& operator=(const statement&) = delete;
  statement(statement&& other) noexcept;
  statement& operator=(statement&& other) noexcept;
  ~statement();

  /// Gives a parameter its value. Texts and blobs are copied.
  statement& bind(int parameter, const value& argument);

  /// The same without a copy: the bytes of a text or a blob must stay as they are until `reset`.
  statement& bind_view(int parameter, const value& argument);

  /// Gives all parameters their values, from the first.
  statement& bind_all(std::span<const value> arguments);

  /// Goes on to the next row; false when there is none. A statement that failed is reset.
  bool step();

  /// Ends the run, and with it a read transaction that the statement began by itself. Parameters keep their values.
  void reset() noexcept;

  /// Steps to the end, ignoring rows, and resets: for statements that write.
  void run();

  int columns() const noexcept;
  bool is_null(int column) const noexcept;
  std::int64_t integer(int column) const noexcept;
  double real(int column) const noexcept;
  /// Valid until the next `step`, `reset` or conversion of the same column. Null is empty.
  std::string_view text(int column) const noexcept;
  std::span<const std::uint8_t> blob(int column) const noexcept;
  value::kind kind(int column) const noexcept;
  std::string_view name(int column) const noexcept;

 private:
  friend class connection;
  statement(std::shared_ptr<connection> connection, sqlite3_stmt* prepared) noexcept;
  void check(int result);

  std::shared_ptr<connection> connection_;
  sqlite3_stmt* prepared_;
};

}  // namespace v0
}  // namespace whence::sql
