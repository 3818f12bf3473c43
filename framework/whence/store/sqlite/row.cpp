#include <cstring>
#include <limits>
#include <string>

#include <whence/store/sqlite/format.hpp>
#include <whence/store/sqlite/row.hpp>

namespace whence::inline v0 {
namespace {

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
static_assert(data_column + 1 == entry_row::column_count);

/// Null is nil.
bool read_bytes(const sql::statement& statement, int column, std::array<std::uint8_t, 16>& into, bool optional) {
  const std::span<const std::uint8_t> bytes = statement.blob(column);
  if (bytes.size() == into.size()) {
    std::memcpy(into.data(), bytes.data(), into.size());
    return true;
  }
  into = {};
  return optional && bytes.empty();
}

template <class Id>
bool read_id(const sql::statement& statement, int column, Id& into, bool optional) {
  uuid::bytes_type bytes;
  if (!read_bytes(statement, column, bytes, optional)) return false;
  into = Id(uuid(bytes));
  return true;
}

timestamp read_time(const sql::statement& statement, int column) {
  return timestamp{std::chrono::microseconds{statement.integer(column)}};
}

}  // namespace

bool entry_row::read(const sql::statement& statement) {
  const std::int64_t at = statement.integer(position_column);
  const std::int64_t first = statement.integer(stream_column);
  const std::int64_t number = statement.integer(version_column);
  if (at < 1 || first < 1 || number < 1) return false;
  position = static_cast<std::uint64_t>(at);
  stream = static_cast<std::uint64_t>(first);
  version = static_cast<std::uint64_t>(number);
  type = statement.integer(type_column);
  event_.position = global_position{position};
  event_.version = stream_version{version};
  event_.occurred_at = read_time(statement, occurred_at_column);
  event_.recorded_at = read_time(statement, recorded_at_column);
  name = statement.text(name_column);
  event_.causation_type = statement.text(causation_type_column);
  event_.source = statement.text(source_column);
  event_.traceparent = statement.text(traceparent_column);
  tags = statement.text(tags_column);
  event_.data = statement.text(data_column);
  return read_id(statement, id_column, event_.id, false) &&
         read_id(statement, correlation_column, event_.correlation, true) &&
         read_id(statement, causation_column, event_.causation, true) &&
         read_bytes(statement, chain_column, chain, false) &&
         statement.integer(encoding_column) == log_format::encoding_json;
}

const recorded_event& entry_row::resolve(const type_names& names, std::string_view stream_name) {
  event_.aggregate_type = names.aggregate_type;
  event_.type = names.event_type;
  event_.type_version = names.version;
  event_.stream = stream_name;
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
