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

  bool includes(const recorded_event& event) const {
    return (!version || event.version <= *version) && (!time || event.recorded_at <= *time);
  }
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
    at.time = time_from("--at", *text, now, "a version such as 3");
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

exit_code show_state(const request& request, session& session) {
  log_reader& log = session.log_of_today();
  const moment at = moment_of(request, session.now());
  stream_aggregate aggregate(log, request.argument(), session.around(), "stream state",
                             at.text.empty() ? "" : "--at " + shell_word(at.text));
  std::optional<timestamp> recorded;
  const detail::fold_end end = aggregate.fold([&](const recorded_event& event) {
    const bool is_included = at.includes(event);
    if (is_included) recorded = event.recorded_at;
    return is_included;
  });
  if (!recorded || (at.version && end.version < *at.version)) throw no_such_state(aggregate, at, log);

  if (session.form() != output_form::table) {
    session.print_json("{\"aggregateId\":" + json_string(aggregate.stream()) + ",\"aggregateType\":" +
                       json_string(aggregate.type()) + ",\"streamVersion\":" + std::to_string(end.version.value()) +
                       ",\"globalPosition\":" + std::to_string(end.position.value()) + ",\"recordedAt\":\"" +
                       to_rfc3339(*recorded) + "\",\"state\":" + aggregate.json() + "}");
    return exit_code::done;
  }
  const std::string head = visible(aggregate.stream()) + "@" + std::to_string(end.version.value()) + "   " +
                           visible(aggregate.type()) + "   #" + std::to_string(end.position.value()) + "   " +
                           session.cells().time(*recorded);
  session.print(session.out_style().paint(tint::strong, session.broken_after(0, head)) + "\n" +
                data_screen(aggregate.json(), session));
  return exit_code::done;
}

constexpr flag at{.name = "--at", .value = "WHEN", .text = "as of this version, or this time: 3, 2h, a date, RFC 3339"};
constexpr const flag* state_flags[] = {&at, &flags::times};
constexpr example state_examples[] = {
    {"whence stream state order-12345", "as of its last event"},
    {"whence stream state order-12345 --at 1", "as of its first"},
    {"whence stream state order-12345 --at 2 -o json", "for programs"},
};
constexpr std::string_view state_text =
    "The state that the application's code makes of a stream's events, as of the last one or as of --at. It needs the "
    "application's types: run it in the application's executable, which calls run_cli with whence::cli_types; the "
    "stock program has none (exit code 7). Times are those of recording.";

constexpr example diff_examples[] = {
    {"whence stream diff order-12345", "what the last event changed"},
    {"whence stream diff order-12345 1", "and what all since version 1 changed"},
    {"whence stream diff order-12345 0 2", "from nothing to version 2"},
};
constexpr std::string_view diff_text =
    "What is different in the state of a stream between two versions, and which events did it: from the one before the "
    "last to the last, from the version that is given to the last, or from the first to the second that are given. "
    "Version 0 is the state without events. It needs the application's types, as stream state does.";

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
