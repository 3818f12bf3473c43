/// A row of `entries`, as it lies in the file: read column by column, trusted only when its chain hash fits.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <whence/sql/statement.hpp>
#include <whence/store/event_page.hpp>

struct sqlite3_value;

namespace whence::inline v0 {

/// The names that a type number stands for.
struct type_names {
  std::string aggregate_type;
  std::string event_type;
  std::uint32_t version = 0;

  friend bool operator==(const type_names&, const type_names&) = default;
};

/// Whether a number in the table of types can be the version of one.
constexpr bool is_type_version(std::int64_t number) noexcept {
  return number >= 1 && std::in_range<std::uint32_t>(number);
}

/// The row that a statement stands on, or of which a function is given the columns. Its views are valid until the statement moves
/// on, or the function returns.
class entry_row {
 public:
  /// As they follow on each other in the table.
  enum column {
    position_column,
    stream_column,
    version_column,
    type_column,
    occurred_at_column,
    recorded_at_column,
    id_column,
    correlation_column,
    causation_column,
    chain_column,
    name_column,
    causation_type_column,
    source_column,
    traceparent_column,
    tags_column,
    encoding_column,
    data_column
  };

  /// The columns, in the order that `read` expects them, of a table named `e`.
  static constexpr std::string_view columns =
      "e.position, e.stream, e.version, e.type, e.occurred_at, e.recorded_at, e.id, e.correlation, e.causation, "
      "e.chain,"
      " e.name, e.causation_type, e.source, e.traceparent, e.tags, e.encoding, e.data";
  static constexpr int column_count = data_column + 1;

  /// False if the values cannot be those of an event, whatever its chain hash says.
  bool read(const sql::statement& statement);
  bool read(sqlite3_value** values);

  /// True if they are those of a stub: then it has a position, a chain hash, and the number of its archive as version.
  bool read_stub(const sql::statement& statement);
  bool read_stub(sqlite3_value** values);

  /// The event, once the names of its type are known.
  const recorded_event& resolve(const type_names& type);

  std::uint64_t position = 0;
  std::uint64_t stream = 0;
  std::uint64_t version = 0;
  std::int64_t type = 0;
  std::string_view name;  ///< of the stream
  std::string_view tags;  ///< one a line
  chain_hash chain{};     ///< as stored
  const void* numbered_by =
      nullptr;  ///< numbers of types mean the same in rows that have the same here: those of one file

 private:
  template <class Cells>
  bool read_cells(const Cells& cells);
  template <class Cells>
  bool read_stub_in(const Cells& cells);

  recorded_event event_;
  std::vector<std::string_view> tag_list_;
};

/// One tag a line; a tag has no control characters.
std::string join_tags(std::span<const std::string> tags);

}  // namespace whence::inline v0
