#include <whence/cli/rebuild_command.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include <whence/cli/application_program.hpp>
#include <whence/cli/display_text.hpp>
#include <whence/cli/log_operation.hpp>
#include <whence/cli/program_name.hpp>
#include <whence/control/errors.hpp>
#include <whence/control/projection_rebuild.hpp>
#include <whence/projection/runner.hpp>
#include <whence/subscription/subscription_handler.hpp>
#include <whence/upcasting/upcasting_log.hpp>

namespace whence::inline v0::cli {
namespace {

using json = nlohmann::ordered_json;

/// The projection's code, which only the application's own executable has.
const detail::projection_definition& code_of(const std::string& name, log_reader& log, const surroundings& around) {
  if (around.types == nullptr)
    throw types_missing({.what = "this needs the code of " + name + ", which the stock binary does not have",
                         .where = {},
                         .why = "no process holds the log that could do it",
                         .remedy = run_by_application(log, around, " whence projection rebuild " + shell_word(name))});
  std::string there;
  for (const detail::known_projection& known : around.types->known().projections())
    if (known.definition->create != nullptr)
      there += (there.empty() ? "" : ", ") + std::string(known.definition->info.name);
  const detail::projection_definition* const found = around.types->known().projection_named(name);
  if (found == nullptr || found->create == nullptr) throw projection_not_there(name, there);
  return *found;
}

planned_rebuild planned_of(const std::string& name, log_reader& log, const surroundings& around) {
  return {.projection = name, .version = code_of(name, log, around).info.version, .events = log.head().value()};
}

std::string rebuild_here(const operation_request& asked, const std::shared_ptr<whence::log>& log,
                         const operation_under_way& now, const log_source& source, const surroundings& around) {
  const std::string name = projection_of(asked);
  const planned_rebuild planned = planned_of(name, *log, around);
  stream_append audit = audit_of(operation_of(asked, planned), around.runtime);
  const auto runner = projection_runner::make(code_of(name, *log, around), nullptr,
                                              {.log = log,
                                               .runtime = around.runtime,
                                               .models_directory = source.models_directory(),
                                               .models_like = source.name()});
  const auto told = [&](global_position at, global_position head) {
    now.progress(name, at.value(), head.value());
    if (now.stop.stop_requested()) throw operation_cancelled();
  };
  try {
    runner->rebuild(told).get();
  } catch (const subscription_busy& busy) {
    throw operation_in_hand::of_model(name, busy.text().why);
  }
  keep_audit(*log, std::move(audit), asked.operation);
  return json_of(planned, "rebuilt");
}

log_operation_plan plan_of(const request& request, session& session) {
  const surroundings& around = session.around();
  const std::string name = request.argument();
  const log_source& source = session.source();
  log_operation_plan plan;
  plan.request.operation = projection_rebuild_name;
  plan.results = projection_rebuild_results();
  plan.request.arguments = {{"projection", name}};
  plan.plan = [name, &around](const operation_request& asked, log_reader& log, const operation_under_way&) {
    const planned_rebuild planned = planned_of(name, log, around);
    static_cast<void>(
        audit_of(operation_of(asked, planned), around.runtime));  // what is wrong with the reason is told now
    return json_of(planned, "planned");
  };
  plan.act = [source, &around](const operation_request& asked, const std::shared_ptr<whence::log>& log,
                               const operation_under_way& now) {
    return rebuild_here(asked, log, now, source, around);
  };
  plan.opened_as = [&around](const log_source& opened) {
    return around.types == nullptr ? opened : upcasting(opened, around.types->known().upcasters());
  };
  plan.sentence = [](const std::string& planned) {
    const json result = json::parse(planned);
    return "build " + visible(result.value("projection", "")) + " anew from " +
           with_groups(result.value("events", std::uint64_t{0})) + " events, and swap it in";
  };
  plan.how_to_look = "whence projection status " + shell_word(name) + "\nwhence stream show whence-operations";
  plan.unfinished =
      "a service that was asked goes on with it; what was built here is thrown away, and the old one serves";
  plan.confirmed_by = name;
  return plan;
}

exit_code run_rebuild(const request& request, session& session) {
  exit_code code = exit_code::done;
  const auto carried = carry_out_on_log(request, session, plan_of(request, session), code);
  if (!carried) return code;
  const json result = json::parse(carried->result);
  if (session.form() == output_form::table) {
    constexpr std::size_t label_width = 10;
    const auto line = [&](std::string_view label, const std::string& text) {
      session.print(session.labelled(label, label_width, text));
    };
    session.print(session.out_style().paint(tint::strong, session.fitted(visible(result.value("projection", "")))) +
                  "\n");
    line("version", std::to_string(result.value("version", std::uint64_t{0})));
    line("state", carried->done ? "built anew, and serving" : "as it was");
    line("by", who_did(*carried, session));
  } else {
    std::string data = result.dump();
    data.pop_back();
    session.judged(verdict::pass, data + "," + members_of(*carried, request) + "}");
  }
  if (!carried->done) session.note("nothing was changed: without --dry-run, it is built anew");
  return code;
}

constexpr const flag* rebuild_flags[] = {&flags::dry_run, &flags::yes, &flags::confirm, &flags::reason};
constexpr example rebuild_examples[] = {
    {"whence projection rebuild order_summary --dry-run", "how much would be read?"},
    {"whence projection rebuild order_summary --yes", "without being asked"},
};
constexpr std::string_view rebuild_text =
    "Builds a read model anew from the whole log, beside the one that serves, and swaps it in when it has every event: "
    "readers never see half of it, and a rebuild that fails leaves the old one.\n"
    "While a service holds the log, it does it, asked over the control socket beside the log: the stock program will "
    "do for that. Who stops waiting (SIGINT) stops nothing: it goes on with it, and projection status shows the new "
    "generation. Where no process holds the log, the application's own executable does it, and SIGINT ends it with "
    "nothing changed.\n"
    "When it is done, an audit event says who asked for it, and --reason (stream show whence-operations).";

constexpr command rows[] = {
    {.group = "projection",
     .name = "rebuild",
     .argument = "PROJECTION",
     .argument_by = completes::model,
     .summary = "build a read model anew, and swap it in",
     .text = rebuild_text,
     .examples = rebuild_examples,
     .flags = rebuild_flags,
     .schema = "rebuilt",
     .log = access::writes,
     .run = &run_rebuild},
};

}  // namespace

std::span<const command> rebuild_commands() { return rows; }

}  // namespace whence::inline v0::cli
