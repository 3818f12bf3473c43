#include <whence/cli/state_command.hpp>

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>

#include <whence/cli/display_text.hpp>
#include <whence/cli/event_screen.hpp>
#include <whence/cli/failure.hpp>
#include <whence/cli/flags.hpp>
#include <whence/cli/program_name.hpp>
#include <whence/cli/request.hpp>
#include <whence/cli/session.hpp>
#include <whence/cli/state_diff.hpp>
#include <whence/cli/stream_aggregate.hpp>
#include <whence/cli/time_text.hpp>
#include <whence/core/json_text.hpp>

namespace whence::inline v0::cli {
namespace {

/// --at: a version, or a time.
struct moment {
  std::string text;
  std::optional<stream_version> version;
  std::optional<timestamp> time;
};

moment moment_of(const request& request, timestamp now) {
  moment at;
  const std::optional<std::string> text = request.value("--at");
  if (!text) return at;
  at.text = *text;
  std::uint64_t number = 0;
  const auto [rest, failure] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (failure == std::errc{} && rest == text->data() + text->size()) {
    at.version = stream_version{number};
  } else {
    at.time = time_up_to("--at", *text, now, "a version such as 3");
  }
  return at;
}

not_in_log no_such_state(const stream_aggregate& aggregate, const moment& at, log_reader& log) {
  return {"event.missing",
          {.what = "stream \"" + aggregate.stream() + "\" has no state at " + (at.version ? "version " : "") + at.text,
           .where = {},
           .why = at.version ? "it has @1 to @" + std::to_string(log.stream_head(aggregate.stream()).value())
                             : "its first event was recorded at " + to_rfc3339(aggregate.first_recorded()),
           .remedy = "whence stream show " + shell_word(aggregate.stream())}};
}

event_page stored_at(log_reader& log, const std::string& stream, stream_version version) {
  return log.read_stream(stream, version, read_direction::forward, {.events = 1});
}

/// The version of the last event that had been recorded; 0: none had. Times never decrease.
stream_version recorded_until(timestamp time, log_reader& log, const std::string& stream) {
  std::uint64_t had = 0;
  std::uint64_t had_not = log.stream_head(stream).value() + 1;
  while (had_not - had > 1) {
    const std::uint64_t middle = had + (had_not - had) / 2;
    const bool is_later = stored_at(log, stream, stream_version{middle}).front().recorded_at > time;
    (is_later ? had_not : had) = middle;
  }
  return stream_version{had};
}

exit_code show_state(const request& request, session& session) {
  log_reader& log = session.log();
  const moment at = moment_of(request, session.now());
  const stream_aggregate aggregate(log, request.argument(), session.around(), "stream state",
                                   at.text.empty() ? "" : "--at " + shell_word(at.text));
  const stream_version head = log.stream_head(aggregate.stream());
  const stream_version version =
      at.time ? recorded_until(*at.time, log, aggregate.stream()) : at.version.value_or(head);
  if (version == stream_version{} || version > head) throw no_such_state(aggregate, at, log);
  const std::string state = aggregate.at(version);
  const event_page last = stored_at(log, aggregate.stream(), version);
  const global_position position = last.front().position;
  const timestamp recorded = last.front().recorded_at;

  if (session.form() != output_form::table) {
    session.print_json("{\"aggregateId\":" + json_string(aggregate.stream()) + ",\"aggregateType\":" +
                       json_string(aggregate.type()) + ",\"streamVersion\":" + std::to_string(version.value()) +
                       ",\"globalPosition\":" + std::to_string(position.value()) + ",\"recordedAt\":\"" +
                       to_rfc3339(recorded) + "\",\"state\":" + state + "}");
    return exit_code::done;
  }
  const std::string title = visible(aggregate.stream()) + "@" + std::to_string(version.value()) + "   " +
                            visible(aggregate.type()) + "   #" + std::to_string(position.value()) + "   " +
                            session.cells().time(recorded);
  session.print(session.out_style().paint(tint::strong, session.broken_after(0, title)) + "\n" +
                data_screen(state, session));
  return exit_code::done;
}

constexpr const flag* state_flags[] = {&flags::at, &flags::times};
constexpr example state_examples[] = {
    {"whence stream state order-12345", "as of its last event"},
    {"whence stream state order-12345 --at 1", "as of its first"},
    {"whence stream state order-12345 --at 2 -o json", "for programs"},
};
constexpr std::string_view state_text =
    "The state that the application's code makes of a stream's events, as of the last one or as of --at. It needs the "
    "application's types: run it in the application's executable, which calls run_cli with whence::cli_types; the "
    "stock program has none (exit code 7). Times are those of recording.\n"
    "Versions are those that are stored, whatever upcasters make of them. The state at a version is what the program "
    "would have loaded if the stream had ended there: an event that is dropped changes nothing, one that became "
    "several "
    "is in it whole, and the first of two that are merged is what it is alone. Like a load, it begins with the event "
    "that closed the books last: what is before that may be unreadable.";

constexpr example diff_examples[] = {
    {"whence stream diff order-12345", "what the last event changed"},
    {"whence stream diff order-12345 1", "and what all since version 1 changed"},
    {"whence stream diff order-12345 0 2", "from nothing to version 2"},
};
constexpr std::string_view diff_text =
    "What is different in the state of a stream between two versions, and which events did it: from the one before the "
    "last to the last, from the version that is given to the last, or from the first to the second that are given. "
    "Version 0 is the state without events. States are those that stream state shows at these versions, and it needs "
    "the application's types as well.";

constexpr command rows[] = {
    {.group = "stream",
     .name = "state",
     .argument = "STREAM",
     .argument_by = completes::stream,
     .summary = "show the state of a stream's aggregate",
     .text = state_text,
     .examples = state_examples,
     .flags = state_flags,
     .schema = "state",
     .run = &show_state},
    {.group = "stream",
     .name = "diff",
     .argument = "STREAM [VERSION…]",
     .argument_by = completes::stream,
     .summary = "show what events changed in the state",
     .text = diff_text,
     .examples = diff_examples,
     .forms = list_forms,
     .schema = "difference",
     .run = &show_diff},
};

}  // namespace

std::span<const command> state_commands() { return rows; }

}  // namespace whence::inline v0::cli
