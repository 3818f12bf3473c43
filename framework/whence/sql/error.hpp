/// What SQLite says when it cannot, with the database and the statement in it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <whence/core/error.hpp>

namespace whence::sql {
inline namespace v0 {

/// A statement, or opening or closing a database, failed. What a failed transaction wrote is rolled back with it.
///
/// The code says what kind of failure it was: `sql.busy`, `sql.full`, `sql.io`, `sql.corrupt`, `sql.not_a_database`,
/// `sql.cannot_open`, `sql.read_only`, `sql.constraint`, `sql.interrupted`, `sql.too_big`, `sql.no_memory`, `sql.failed`.
struct sql_error final : error {
  sql_error(int extended_result, std::string path, std::string_view statement, std::string_view message);

  int result;             ///< SQLite's extended result code
  std::string path;       ///< of the database
  std::string statement;  ///< cut to its first 500 bytes
  std::string message;    ///< what SQLite says, without the rest
  std::optional<std::size_t>
      offset;  ///< the byte of the statement where SQLite stopped reading, if it was while reading

  bool path_is_too_long = false;  ///< for SQLite, which says of it only that it cannot open it

  /// SQLite's primary result code.
  int primary() const noexcept { return result & 0xff; }
};

}  // namespace v0
}  // namespace whence::sql
