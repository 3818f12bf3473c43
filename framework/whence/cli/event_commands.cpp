#include <whence/cli/event_commands.hpp>

#include <algorithm>

#include <whence/cli/event_columns.hpp>
#include <whence/cli/event_data.hpp>
#include <whence/cli/event_screen.hpp>
#include <whence/cli/flags.hpp>
#include <whence/cli/follow_events.hpp>
#include <whence/cli/name_hint.hpp>
#include <whence/cli/named_event.hpp>
#include <whence/cli/request.hpp>
#include <whence/cli/selected_events.hpp>
#include <whence/cli/selection.hpp>
#include <whence/cli/session.hpp>
#include <whence/cli/time_text.hpp>

namespace whence::inline v0::cli {
namespace {

bool is_whole_log(const request& request) {
  const auto& flags = request.what()->flags;
  return std::none_of(flags.begin(), flags.end(),
                      [&request](const flag* flag) { return flag->selects && request.has(flag->name); });
}

}  // namespace

std::string json_of(const recorded_event& event) {
  const json_data data(event.data);
  if (!data.is_made()) return to_json(to_envelope(event));
  recorded_event shown = event;
  shown.data = data.text();
  return to_json(to_envelope(shown));
}

std::string type_of(const recorded_event& event) {
  std::string type(event.type);
  if (event.type_version != 1) type += " v" + std::to_string(event.type_version);
  return type;
}

std::string place_of(const recorded_event& event) {
  return std::string(event.stream) + "@" + std::to_string(event.version.value());
}

namespace {

exit_code list_events(const request& request, session& session) {
  if (is_following(request)) return follow_events(request, session);
  const std::size_t limit = session.limit(request);
  log_reader& log = session.log();
  selected_events events(log, selection_from(request, log, session.now()));
  item_list& list = session.list(looks_of(event_columns()));
  events.while_looking([&] {
    list.show();
    session.must_have_reader();
  });
  while (const recorded_event* const event = events.next()) {
    if (limit != 0 && list.items() == limit) {
      list.cut_before(event->position);
      session.note_cut(limit, is_whole_log(request) ? log.head().value() : 0, event->position);
      break;
    }
    put(list, event_columns(), &json_of, *event);
  }
  if (list.items() == 0) note_unknown_types(request, session);
  return exit_code::done;
}

exit_code show_event(const request& request, session& session) {
  log_reader& log = session.log();
  const event_page page = event_named(log, request.argument());
  const recorded_event& event = page.front();
  if (session.form() == output_form::table) {
    session.print(event_screen(event, log, session));
  } else {
    session.print_json(json_of(event));
  }
  return exit_code::done;
}

constexpr const flag* list_flags[] = {
    &flags::follow,  &flags::tail, &flags::count, &flags::for_a_while, &flags::streams,   &flags::aggregates,
    &flags::types,   &flags::tags, &flags::where, &flags::correlation, &flags::causation, &flags::event,
    &flags::from,    &flags::to,   &flags::since, &flags::until,       &flags::reverse,   &flags::limit,
    &flags::columns, &flags::data, &flags::times};
constexpr example list_examples[] = {
    {"whence event list", "the whole log, oldest first"},
    {"whence event list --reverse --limit 5", "the last five"},
    {"whence event list --stream order-12345", "one stream"},
    {"whence event list --type 'Order*' --since 2h", "by type and time"},
    {"whence event list --where '/data/quantity < 0'", "by a value in the data"},
    {"whence event list --follow --count 9", "and what comes next"},
    {"whence event list -o jsonl | wc -l", "one event a line"},
};
constexpr example show_examples[] = {
    {"whence event show @1", "by its position in the log"},
    {"whence event show order-12345@1", "by stream and version"},
    {"whence event show @1 -o json", "as it stands on every boundary"},
};
constexpr std::string_view list_text =
    "Events in the order of the log. Options join by \"and\", values of one by \"or\". An id may be cut to at least 8 "
    "characters of its beginning or end; then it is looked for in the last million events, up to --to. Times are those "
    "of recording. A list ends where the log ended when it began; "
    "one that was cut says in JSON where it goes on: \"next\" is for --from, or for --to if it is reversed.";
constexpr std::string_view show_text =
    "One event, named by its position (@4711), by stream and version (order-12345@3), or by its id, which may be cut "
    "to at least 8 characters of its beginning or end; then it is looked for in the last million events.";

constexpr command rows[] = {
    {.group = "event",
     .name = "list",
     .summary = "list events",
     .text = list_text,
     .examples = list_examples,
     .flags = list_flags,
     .forms = list_forms,
     .schema = "envelope",
     .columns = [] { return looks_of(event_columns()); },
     .run = &list_events},
    {.group = "event",
     .name = "show",
     .argument = "ID|@POSITION",
     .summary = "show one event whole",
     .text = show_text,
     .examples = show_examples,
     .schema = "envelope",
     .run = &show_event},
};

}  // namespace

std::span<const command> event_commands() { return rows; }

}  // namespace whence::inline v0::cli
