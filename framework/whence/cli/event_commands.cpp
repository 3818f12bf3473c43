#include <whence/cli/event_commands.hpp>

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include <whence/cli/display_text.hpp>
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
#include <whence/upcasting/errors.hpp>

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
  return event.type_version == 1 ? std::string(event.type) : type_and_version(event.type, event.type_version);
}

std::string type_and_version(std::string_view type, std::uint32_t version) {
  return std::string(type) + " v" + std::to_string(version);
}

std::string place_of(const recorded_event& event) {
  return std::string(event.stream) + "@" + std::to_string(event.version.value());
}

namespace {

exit_code list_events(const request& request, session& session) {
  if (is_following(request)) return follow_events(request, session);
  const std::size_t limit = session.limit(request);
  log_reader& log = session.log_asked_for();
  const selection wanted = selection_from(request, session.log(), session.now());
  selected_events events(log, wanted);
  item_list& list = session.list(looks_of(event_columns()));
  events.while_looking([&] {
    list.show();
    session.must_have_reader();
  });
  // How many there are as of today, nobody knows who has not read them all.
  const std::uint64_t total = is_whole_log(request) && &log == &session.log() ? log.head().value() : 0;
  global_position shown_to;
  while (const recorded_event* const event = events.next()) {
    if (ends_before(*event, limit, list.items(), shown_to)) {
      list.cut_before(event->position);
      session.note_cut(list.items(), total, event->position);
      break;
    }
    put(list, event_columns(), &json_of, *event);
    shown_to = event->position;
  }
  if (list.items() == 0) note_nothing_found(request, session, events_in(wanted, log));
  return exit_code::done;
}

void print_event(const recorded_event& event, const recorded_event& stored, session& session) {
  if (session.form() == output_form::table) {
    session.print(event_screen(event, stored.data, session.log(), session));
  } else {
    session.print_json(json_of(event));
  }
}

/// What the stored event is today, as the application's upcasters have it. Its page has nothing if it is no longer told by itself.
std::vector<recorded_event> of_today(const event_page& page, const recorded_event& stored) {
  std::vector<recorded_event> today;
  std::ranges::copy_if(page, std::back_inserter(today),
                       [&](const recorded_event& event) { return event.position == stored.position; });
  return today;
}

exit_code show_event(const request& request, session& session) {
  const event_page page = event_named(session.log(), request.argument());
  const recorded_event& stored = page.front();
  if (request.has(flags::raw.name) || !session.reads_as_of_today()) {
    print_event(stored, stored, session);
    return exit_code::done;
  }
  event_page page_of_today;
  try {
    const global_position before{stored.position.value() - 1};
    page_of_today = session.log_of_today().read(before, {}, {.events = 1, .scanned = 1});
  } catch (const upcast_failed& failure) {
    print_event(stored, stored, session);
    session.failed(failure);
    return exit_code_of(failure);
  }
  const std::vector<recorded_event> today = of_today(page_of_today, stored);
  std::string names;
  for (const recorded_event& event : today) names += (names.empty() ? "" : ", ") + type_of(event);
  if (today.size() == 1) {
    print_event(today.front(), stored, session);
    if (names != type_of(stored) || today.front().data != stored.data)
      session.note("it is stored as " + visible(type_of(stored)) + ": --raw shows that");
  } else {
    print_event(stored, stored, session);
    const std::string place = std::to_string(stored.position.value());
    if (today.empty())
      session.note("this is what is stored: it is no longer told, or with the event behind it");
    else
      session.note("this is what is stored; today it is " + visible(names),
                   session.program() + " event list --from " + place + " --to " + place);
  }
  return exit_code::done;
}

constexpr const flag* list_flags[] = {
    &flags::follow,  &flags::tail, &flags::count, &flags::for_a_while, &flags::streams,   &flags::aggregates,
    &flags::types,   &flags::tags, &flags::where, &flags::correlation, &flags::causation, &flags::event,
    &flags::from,    &flags::to,   &flags::since, &flags::until,       &flags::reverse,   &flags::limit,
    &flags::columns, &flags::data, &flags::raw,   &flags::times};
constexpr example list_examples[] = {
    {"whence event list", "the whole log, oldest first"},
    {"whence event list --reverse --limit 5", "the last five"},
    {"whence event list --stream order-12345", "one stream"},
    {"whence event list --type 'Order*' --since 2h", "by type and time"},
    {"whence event list --where '/data/quantity < 0'", "by a value in the data"},
    {"whence event list --follow --count 9", "and what comes next"},
    {"whence event list -o jsonl | wc -l", "one event a line"},
};
constexpr const flag* show_flags[] = {&flags::raw};
constexpr example show_examples[] = {
    {"whence event show @1", "by its position in the log"},
    {"whence event show order-12345@1", "by stream and version"},
    {"whence event show @1 -o json", "as it stands on every boundary"},
    {"whence event show @1 --raw", "as it is stored"},
};
constexpr std::string_view list_text =
    "Events in the order of the log. Options join by \"and\", values of one by \"or\". An id may be cut to at least 8 "
    "characters of its beginning or end; then it is looked for in the last million events, up to --to. Times are those "
    "of recording. A list ends where the log ended when it began; one that was cut says in JSON where it goes on: "
    "\"next\" is for --from, or for --to if it is reversed.\n"
    "The application's own executable lists what events are today, through its upcasters: one that became several "
    "stands so often, with one position, and is never cut in two; the options too choose by what events are today. "
    "--raw, and the stock program, list what is stored.";
constexpr std::string_view show_text =
    "One event, named by its position (@4711), by stream and version (order-12345@3), or by its id, which may be cut "
    "to at least 8 characters of its beginning or end; then it is looked for in the last million events.\n"
    "The application's own executable shows what the event is today, through its upcasters; --raw, and the stock "
    "program, what is stored.";

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
     .flags = show_flags,
     .schema = "envelope",
     .run = &show_event},
};

}  // namespace

std::span<const command> event_commands() { return rows; }

}  // namespace whence::inline v0::cli
