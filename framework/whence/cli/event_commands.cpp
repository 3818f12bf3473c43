#include <whence/cli/event_commands.hpp>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>

#include <whence/cli/event_columns.hpp>
#include <whence/cli/event_screen.hpp>
#include <whence/cli/flags.hpp>
#include <whence/cli/request.hpp>
#include <whence/cli/selected_events.hpp>
#include <whence/cli/selection.hpp>
#include <whence/cli/session.hpp>
#include <whence/cli/time_text.hpp>

namespace whence::inline v0::cli {
namespace {

/// Not about which events.
bool about_the_looks(const flag& flag) {
  constexpr std::string_view names[] = {"--reverse", "--limit", "--columns", "--data", "--time"};
  return std::find(std::begin(names), std::end(names), flag.name) != std::end(names);
}

bool is_whole_log(const request& request) {
  const auto& flags = request.what()->flags;
  return std::none_of(flags.begin(), flags.end(),
                      [&request](const flag* flag) { return !about_the_looks(*flag) && request.has(flag->name); });
}

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto [rest, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || rest != text.data() + text.size()) return std::nullopt;
  return number;
}

not_in_log no_event(std::string what, std::string why, std::string remedy) {
  return {"event.missing", {.what = std::move(what), .where = {}, .why = std::move(why), .remedy = std::move(remedy)}};
}

event_page event_at(log_reader& log, std::uint64_t position) {
  if (position > 0) {
    event_page page = log.read(global_position{position - 1}, {}, {.events = 1, .scanned = 1});
    if (!page.empty()) return page;
  }
  const std::uint64_t head = log.head().value();
  throw no_event("there is no event #" + std::to_string(position),
                 head == 0 ? "the log is empty" : "the log has #1 to #" + std::to_string(head),
                 head == 0 ? "" : "whence event show @" + std::to_string(head));
}

event_page event_of(log_reader& log, const std::string& stream, std::uint64_t version) {
  require_stream(log, stream);
  if (version > 0) {
    event_page page =
        log.read_stream(stream, stream_version{version}, read_direction::forward, {.events = 1, .scanned = 1});
    if (!page.empty()) return page;
  }
  throw no_event("there is no event " + stream + "@" + std::to_string(version),
                 "the stream has @1 to @" + std::to_string(log.stream_head(stream).value()),
                 "whence stream show " + stream);
}

/// "@4711" or "#4711", "order-12345@3", or an id.
event_page event_named(log_reader& log, const std::string& name) {
  if (name.starts_with('@') || name.starts_with('#')) {
    const std::optional<std::uint64_t> position = number_in(std::string_view(name).substr(1));
    if (position) return event_at(log, *position);
  }
  if (const std::size_t at = name.rfind('@'); at != std::string::npos && at > 0) {
    const std::optional<std::uint64_t> version = number_in(std::string_view(name).substr(at + 1));
    if (version) return event_of(log, name.substr(0, at), *version);
  }
  return event_at(log, find_event(log, id_pattern("the event", name)).value());
}

}  // namespace

std::string json_of(const recorded_event& event) { return to_json(to_envelope(event)); }

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
  const std::size_t limit = session.limit(request);
  log_reader& log = session.log();
  selected_events events(log, selection_from(request, log, session.now()));
  item_list& list = session.list(looks_of(event_columns()));
  while (const recorded_event* const event = events.next()) {
    if (limit != 0 && list.items() == limit) {
      list.cut_before(event->position);
      if (!request.has("--limit")) session.note_cut(limit, is_whole_log(request) ? log.head().value() : 0);
      break;
    }
    put(list, event_columns(), &json_of, *event);
  }
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

constexpr const flag* list_flags[] = {&flags::streams,   &flags::aggregates, &flags::types,   &flags::correlation,
                                      &flags::causation, &flags::event,      &flags::from,    &flags::to,
                                      &flags::since,     &flags::until,      &flags::reverse, &flags::limit,
                                      &flags::columns,   &flags::data,       &flags::times};
constexpr example list_examples[] = {
    {"whence event list", "the whole log, oldest first"},
    {"whence event list --reverse --limit 5", "the last five"},
    {"whence event list --stream order-12345", "one stream"},
    {"whence event list --type 'Order*' --since 2h", "by type and time"},
    {"whence event list -o jsonl | wc -l", "one event a line"},
};
constexpr example show_examples[] = {
    {"whence event show @1", "by its position in the log"},
    {"whence event show order-12345@1", "by stream and version"},
    {"whence event show @1 -o json", "as it stands on every boundary"},
};
constexpr std::string_view list_text =
    "Events in the order of the log. Options join by \"and\", values of one by \"or\". An id may be cut to at least 8 "
    "characters of its beginning or end. Times are those of recording. A list ends where the log ended when it began; "
    "one that was cut says in JSON where it goes on: \"next\" is for --from, or for --to if it is reversed.";
constexpr std::string_view show_text =
    "One event, named by its position (@4711), by stream and version (order-12345@3), or by its id, which may be cut "
    "to at least 8 characters of its beginning or end.";

constexpr command rows[] = {
    {.group = "event",
     .name = "list",
     .summary = "list events",
     .text = list_text,
     .examples = list_examples,
     .flags = list_flags,
     .forms = list_forms,
     .run = &list_events},
    {.group = "event",
     .name = "show",
     .argument = "ID|@POSITION",
     .summary = "show one event whole",
     .text = show_text,
     .examples = show_examples,
     .run = &show_event},
};

}  // namespace

std::span<const command> event_commands() { return rows; }

}  // namespace whence::inline v0::cli
