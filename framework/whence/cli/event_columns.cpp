#include <whence/cli/event_columns.hpp>

#include <string>

#include <whence/cli/event_commands.hpp>
#include <whence/cli/event_data.hpp>
#include <whence/core/json_text.hpp>

namespace whence::inline v0::cli {
namespace {

using an_event = recorded_event;
using shown_in = cell_style;

std::string tags_of(const an_event& event, const shown_in& style) {
  std::string all;
  for (const std::string_view tag : event.tags) {
    all += all.empty() ? "" : style.exact() ? "," : ", ";
    all += style.exact() ? json_string(tag) : std::string(tag);
  }
  return style.exact() && !all.empty() ? "[" + all + "]" : all;
}

std::string or_nothing(const uuid& id, const shown_in& style) { return id.is_nil() ? std::string() : style.id(id); }

std::string position(const an_event& event, const shown_in&) { return std::to_string(event.position.value()); }
std::string recorded(const an_event& event, const shown_in& style) { return style.time(event.recorded_at); }
std::string type(const an_event& event, const shown_in& style) {
  return style.exact() ? std::string(event.type) : type_of(event);
}
std::string type_version(const an_event& event, const shown_in&) { return std::to_string(event.type_version); }
std::string stream(const an_event& event, const shown_in& style) {
  return style.exact() ? std::string(event.stream) : place_of(event);
}
std::string version(const an_event& event, const shown_in&) { return std::to_string(event.version.value()); }
std::string aggregate(const an_event& event, const shown_in&) { return std::string(event.aggregate_type); }
std::string caused_by(const an_event& event, const shown_in&) { return std::string(event.causation_type); }
std::string correlation(const an_event& event, const shown_in& style) {
  return or_nothing(event.correlation.value(), style);
}
std::string id(const an_event& event, const shown_in& style) { return style.id(event.id.value()); }
std::string causation(const an_event& event, const shown_in& style) {
  return or_nothing(event.causation.value(), style);
}
std::string occurred(const an_event& event, const shown_in& style) { return style.time(event.occurred_at); }
std::string source(const an_event& event, const shown_in&) { return std::string(event.source); }
std::string traceparent(const an_event& event, const shown_in&) { return std::string(event.traceparent); }
std::string data(const an_event& event, const shown_in&) { return std::string(json_data(event.data).text()); }

constexpr column position_look{.title = "POSITION", .name = "globalPosition", .right = true};
constexpr column time_look{.title = "TIME", .name = "recordedAt", .colour = tint::faint, .usual = 24, .spare = 1};
constexpr column type_look{.title = "TYPE", .name = "eventType", .colour = tint::cyan, .least = 12, .usual = 16};
constexpr column type_version_look{.title = "TYPE VERSION", .name = "eventVersion", .right = true, .in_tables = false};
constexpr column version_look{.title = "VERSION", .name = "streamVersion", .right = true};
constexpr column cause_look{.title = "CAUSED BY", .name = "causationType", .least = 9, .usual = 12, .spare = 4};
constexpr column correlation_look{.title = "CORRELATION", .name = "correlationId", .colour = tint::faint, .spare = 2};
constexpr column data_look{.title = "DATA", .name = "data", .least = 12, .spare = 3};

constexpr column unasked(column look) {
  look.in_tables = false;
  return look;
}

constexpr item_column<an_event> of_events[] = {
    {position_look, &position},
    {time_look, &recorded},
    {type_look, &type},
    {type_version_look, &type_version},
    {{.title = "STREAM", .name = "aggregateId", .least = 12, .usual = 16}, &stream},
    {unasked(version_look), &version},
    {{.title = "AGGREGATE", .name = "aggregateType", .least = 8, .spare = 5, .in_tables = false}, &aggregate},
    {cause_look, &caused_by},
    {correlation_look, &correlation},
    {{.title = "ID", .name = "eventId", .in_tables = false}, &id},
    {{.title = "CAUSATION", .name = "causationId", .colour = tint::faint, .in_tables = false}, &causation},
    {{.title = "OCCURRED", .name = "occurredAt", .colour = tint::faint, .in_tables = false}, &occurred},
    {{.title = "SOURCE", .name = "source", .least = 8, .spare = 5, .in_tables = false}, &source},
    {{.title = "TRACE", .name = "traceparent", .spare = 5, .in_tables = false}, &traceparent},
    {{.title = "TAGS", .name = "tags", .least = 8, .spare = 5, .in_tables = false}, &tags_of},
    {unasked(data_look), &data},
};

constexpr item_column<an_event> of_a_stream[] = {
    {version_look, &version},
    {{.title = "POSITION", .name = "globalPosition", .right = true, .spare = 2}, &position},
    {time_look, &recorded},
    {type_look, &type},
    {type_version_look, &type_version},
    {cause_look, &caused_by},
    {unasked(correlation_look), &correlation},
    {{.title = "ID", .name = "eventId", .in_tables = false}, &id},
    {{.title = "CAUSATION", .name = "causationId", .colour = tint::faint, .in_tables = false}, &causation},
    {{.title = "OCCURRED", .name = "occurredAt", .colour = tint::faint, .in_tables = false}, &occurred},
    {{.title = "SOURCE", .name = "source", .least = 8, .spare = 5, .in_tables = false}, &source},
    {{.title = "TRACE", .name = "traceparent", .spare = 5, .in_tables = false}, &traceparent},
    {{.title = "TAGS", .name = "tags", .least = 8, .spare = 5, .in_tables = false}, &tags_of},
    {data_look, &data},
};

}  // namespace

std::span<const item_column<recorded_event>> event_columns() { return of_events; }

std::span<const item_column<recorded_event>> history_columns() { return of_a_stream; }

}  // namespace whence::inline v0::cli
