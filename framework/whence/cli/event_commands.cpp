#include <whence/cli/event_commands.hpp>

#include <algorithm>
#include <iterator>
#include <span>
#include <string>
#include <utility>
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

/// One event, or all that it is today: on a screen each whole, else as `event list` has them.
void print_events(std::span<const recorded_event> events, const recorded_event& stored, session& session) {
  if (session.form() != output_form::table) {
    item_list& list = session.list(looks_of(event_columns()));
    for (const recorded_event& event : events) put(list, event_columns(), &json_of, event);
    return;
  }
  for (const recorded_event& event : events) {
    if (&event != &events.front()) session.print("\n");
    session.print(event_screen(event, stored.data, session.log(), session));
  }
}

/// What stored events are today, as the application's upcasters have it.
struct form_of_today {
  event_page page;
  std::vector<recorded_event> events;  ///< none: it is no longer told
  event_page second;  ///< if they are one with the event behind it, and in its place: that, as it is stored
};

/// The event behind it, if they are one today; else an empty page.
event_page merged_with(const recorded_event& stored, session& session) {
  const upcasters& through = session.around().types->known().upcasters();
  const std::vector<upcast_way> ways = through.ways_from({stored.type, stored.type_version});
  if (std::ranges::all_of(ways, [](const upcast_way& way) { return way.next.name.empty(); })) return {};
  const auto form = [](const recorded_event& event) {
    return stored_event{.type = event.type, .version = event.type_version, .data = event.data};
  };
  event_page next =
      session.log().read_stream(stored.stream, stored.version.next(), read_direction::forward, {.events = 1});
  const bool is_merged = !next.empty() && through.merge(form(stored), form(next.front()));
  return is_merged ? std::move(next) : event_page();
}

form_of_today of_today(const recorded_event& stored, session& session) {
  form_of_today today{.page = {}, .events = {}, .second = merged_with(stored, session)};
  const stream_version version = today.second.empty() ? stored.version : stored.version.next();
  today.page =
      session.log_of_today().read_stream(stored.stream, version, read_direction::forward, {.events = 1, .scanned = 1});
  std::ranges::copy_if(today.page, std::back_inserter(today.events),
                       [&](const recorded_event& event) { return event.version == version; });
  return today;
}

void note_stored(const recorded_event& stored, const form_of_today& today, session& session) {
  const bool is_same = today.events.size() == 1 && today.events.front().type == stored.type &&
                       today.events.front().type_version == stored.type_version &&
                       today.events.front().data == stored.data;
  if (is_same) return;
  const bool is_of_its_name =
      std::ranges::any_of(today.events, [&](const recorded_event& event) { return event.type == stored.type; });
  std::string what = "it is stored as " +
                     visible(is_of_its_name ? type_and_version(stored.type, stored.type_version) : type_of(stored));
  if (today.events.empty()) what += ", and no longer told";
  if (!today.second.empty()) what += ", and one with the event behind it today";
  session.note(what, session.program() + " event show @" + std::to_string(stored.position.value()) + " --raw");
}

exit_code show_event(const request& request, session& session) {
  const event_page page = event_named(session.log(), request.argument());
  const recorded_event& stored = page.front();
  if (request.has(flags::raw.name) || !session.reads_as_of_today()) {
    print_events({&stored, 1}, stored, session);
    return exit_code::done;
  }
  form_of_today today;
  try {
    today = of_today(stored, session);
  } catch (const upcast_failed& failure) {
    // People see what is stored; a program is given no event, as where it lists them.
    const bool is_seen = session.form() == output_form::table;
    print_events({&stored, is_seen ? std::size_t{1} : 0}, stored, session);
    session.failed(failure);
    return exit_code_of(failure);
  }
  print_events(today.events, today.second.empty() ? stored : today.second.front(), session);
  note_stored(stored, today, session);
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
    {"whence event show @1 -o jsonl", "as it stands on every boundary"},
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
    "The application's own executable shows what the event is today, through its upcasters: one that became several is "
    "these, one that is no longer told is none, and each of two that became one is that. --raw, and the stock program, "
    "show what is stored. In JSON, and the other forms for programs, it is always a list, as event list has it.";

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
     .forms = list_forms,
     .schema = "envelope",
     .run = &show_event},
};

}  // namespace

std::span<const command> event_commands() { return rows; }

}  // namespace whence::inline v0::cli
