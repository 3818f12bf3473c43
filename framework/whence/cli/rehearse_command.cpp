#include <whence/cli/rehearse_command.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <whence/cli/application_program.hpp>
#include <whence/cli/display_text.hpp>
#include <whence/cli/event_commands.hpp>
#include <whence/cli/item_list.hpp>
#include <whence/cli/json_list.hpp>
#include <whence/cli/long_work.hpp>
#include <whence/cli/program_name.hpp>
#include <whence/cli/request.hpp>
#include <whence/cli/session.hpp>
#include <whence/core/json_text.hpp>
#include <whence/rehearsal/rehearsal.hpp>

namespace whence::inline v0::cli {
namespace {

std::string type_of(const rehearsal_finding& finding) {
  return finding.event_type.empty() ? finding.aggregate_type
                                    : type_and_version(finding.event_type, finding.event_version);
}

/// `rehearsal.failed`: this program should not be deployed on this log.
struct rehearsal_failed final : error {
  rehearsal_failed(const std::string& log, const rehearsal& found)
      : error("rehearsal.failed", next_move::change_request, text_of(log, found)) {}

 private:
  static std::string advice(const rehearsal_finding& first) {
    const std::string at = std::to_string(first.position.value());
    switch (first.what) {
      case rehearsal_finding::kind::event:
      case rehearsal_finding::kind::state: return "whence event show @" + at + " --raw";
      case rehearsal_finding::kind::difference:
        return "whence stream state " + shell_word(first.stream) + " --at " + std::to_string(first.version.value());
      case rehearsal_finding::kind::aggregate: return "whence stream show " + shell_word(first.stream);
    }
    return {};
  }

  static error_text text_of(const std::string& log, const rehearsal& found) {
    const rehearsal_finding& first = found.findings.front();
    error_text text;
    text.what = visible(log) + ": " + counted(found.findings.size() + found.more_findings, "finding") +
                "; this program would not run on it as it should";
    text.where = "event #" + std::to_string(first.position.value()) + ", " + visible(first.stream) + ", " +
                 visible(type_of(first));
    text.why = visible(first.detail);
    text.remedy = advice(first);
    return text;
  }
};

types_missing no_types(const request& request, session& session) {
  std::string line = " whence rehearse";
  for (const std::string_view option : {"--save", "--against"})
    if (const auto file = request.value(option)) line += " " + std::string(option) + " " + shell_word(*file);
  return types_missing({.what = "this needs the application's types, which the stock binary does not have",
                        .where = {},
                        .why = "a rehearsal tries a program on a log",
                        .remedy = run_by_application(session.log(), session.around(), line)});
}

// --- as JSON ----------------------------------------------------------------------------------------------------------

std::string json_of_finding(const rehearsal_finding& finding) {
  std::string out = "{\"kind\":\"" + std::string(name_of(finding.what)) + "\"";
  out += ",\"globalPosition\":" + std::to_string(finding.position.value());
  out += ",\"aggregateId\":" + json_string(visible(finding.stream));
  out += ",\"aggregateType\":" + json_string(visible(finding.aggregate_type));
  out += ",\"streamVersion\":" + std::to_string(finding.version.value());
  if (!finding.event_type.empty())
    out += ",\"eventType\":" + json_string(visible(finding.event_type)) +
           ",\"eventVersion\":" + std::to_string(finding.event_version);
  if (!finding.code.empty()) out += ",\"code\":" + json_string(finding.code);
  return out + ",\"detail\":" + json_string(visible(finding.detail)) + "}";
}

std::string json_of_kind(const rehearsed_kind& kind) {
  std::string out = "{\"aggregateType\":" + json_string(visible(kind.aggregate_type)) +
                    ",\"eventType\":" + json_string(visible(kind.event_type)) +
                    ",\"eventVersion\":" + std::to_string(kind.version);
  out.append(",\"handled\":").append(kind.handled ? "true" : "false");
  out += ",\"events\":" + std::to_string(kind.events) + ",\"first\":" + std::to_string(kind.first.value());
  out += ",\"broken\":" + std::to_string(kind.broken);
  if (kind.broken > 0) out += ",\"firstBroken\":" + std::to_string(kind.first_broken.value());
  return out + "}";
}

std::string json_of_rehearsal(const std::string& log, const rehearsal& found, const rehearsal_options& options) {
  const auto number = [](std::string_view name, std::uint64_t value) {
    return ",\"" + std::string(name) + "\":" + std::to_string(value);
  };
  std::string out = "{\"log\":" + json_string(visible(log));
  out += ",\"logId\":\"" + found.identity.id.to_string() + "\"" + number("epoch", found.identity.epoch);
  out += number("head", found.head.value()) + number("events", found.events) + number("broken", found.broken);
  out += number("notHandled", found.not_handled) + number("aggregates", found.aggregates);
  out += number("notFolded", found.not_folded) + number("ofNoType", found.of_no_type);
  if (!options.save_to.empty()) out += ",\"savedTo\":" + json_string(visible(options.save_to));
  if (!options.compare_with.empty()) out += ",\"comparedWith\":" + json_string(visible(options.compare_with));
  out += number("saved", found.saved) + number("compared", found.compared) + number("different", found.different);
  out += number("orphaned", found.orphaned) + number("noLongerKnown", found.no_longer_known);
  out += ",\"findings\":" + json_list(found.findings, &json_of_finding) + number("moreFindings", found.more_findings);
  out +=
      ",\"kinds\":" + json_list(found.kinds, &json_of_kind) + ",\"moreKinds\":" + (found.more_kinds ? "true" : "false");
  return out + "}";
}

// --- as a table -------------------------------------------------------------------------------------------------------

constexpr item_column<rehearsal_finding> finding_columns[] = {
    {{.title = "FOUND", .name = "kind", .colour = tint::red, .least = 10},
     [](const rehearsal_finding& finding, const cell_style&) { return std::string(name_of(finding.what)); }},
    {{.title = "EVENT", .name = "globalPosition", .right = true},
     [](const rehearsal_finding& finding, const cell_style&) { return std::to_string(finding.position.value()); }},
    {{.title = "STREAM", .name = "aggregateId", .colour = tint::cyan, .least = 8, .spare = 2},
     [](const rehearsal_finding& finding, const cell_style&) { return finding.stream; }},
    {{.title = "TYPE", .name = "type", .least = 8, .spare = 1},
     [](const rehearsal_finding& finding, const cell_style&) { return type_of(finding); }},
    {{.title = "WHAT", .name = "detail", .least = 20},
     [](const rehearsal_finding& finding, const cell_style&) { return finding.detail; }},
};

/// "none", or "12 of 3 types, such as Audited v1 of Account"
std::string passed_over(const rehearsal& found) {
  std::uint64_t types = 0;
  const rehearsed_kind* first = nullptr;
  for (const rehearsed_kind& kind : found.kinds) {
    if (kind.handled) continue;
    ++types;
    if (first == nullptr) first = &kind;
  }
  if (found.not_handled == 0) return "none";
  if (first == nullptr) return with_groups(found.not_handled) + " of types beyond those that are listed";
  return with_groups(found.not_handled) + (found.more_kinds ? " of more than " : " of ") + counted(types, "type") +
         (types == 1 ? ": " : ", such as ") + type_and_version(first->event_type, first->version) + " of " +
         first->aggregate_type;
}

void print_rehearsal(const std::string& log, const rehearsal& found, const rehearsal_options& options,
                     session& session) {
  constexpr std::size_t label_width = 12;
  const auto line = [&](std::string_view label, const std::string& text) {
    session.print(session.labelled(label, label_width, text));
  };
  const auto out_of = [](std::uint64_t good, std::uint64_t all) {
    return good == all ? with_groups(all) + ", all" : with_groups(good) + " of " + with_groups(all);
  };
  session.print(session.out_style().paint(tint::strong, session.fitted(visible(log))) + "\n");
  line("events", found.events == 0 ? "none" : out_of(found.events - found.broken, found.events) + " can be read");
  line("not handled", passed_over(found));
  line("aggregates", found.aggregates == 0
                         ? "none"
                         : out_of(found.aggregates - found.not_folded, found.aggregates) + " can be folded");
  if (found.of_no_type > 0)
    line("", counted(found.of_no_type, "stream") + " of types that this program does not have" +
                 (found.orphaned > 0 ? "; " + with_groups(found.orphaned) + " with events that it lists" : ""));
  if (!options.compare_with.empty())
    line("compared", found.compared == 0
                         ? "none of " + counted(found.saved, "saved state")
                         : out_of(found.compared - found.different, found.compared) + " are as they were saved");
  if (!options.save_to.empty()) line("saved", visible(options.save_to));
  if (found.passed()) return;
  session.print("\n");
  const std::span<const item_column<rehearsal_finding>> all = finding_columns;
  item_list& list = session.list(looks_of(all));
  for (const rehearsal_finding& finding : found.findings) put(list, all, {}, finding);
  session.end_list();
  if (found.more_findings > 0) session.print("and " + with_groups(found.more_findings) + " more\n");
}

std::string file_of(const request& request, std::string_view option) {
  const std::optional<std::string> file = request.value(option);
  if (file && file->empty())
    throw usage_error("value", std::string(option) + " is empty",
                      "whence rehearse " + std::string(option) + " shop.states");
  return file.value_or("");
}

exit_code run_rehearsal(const request& request, session& session) {
  if (session.around().types == nullptr) throw no_types(request, session);
  session.log();  // what is wrong with it as a whole is told
  rehearsal_options options;
  options.save_to = file_of(request, "--save");
  options.compare_with = file_of(request, "--against");
  rehearsal found;
  const std::string unfinished =
      std::string(nothing_known) + (options.save_to.empty() ? "" : ", and nothing was saved");
  const auto stopped = carry_out(session, unfinished, [&](std::stop_token stop, const report_progress& report) {
    options.stop = std::move(stop);
    options.on_progress = [&](const rehearsal_progress& now) { report("events", now.done, now.of); };
    found = rehearse(session.source(), session.around().types->known(), session.around().runtime, options);
  });
  if (stopped) return *stopped;
  if (session.form() == output_form::table) {
    print_rehearsal(session.store(), found, options, session);
  } else {
    session.judged(found.passed() ? verdict::pass : verdict::fail, json_of_rehearsal(session.store(), found, options));
  }
  if (found.passed()) return exit_code::done;
  const rehearsal_failed failure(session.store(), found);
  session.failed(failure);
  return exit_code_of(failure);
}

constexpr flag save{.name = "--save",
                    .value = "FILE",
                    .text = "keep a fingerprint of each state, for the next build",
                    .by = completes::file};
constexpr flag against{.name = "--against",
                       .value = "FILE",
                       .text = "compare the states with those that another build saved",
                       .by = completes::file};
constexpr const flag* rehearse_flags[] = {&save, &against};
constexpr example rehearse_examples[] = {
    {"whence rehearse", "would this build run on this log?"},
    {"whence rehearse --save shop.states", "with the build that runs today"},
    {"whence rehearse --against shop.states", "with the next: any other state?"},
};
constexpr std::string_view rehearse_text =
    "Tries this program on a log before it is deployed: every stored event is upcast, and read by every aggregate and "
    "projection that handles it; every aggregate is folded as it is loaded. It writes nothing to the log, runs on "
    "up to four cores, and while a service writes; what is appended meanwhile is left out.\n"
    "--against compares each state with the one that another build saved (--save), as of the version that it had then. "
    "A state is what the aggregate's serialize says: a member more is another state; an aggregate without serialize is "
    "not compared.\n"
    "Exit code 1 says that something would break, or that a state is another one: for the step before a deployment. "
    "Events that nothing in this program handles are counted, and no finding; those of an aggregate that it has, and "
    "which that does not list, are; and so is a stream of an aggregate type that it does not have, with events that "
    "one of its own lists: an aggregate keeps its stored name, or its streams are lost to it. It needs the "
    "application's types, as stream state does.";

constexpr command rows[] = {
    {.name = "rehearse",
     .summary = "try this program on a log before its deployment",
     .text = rehearse_text,
     .examples = rehearse_examples,
     .flags = rehearse_flags,
     .schema = "rehearsal",
     .run = &run_rehearsal},
};

}  // namespace

std::span<const command> rehearse_commands() { return rows; }

}  // namespace whence::inline v0::cli
