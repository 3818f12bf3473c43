#include <whence/cli/stream_commands.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include <whence/cli/display_text.hpp>
#include <whence/cli/event_columns.hpp>
#include <whence/cli/event_commands.hpp>
#include <whence/cli/flags.hpp>
#include <whence/cli/largest_streams.hpp>
#include <whence/cli/name_hint.hpp>
#include <whence/cli/request.hpp>
#include <whence/cli/selected_events.hpp>
#include <whence/cli/selection.hpp>
#include <whence/cli/session.hpp>
#include <whence/cli/stream_summaries.hpp>
#include <whence/cli/time_text.hpp>
#include <whence/core/json_text.hpp>
#include <whence/store/log_errors.hpp>

namespace whence::inline v0::cli {
namespace {

/// Nothing if its first or last event is damaged: its history comes to that.
std::optional<stream_summary> whole_stream(log_reader& log, const std::string& stream) {
  try {
    const event_page first = log.read_stream(stream, stream_version{1}, read_direction::forward, {.events = 1});
    return summarize(first.front(), end_of_stream(log, stream).front());
  } catch (const log_damaged&) {
    return std::nullopt;
  }
}

std::string members_of(const stream_summary& stream) {
  std::string out = "\"aggregateId\":" + json_string(stream.name);
  out += ",\"aggregateType\":" + json_string(stream.aggregate_type);
  out += ",\"streamVersion\":" + std::to_string(stream.version.value());
  out += ",\"firstPosition\":" + std::to_string(stream.first_position.value());
  out += ",\"lastPosition\":" + std::to_string(stream.last_position.value());
  out += ",\"firstRecordedAt\":\"" + to_rfc3339(stream.first_recorded);
  out += "\",\"lastRecordedAt\":\"" + to_rfc3339(stream.last_recorded) + "\"";
  return out;
}

constexpr item_column<stream_summary> of_streams[] = {
    {{.title = "STREAM", .name = "aggregateId", .colour = tint::cyan, .least = 12},
     [](const stream_summary& stream, const cell_style&) { return stream.name; }},
    {{.title = "TYPE", .name = "aggregateType", .least = 8},
     [](const stream_summary& stream, const cell_style&) { return stream.aggregate_type; }},
    {{.title = "EVENTS", .name = "streamVersion", .right = true},
     [](const stream_summary& stream, const cell_style&) { return std::to_string(stream.version.value()); }},
    {{.title = "FIRST POSITION", .name = "firstPosition", .right = true, .spare = 4, .in_tables = false},
     [](const stream_summary& stream, const cell_style&) { return std::to_string(stream.first_position.value()); }},
    {{.title = "LAST POSITION", .name = "lastPosition", .right = true, .spare = 3, .in_tables = false},
     [](const stream_summary& stream, const cell_style&) { return std::to_string(stream.last_position.value()); }},
    {{.title = "FIRST", .name = "firstRecordedAt", .colour = tint::faint, .spare = 2},
     [](const stream_summary& stream, const cell_style& style) { return style.time(stream.first_recorded); }},
    {{.title = "LAST", .name = "lastRecordedAt", .colour = tint::faint, .spare = 1},
     [](const stream_summary& stream, const cell_style& style) { return style.time(stream.last_recorded); }},
};

std::string json_of_stream(const stream_summary& stream) { return "{" + members_of(stream) + "}"; }

std::string history_head(const stream_summary& stream, const session& session) {
  const std::size_t events = stream.version.value();
  const bool single = events == 1;
  const std::string name = visible(stream.name);
  const std::string what = visible(stream.aggregate_type) + "   " + with_groups(events) +
                           (single ? " event, #" : " events, #") + std::to_string(stream.first_position.value()) +
                           (single ? "" : " to #" + std::to_string(stream.last_position.value()));
  const bool has_room = session.fitted(name + "   " + what) == name + "   " + what;
  const std::string out = session.out_style().paint(tint::strong, session.fitted(name)) +
                          (has_room ? "   " + what : "\n" + session.broken_after(0, what));
  const std::string first = session.cells().time(stream.first_recorded);
  const std::string last = single ? "" : " to " + session.cells().time(stream.last_recorded);
  const bool on_one_line = session.fitted(first + last) == first + last;
  return out + "\n" + first + (on_one_line ? last : "\n" + last.substr(1)) + "\n";
}

using next_stream = std::function<std::optional<stream_summary>()>;

/// The streams, as they come one after the other. `show`: see stream_summaries.
next_stream streams_of(const request& request, session& session, std::size_t limit, const std::function<void()>& show) {
  // Few are looked up, so that the first ones are there at once; for the rest, one pass over the log is cheaper.
  constexpr std::size_t few = 1'000;
  log_reader& log = session.log();
  selection wanted = selection_from(request, log, session.now());
  // --since is about last events: it says nothing of where a stream begins.
  wanted.from = global_position{request.number("--from").value_or(1)};
  std::optional<timestamp> older_than;
  if (const auto text = request.value("--older-than")) older_than = time_from("--older-than", *text, session.now());

  next_stream next;
  if (request.has("--by-size")) {
    // One more than is shown tells that there are more.
    const std::size_t held = limit == 0 ? stream_summaries::held_max : std::min(limit + 1, stream_summaries::held_max);
    const auto streams = std::make_shared<largest_streams>(log, std::move(wanted), held);
    next = [streams] { return streams->next(); };
  } else {
    const bool look_up = limit != 0 && limit <= few && !wanted.since && !older_than;
    const auto streams = std::make_shared<stream_summaries>(
        log, std::move(wanted), look_up ? stream_summaries::way::look_up : stream_summaries::way::look_up_first);
    streams->while_looking([&show] { show(); });
    next = [streams] { return streams->next(); };
  }
  if (!older_than) return next;
  return [next, older_than] {
    std::optional<stream_summary> stream = next();
    while (stream && stream->last_recorded >= *older_than) stream = next();
    return stream;
  };
}

exit_code list_streams(const request& request, session& session) {
  const std::size_t limit = session.limit(request);
  std::function<void()> show = [] {};
  const next_stream next = streams_of(request, session, limit, show);
  const std::span<const item_column<stream_summary>> columns(of_streams);
  item_list& list = session.list(looks_of(columns));
  show = [&] {
    list.show();
    session.must_have_reader();
  };
  while (const std::optional<stream_summary> stream = next()) {
    if (limit != 0 && list.items() == limit) {
      const bool goes_on = !request.has("--by-size");
      if (goes_on) list.cut_before(stream->first_position);
      if (!goes_on) list.left_out_some();
      session.note_cut(limit, 0, goes_on ? std::optional(stream->first_position) : std::nullopt);
      break;
    }
    put(list, columns, &json_of_stream, *stream);
  }
  if (list.items() == 0) {
    log_reader& log = session.log();
    note_nothing_found(request, session, events_in(selection_from(request, log, session.now()), log));
  }
  return exit_code::done;
}

exit_code show_stream(const request& request, session& session) {
  const std::size_t limit = session.limit(request);
  log_reader& log = session.log();
  require_stream(log, request.argument());
  selection wanted = selection_from(request, log, session.now());
  wanted.streams = {request.argument()};
  const std::optional<stream_summary> stream = whole_stream(log, request.argument());
  if (stream && session.form() == output_form::table) session.print(history_head(*stream, session));
  item_list& list = session.list(looks_of(history_columns()));
  if (stream) list.with_members(members_of(*stream));
  selected_events events(session.log_asked_for(), std::move(wanted));
  global_position shown_to;
  while (const recorded_event* const event = events.next()) {
    if (ends_before(*event, limit, list.items(), shown_to)) {
      list.cut_before(event->position);
      session.note_cut(list.items(), 0, event->position);
      break;
    }
    put(list, history_columns(), &json_of, *event);
    shown_to = event->position;
  }
  if (list.items() == 0 && stream)
    note_nothing_found(request, session, with_groups(stream->version.value()) + " events of " + request.argument());
  return exit_code::done;
}

constexpr flag by_size{.name = "--by-size", .text = "those with the most events first"};

constexpr const flag* list_flags[] = {&by_size,        &flags::older_than, &flags::aggregates, &flags::from,
                                      &flags::to,      &flags::since,      &flags::until,      &flags::limit,
                                      &flags::columns, &flags::times};
constexpr const flag* show_flags[] = {
    &flags::types, &flags::tags,  &flags::where,   &flags::correlation, &flags::causation, &flags::from, &flags::to,
    &flags::since, &flags::until, &flags::reverse, &flags::limit,       &flags::columns,   &flags::raw,  &flags::times};
constexpr example list_examples[] = {
    {"whence stream list", "all streams"},
    {"whence stream list --aggregate Order", "those of one type"},
    {"whence stream list --by-size --limit 10", "the ten longest"},
    {"whence stream list --since 1d -o json", "those with an event since"},
};
constexpr example show_examples[] = {
    {"whence stream show order-12345", "from its first event on"},
    {"whence stream show order-12345 --reverse", "from its last"},
    {"whence stream show order-12345 -o jsonl", "one event a line"},
};
constexpr std::string_view list_text =
    "Streams in the order of their first events. EVENTS is how many a stream has, which is its version. --from and "
    "--to are positions of first events; --since and --until choose streams with a time in common. Sorted by size, "
    "those with as many events stand by name, and a list that was cut has no \"next\": \"more\" is true then.\n"
    "At a damaged event the list ends with exit code 6; then EVENTS is how many a stream has before that.";
constexpr std::string_view show_text =
    "One stream: what it is, and its events. --from and --to are positions in the log.\n"
    "The application's own executable shows what the events are today, through its upcasters; --raw, and the stock "
    "program, what is stored. How many events a stream has is what is stored in any case.";

constexpr command rows[] = {
    {.group = "stream",
     .name = "list",
     .summary = "list streams",
     .text = list_text,
     .examples = list_examples,
     .flags = list_flags,
     .forms = list_forms,
     .schema = "stream",
     .columns = [] { return looks_of(std::span<const item_column<stream_summary>>(of_streams)); },
     .run = &list_streams},
    {.group = "stream",
     .name = "show",
     .argument = "STREAM",
     .argument_by = completes::stream,
     .summary = "show the history of a stream",
     .text = show_text,
     .examples = show_examples,
     .flags = show_flags,
     .forms = list_forms,
     .schema = "envelope",
     .columns = [] { return looks_of(history_columns()); },
     .run = &show_stream},
};

}  // namespace

std::span<const command> stream_commands() { return rows; }

}  // namespace whence::inline v0::cli
