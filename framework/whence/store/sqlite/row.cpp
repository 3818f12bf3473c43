#include <cstring>
#include <limits>
#include <string>

#include <sqlite3.h>

#include <whence/store/sqlite/format.hpp>
#include <whence/store/sqlite/row.hpp>

namespace whence::inline v0 {
namespace {

/// The columns as arguments of a function: to ask for one costs half of what it costs to ask the statement, which locks and looks
/// for errors each time.
class value_cells {
 public:
  explicit value_cells(sqlite3_value** values) noexcept : values_(values) {}

  bool is_text(int column) const noexcept { return sqlite3_value_type(values_[column]) == SQLITE_TEXT; }
  std::int64_t integer(int column) const noexcept { return sqlite3_value_int64(values_[column]); }
  std::string_view text(int column) const noexcept {
    const auto* const bytes = reinterpret_cast<const char*>(sqlite3_value_text(values_[column]));
    if (bytes == nullptr) return {};
    return {bytes, static_cast<std::size_t>(sqlite3_value_bytes(values_[column]))};
  }
  std::span<const std::uint8_t> blob(int column) const noexcept {
    const auto* const bytes = static_cast<const std::uint8_t*>(sqlite3_value_blob(values_[column]));
    if (bytes == nullptr) return {};
    return {bytes, static_cast<std::size_t>(sqlite3_value_bytes(values_[column]))};
  }

 private:
  sqlite3_value** values_;
};

bool is_text(const value_cells& cells, int column) { return cells.is_text(column); }
bool is_text(const sql::statement& statement, int column) { return statement.kind(column) == sql::value::kind::text; }

/// Null is nil.
template <class Cells>
bool read_bytes(const Cells& cells, int column, std::array<std::uint8_t, 16>& into, bool optional) {
  const std::span<const std::uint8_t> bytes = cells.blob(column);
  if (bytes.size() == into.size()) {
    std::memcpy(into.data(), bytes.data(), into.size());
    return true;
  }
  into = {};
  return optional && bytes.empty();
}

template <class Cells, class Id>
bool read_id(const Cells& cells, int column, Id& into, bool optional) {
  uuid::bytes_type bytes;
  if (!read_bytes(cells, column, bytes, optional)) return false;
  into = Id(uuid(bytes));
  return true;
}

template <class Cells>
timestamp read_time(const Cells& cells, int column) {
  return timestamp{std::chrono::microseconds{cells.integer(column)}};
}

}  // namespace

template <class Cells>
bool entry_row::read_cells(const Cells& cells) {
  const std::int64_t at = cells.integer(position_column);
  const std::int64_t first = cells.integer(stream_column);
  const std::int64_t number = cells.integer(version_column);
  name = cells.text(name_column);
  if (at < 1 || first < 1 || number < 1 || name.empty()) return false;
  position = static_cast<std::uint64_t>(at);
  stream = static_cast<std::uint64_t>(first);
  version = static_cast<std::uint64_t>(number);
  type = cells.integer(type_column);
  event_.position = global_position{position};
  event_.version = stream_version{version};
  event_.occurred_at = read_time(cells, occurred_at_column);
  event_.recorded_at = read_time(cells, recorded_at_column);
  event_.causation_type = cells.text(causation_type_column);
  event_.source = cells.text(source_column);
  event_.traceparent = cells.text(traceparent_column);
  tags = cells.text(tags_column);
  const bool data_is_text = is_text(cells, data_column);  // asked before the bytes, which may change it
  event_.data = cells.text(data_column);
  return read_id(cells, id_column, event_.id, false) && read_id(cells, correlation_column, event_.correlation, true) &&
         read_id(cells, causation_column, event_.causation, true) && read_bytes(cells, chain_column, chain, false) &&
         cells.integer(encoding_column) == log_format::encoding_of(event_.data) &&
         data_is_text == (cells.integer(encoding_column) == log_format::encoding_json);
}

template <class Cells>
bool entry_row::read_stub_in(const Cells& cells) {
  const std::int64_t at = cells.integer(position_column);
  const std::int64_t archive = cells.integer(version_column);
  if (cells.integer(encoding_column) != log_format::encoding_archived || at < 1 || archive < 1) return false;
  position = static_cast<std::uint64_t>(at);
  version = static_cast<std::uint64_t>(archive);
  return read_bytes(cells, chain_column, chain, false);
}

bool entry_row::read_stub(const sql::statement& statement) { return read_stub_in(statement); }
bool entry_row::read_stub(sqlite3_value** values) { return read_stub_in(value_cells(values)); }

bool entry_row::read(const sql::statement& statement) { return read_cells(statement); }
bool entry_row::read(sqlite3_value** values) { return read_cells(value_cells(values)); }

const recorded_event& entry_row::resolve(const type_names& names) {
  event_.aggregate_type = names.aggregate_type;
  event_.type = names.event_type;
  event_.type_version = names.version;
  event_.stream = name;
  event_.chain = chain;
  tag_list_.clear();
  if (!tags.empty()) {
    std::size_t begin = 0;
    for (std::size_t end = tags.find('\n'); end != std::string_view::npos; end = tags.find('\n', begin)) {
      tag_list_.push_back(tags.substr(begin, end - begin));
      begin = end + 1;
    }
    tag_list_.push_back(tags.substr(begin));
  }
  event_.tags = tag_list_;
  return event_;
}

std::string join_tags(std::span<const std::string> tags) {
  std::string joined;
  for (const std::string& tag : tags) {
    if (!joined.empty()) joined += '\n';
    joined += tag;
  }
  return joined;
}

}  // namespace whence::inline v0
