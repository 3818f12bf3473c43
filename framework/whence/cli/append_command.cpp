#include <whence/cli/append_command.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include <whence/cli/display_text.hpp>
#include <whence/cli/failure.hpp>
#include <whence/cli/log_operation.hpp>
#include <whence/cli/program_name.hpp>
#include <whence/control/errors.hpp>
#include <whence/control/event_append.hpp>
#include <whence/serialization/errors.hpp>
#include <whence/upcasting/upcasting_log.hpp>

namespace whence::inline v0::cli {
namespace {

using json = nlohmann::ordered_json;

std::string text_of(const json& result, const char* member) {
  const auto found = result.find(member);
  return found != result.end() && found->is_string() ? found->get<std::string>() : std::string();
}
std::uint64_t number_of(const json& result, const char* member) {
  const auto found = result.find(member);
  return found != result.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

std::string event_in(const std::string& file, const session& session) {
  const surroundings& around = session.around();
  if (file == "-") return around.read_input(envelope_bytes_max);
  const bool here = around.directory == "." || std::filesystem::path(file).is_absolute();
  const std::string path = here ? file : around.directory + "/" + file;
  std::optional<std::string> text = around.runtime.files->read_whole(path, envelope_bytes_max);
  if (!text) throw file_error("read", file, ENOENT);
  return std::move(*text);
}

[[noreturn]] void refuse(const envelope& event, std::string why) {
  throw unfit_event(event.event_type, event.event_version, event.aggregate_id, std::move(why));
}

/// As this program reads it, if it has the application's types.
event_check check_by(const cli_types* types) {
  if (types == nullptr) return {};
  return [types](const envelope& event) {
    const detail::known_aggregate* const aggregate = types->known().aggregate_named(event.aggregate_type);
    if (aggregate == nullptr) refuse(event, "it has no aggregate " + event.aggregate_type);
    try {
      const detail::data_reading read = aggregate->reading(event.event_type, event.event_version);
      if (read == nullptr) refuse(event, event.aggregate_type + " does not list it among its events");
      json_decoder decoder;
      read(event.data, decoder);
    } catch (const decode_error& wrong) {
      refuse(event, (wrong.pointer.empty() ? "" : wrong.pointer + ": ") + wrong.problem);
    } catch (const unknown_event_version& wrong) {
      refuse(event, "it knows version " + std::to_string(wrong.known));
    }
  };
}

std::string sentence_of(const std::string& planned) {
  const json result = json::parse(planned);
  return "append " + visible(text_of(result, "eventType")) + " version " +
         std::to_string(number_of(result, "eventVersion")) + " to " + visible(text_of(result, "stream")) +
         " for ever, as its event " + std::to_string(number_of(result, "streamVersion"));
}

log_operation_plan plan_of(const request& request, session& session) {
  const cli_types* const types = session.around().types;
  const runtime runtime = session.around().runtime;
  const std::string stream = request.arguments()[0];
  log_operation_plan plan;
  plan.request.operation = event_append_name;
  plan.results = event_append_results();
  plan.request.arguments = {{"stream", stream}, {"event", event_in(request.arguments()[1], session)}};
  if (const auto expected = request.value("--expected")) plan.request.arguments["expected"] = *expected;
  plan.plan = [runtime, types](const operation_request& asked, log_reader& log, const operation_under_way&) {
    const planned_append planned = plan_event_append(asked, log, runtime, check_by(types));
    return json_of(planned, planned.is_there() ? "there" : "planned");
  };
  plan.act = [runtime, types](const operation_request& asked, const std::shared_ptr<whence::log>& log,
                              const operation_under_way&) {
    return append_event(asked, log, runtime, check_by(types)).get();
  };
  plan.opened_as = [types](const log_source& source) {
    return types == nullptr ? source : upcasting(source, types->known().upcasters());
  };
  plan.sentence = &sentence_of;
  plan.fix = [](log_operation_plan& own, const std::string& planned) {
    const json result = json::parse(planned);
    own.request.arguments["event"] = text_of(result, "event");
    own.request.arguments["expected"] = text_of(result, "expected");
    const std::string event = visible(text_of(result, "eventId"));
    own.how_to_look = "whence event show " + shell_word(event) +
                      "\n# if there is no such event, append it again with \"eventId\": \"" + event +
                      "\" in it: under that id it is appended once";
  };
  plan.is_done_already = [](const std::string& planned) { return text_of(json::parse(planned), "state") == "there"; };
  plan.unfinished = "what was asked for may be done, or not: whence stream show " + shell_word(stream);
  plan.confirmed_by = stream;
  return plan;
}

void print(const json& result, const carried_operation& carried, session& session) {
  constexpr std::size_t label_width = 10;
  const auto line = [&](std::string_view label, const std::string& text) {
    session.print(session.labelled(label, label_width, text));
  };
  const std::string title = visible(text_of(result, "stream")) + "@" +
                            std::to_string(number_of(result, "streamVersion")) + "   " +
                            visible(text_of(result, "aggregateType")) + "   " + visible(text_of(result, "eventType")) +
                            " v" + std::to_string(number_of(result, "eventVersion"));
  session.print(session.out_style().paint(tint::strong, session.broken_after(0, title)) + "\n");
  line("event", text_of(result, "eventId"));
  const std::string at = "#" + std::to_string(number_of(result, "globalPosition"));
  const std::string state = text_of(result, "state");
  line("position", state == "planned" ? "none yet" : at + (state == "there" ? ", where it was before" : ""));
  line("by", who_did(carried, session));
  if (state == "planned" || carried.done)
    line("checked",
         result.value("checked", false) ? "as the application reads it" : "not at all: it has no types for that");
}

exit_code run_append(const request& request, session& session) {
  exit_code code = exit_code::done;
  const auto carried = carry_out_on_log(request, session, plan_of(request, session), code);
  if (!carried) return code;
  json result = json::parse(carried->result);
  result.erase("event");
  if (session.form() == output_form::table) {
    print(result, *carried, session);
  } else {
    std::string data = result.dump();
    data.pop_back();
    session.judged(verdict::pass, data + "," + members_of(*carried, request) + "}");
  }
  if (carried->done && !result.value("checked", false) && text_of(result, "state") == "appended")
    session.note("it was appended as it is: whether the application can read it, this program cannot know");
  if (request.has(flags::dry_run.name) && text_of(result, "state") == "planned")
    session.note("nothing was written: without --dry-run, it is appended");
  return code;
}

constexpr flag expected{.name = "--expected",
                        .value = "VERSION",
                        .text = "a number, or any, none, exists; else as it is when it is planned"};
constexpr const flag* append_flags[] = {&expected, &flags::dry_run, &flags::yes, &flags::confirm, &flags::reason};
constexpr example append_examples[] = {
    {"whence event append order-12345 e.json --dry-run", "what would be?"},
    {"whence event append order-12345 e.json --confirm order-12345", "do it"},
};
constexpr std::string_view append_text =
    "Appends one event, to put right what commands cannot. FILE has it as JSON, with the members of an event "
    "(schemas/envelope.schema.json); - is standard input. eventType and data have to be there. What is left out is "
    "filled in: a new eventId, version 1, the time of now, the stream's aggregate type, metadata that name this "
    "program.\n"
    "What is in a log stays there. So it is asked on a terminal; elsewhere it needs --yes, or --confirm with the name "
    "of the stream. Nothing is appended if anybody else has appended to the stream since it was planned, unless "
    "--expected says what may be. An event with an eventId is appended once, however often it is tried.\n"
    "While a process holds the log, it does it, asked over the control socket beside the log, and refuses what its "
    "types cannot read; without one, the application's own executable does the same. The stock program has no types, "
    "and appends an event as it is. Beside it, in the same commit, stands an audit event: who, what, and --reason "
    "(stream show whence-operations).";

constexpr command rows[] = {
    {.group = "event",
     .name = "append",
     .argument = "STREAM FILE",
     .argument_by = completes::stream,
     .summary = "append one event, for repair",
     .text = append_text,
     .examples = append_examples,
     .flags = append_flags,
     .schema = "appended",
     .log = access::writes,
     .run = &run_append},
};

}  // namespace

std::span<const command> append_commands() { return rows; }

}  // namespace whence::inline v0::cli
