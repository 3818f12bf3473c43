#include <whence/cli/event_commands.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

#include <whence/cli/event_screen.hpp>
#include <whence/cli/selected_events.hpp>
#include <whence/cli/selection.hpp>
#include <whence/cli/time_text.hpp>

namespace whence::inline v0::cli {
namespace {

std::vector<column> columns_of_events() {
  return {{.title = "POSITION", .right = true},
          {.title = "TIME", .colour = tint::faint, .spare = 1},
          {.title = "TYPE", .colour = tint::cyan, .least = 12},
          {.title = "STREAM", .least = 12},
          {.title = "CAUSED BY", .least = 9, .spare = 3},
          {.title = "CORRELATION", .colour = tint::faint, .spare = 2}};
}

bool is_whole_log(const request& request) {
  const auto& flags = request.what()->flags;
  return std::none_of(flags.begin(), flags.end(), [&request](const flag* flag) {
    return flag->name != "--reverse" && flag->name != "--limit" && request.has(flag->name);
  });
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

exit_code list_events(const request& request, session& session) {
  const std::size_t limit = session.limit(request);
  log_reader& log = session.log();
  selected_events events(log, selection_from(request, log, session.now()));
  item_list& list = session.list(columns_of_events());
  while (const recorded_event* const event = events.next()) {
    if (limit != 0 && list.items() == limit) {
      list.cut_before(event->position);
      if (!request.has("--limit")) session.note_cut(limit, is_whole_log(request) ? log.head().value() : 0);
      break;
    }
    list.item([event] { return json_of(*event); },
              [event, &session]() -> std::vector<std::string> {
                const uuid& correlation = event->correlation.value();
                return {std::to_string(event->position.value()),
                        to_milliseconds(event->recorded_at),
                        type_of(*event),
                        place_of(*event),
                        std::string(event->causation_type),
                        session.on_terminal() ? shortened(correlation) : correlation.to_string()};
              });
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

}  // namespace whence::inline v0::cli
