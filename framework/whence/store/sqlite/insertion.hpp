/// Inserts the rows of a group into `entries` with one statement, which asks for them one after the other.
///
/// They come out of a virtual table. To bind and step a statement for each row costs a quarter more: it looks for the end of the
/// table each time anew. (https://www.sqlite.org/vtab.html)
#pragma once

#include <cstdint>
#include <string_view>

#include <whence/sql/database.hpp>
#include <whence/sql/statement.hpp>
#include <whence/store/event_page.hpp>

namespace whence::inline v0 {

struct new_entry {
  recorded_event event;
  std::uint64_t stream = 0;  ///< its number
  std::int64_t type = 0;     ///< its number
  std::string_view tags;     ///< one a line
  chain_hash chain{};
};

/// Where the rows come from.
class entry_source {
 public:
  /// The next row, or null after the last one. It and its views stay as they are until the next call. Throws nothing but a lack
  /// of memory.
  virtual const new_entry* next() = 0;

 protected:
  ~entry_source() = default;
};

/// What the virtual table shows at the moment.
struct shown_entries;

/// Belongs to a connection.
///
/// Threads  the one that uses the connection.
class entry_insertion {
 public:
  explicit entry_insertion(sql::database& db);

  /// Within a transaction. Throws sql_error: then some of the rows may be inserted, and the transaction has to be rolled back, if
  /// SQLite has not done so.
  void run(entry_source& from);

 private:
  shown_entries* shown_;  // the connection's
  sql::statement insert_;
};

}  // namespace whence::inline v0
