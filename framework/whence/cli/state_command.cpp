#include <whence/cli/state_command.hpp>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <whence/cli/cli_types.hpp>
#include <whence/cli/display_text.hpp>
#include <whence/cli/event_screen.hpp>
#include <whence/cli/failure.hpp>
#include <whence/cli/flags.hpp>
#include <whence/cli/request.hpp>
#include <whence/cli/selection.hpp>
#include <whence/cli/session.hpp>
#include <whence/cli/time_text.hpp>
#include <whence/core/json_text.hpp>
#include <whence/modelling/repository.hpp>

namespace whence::inline v0::cli {
namespace {

/// `types.missing`: only the application's own executable can do this.
struct types_missing final : error {
  explicit types_missing(error_text text) : error("types.missing", next_move::change_request, std::move(text)) {}
};

/// `types.no_serialize`: the aggregate is known, but not how its state is written.
struct types_no_serialize final : error {
  explicit types_no_serialize(const std::string& type)
      : error("types.no_serialize", next_move::change_request,
              {.what = "the state of \"" + type + "\" cannot be shown: the aggregate has no serialize",
               .where = {},
               .why = {},
               .remedy = "give it one, as its events have: template <class Archive> void serialize(Archive& ar)"}) {}
};

/// The name of a program, if it looks like one: it is to be pasted into a shell.
std::string program_that_wrote(const recorded_event& event) {
  const bool plain = !event.source.empty() && std::all_of(event.source.begin(), event.source.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
  });
  return plain ? std::string(event.source) : "PROGRAM";
}

types_missing type_is_missing(const recorded_event& first, const cli_types* types) {
  const std::string type(first.aggregate_type);
  if (types == nullptr) {
    return types_missing(
        {.what = "this needs the type \"" + type + "\", which the stock binary does not have",
         .where = {},
         .why = "a state is what the application's own code makes of the events",
         .remedy = "./" + program_that_wrote(first) + " whence stream state " + std::string(first.stream)});
  }
  return types_missing(
      {.what = "this needs the type \"" + type + "\", which this program does not name to its inspector",
       .where = {},
       .why = {},
       .remedy = "add .aggregate<" + type + ">() to the whence::cli_types that it calls run_cli with"});
}

/// Owns a state whose type is forgotten.
class erased_state {
 public:
  explicit erased_state(const detail::aggregate_facts& facts) : state_(facts.create(), facts.destroy) {}
  void* get() const noexcept { return state_.get(); }

 private:
  std::unique_ptr<void, void (*)(void*)> state_;
};

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
    at.time = time_from("--at", *text, now);
  }
  return at;
}

not_in_log no_such_state(const recorded_event& first, const moment& at, log_reader& log) {
  const std::string stream(first.stream);
  return {"event.missing",
          {.what = "stream \"" + stream + "\" has no state at " + (at.version ? "version " : "") + at.text,
           .where = {},
           .why = at.version ? "it has @1 to @" + std::to_string(log.stream_head(stream).value())
                             : "its first event was recorded at " + to_rfc3339(first.recorded_at),
           .remedy = "whence stream show " + stream}};
}

exit_code show_state(const request& request, session& session) {
  const std::string stream = request.argument();
  log_reader& log = session.log();
  require_stream(log, stream);
  const event_page page = log.read_stream(stream, stream_version{1}, read_direction::forward, {.events = 1});
  const recorded_event& first = page.front();
  const cli_types* const types = session.around().types;
  const detail::shown_aggregate* const aggregate =
      types == nullptr ? nullptr : types->aggregate_named(first.aggregate_type);
  if (aggregate == nullptr) throw type_is_missing(first, types);
  if (aggregate->encode == nullptr) throw types_no_serialize(std::string(first.aggregate_type));

  const moment at = moment_of(request, session.now());
  const erased_state state(*aggregate->facts);
  std::optional<timestamp> recorded;
  const auto wanted = [&](const recorded_event& event) {
    const bool is_included = at.includes(event);
    if (is_included) recorded = event.recorded_at;
    return is_included;
  };
  const detail::fold_end end = detail::fold_stream(log, stream, *aggregate->facts, state.get(), wanted);
  if (!recorded || (at.version && end.version < *at.version)) throw no_such_state(first, at, log);

  const std::string json = aggregate->encode(state.get());
  if (session.form() != output_form::table) {
    session.print_json("{\"aggregateId\":" + json_string(stream) + ",\"aggregateType\":" +
                       json_string(first.aggregate_type) + ",\"streamVersion\":" + std::to_string(end.version.value()) +
                       ",\"globalPosition\":" + std::to_string(end.position.value()) + ",\"recordedAt\":\"" +
                       to_rfc3339(*recorded) + "\",\"state\":" + json + "}");
    return exit_code::done;
  }
  const std::string head = visible(stream) + "@" + std::to_string(end.version.value()) + "   " +
                           visible(first.aggregate_type) + "   #" + std::to_string(end.position.value()) + "   " +
                           session.cells().time(*recorded);
  session.print(session.out_style().paint(tint::strong, session.fitted(head)) + "\n" + data_screen(json, session));
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

constexpr command rows[] = {
    {.group = "stream",
     .name = "state",
     .argument = "STREAM",
     .argument_by = completes::stream,
     .summary = "show the state of a stream's aggregate",
     .text = state_text,
     .examples = state_examples,
     .flags = state_flags,
     .run = &show_state},
};

}  // namespace

std::span<const command> state_commands() { return rows; }

}  // namespace whence::inline v0::cli
