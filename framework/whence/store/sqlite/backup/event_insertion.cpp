#include <whence/store/sqlite/backup/event_insertion.hpp>

#include <span>
#include <string_view>

#include <whence/store/sqlite/format.hpp>

namespace whence::inline v0 {
namespace {

sql::value text_or_null(std::string_view text) { return text.empty() ? sql::value(nullptr) : sql::value(text); }

}  // namespace

event_insertion::event_insertion(sql::database& to)
    : to_(to), insert_(to.prepare("INSERT INTO entries VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")) {}

void event_insertion::run(const entry_row& row, const recorded_event& event) {
  const std::int64_t type = type_in_copy(row, event);
  const std::int64_t encoding = log_format::encoding_of(event.data);
  using column = entry_row::column;
  bind(column::position_column, row.position);
  bind(column::stream_column, row.stream);
  bind(column::version_column, row.version);
  bind(column::type_column, type);
  bind(column::occurred_at_column, event.occurred_at.time_since_epoch().count());
  bind(column::recorded_at_column, event.recorded_at.time_since_epoch().count());
  bind(column::id_column, event.id.value().bytes());
  bind_id(column::correlation_column, event.correlation.value());
  bind_id(column::causation_column, event.causation.value());
  bind(column::chain_column, row.chain);
  bind(column::name_column, row.name);
  bind(column::causation_type_column, text_or_null(event.causation_type));
  bind(column::source_column, text_or_null(event.source));
  bind(column::traceparent_column, text_or_null(event.traceparent));
  bind(column::tags_column, text_or_null(row.tags));
  bind(column::encoding_column, encoding);
  const std::span<const std::byte> bytes = std::as_bytes(std::span(event.data));
  bind(column::data_column, encoding == log_format::encoding_json ? sql::value(event.data) : sql::value(bytes));
  insert_.run();
}

void event_insertion::bind_id(entry_row::column column, const uuid& id) {
  if (id.is_nil()) return bind(column, nullptr);
  bind(column, id.bytes());
}

std::int64_t event_insertion::type_in_copy(const entry_row& row, const recorded_event& event) {
  if (row.numbered_by != numbered_by_) {
    numbered_by_ = row.numbered_by;
    numbers_.clear();
  }
  const auto [known, is_new] = numbers_.try_emplace(row.type, row.type);
  if (!is_new) return known->second;
  auto names = std::tuple(std::string(event.aggregate_type), std::string(event.type), event.type_version);
  if (const auto copied = types_.find(names); copied != types_.end()) return known->second = copied->second;
  if (numbers_in_copy_.contains(row.type)) known->second = *numbers_in_copy_.rbegin() + 1;
  to_.run("INSERT INTO types VALUES(?,?,?,?)", {known->second, event.aggregate_type, event.type, event.type_version});
  numbers_in_copy_.insert(known->second);
  types_.emplace(std::move(names), known->second);
  return known->second;
}

}  // namespace whence::inline v0
