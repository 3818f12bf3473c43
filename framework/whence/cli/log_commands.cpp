#include <whence/cli/log_commands.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <whence/cli/advice.hpp>
#include <whence/cli/display_text.hpp>
#include <whence/cli/failure.hpp>
#include <whence/cli/flags.hpp>
#include <whence/cli/fork_command.hpp>
#include <whence/cli/item_list.hpp>
#include <whence/cli/json_list.hpp>
#include <whence/cli/long_work.hpp>
#include <whence/cli/program_name.hpp>
#include <whence/cli/request.hpp>
#include <whence/cli/session.hpp>
#include <whence/cli/verification_failed.hpp>
#include <whence/core/json_text.hpp>
#include <whence/store/log_verification.hpp>

namespace whence::inline v0::cli {
namespace {

std::string_view index_word(log_verification::index_state state) {
  switch (state) {
    case log_verification::index_state::none: return "none";
    case log_verification::index_state::fits: return "fits";
    case log_verification::index_state::damaged: return "damaged";
    case log_verification::index_state::unreadable: return "unreadable";
  }
  return "";
}

// --- as JSON ----------------------------------------------------------------------------------------------------------

std::string json_of_range(const position_range& range) {
  return "{\"first\":" + std::to_string(range.first.value()) + ",\"last\":" + std::to_string(range.last.value()) + "}";
}

std::string json_of_lost(const lost_versions& lost) {
  return "{\"aggregateId\":" + json_string(visible(lost.stream)) +
         ",\"firstVersion\":" + std::to_string(lost.first.value()) +
         ",\"lastVersion\":" + std::to_string(lost.last.value()) + "}";
}

std::string json_of_finding(const log_finding& finding, const std::string& hint) {
  std::string out = "{\"kind\":\"" + std::string(name_of(finding.what)) + "\"";
  if (finding.positions.first != global_position{}) out += ",\"positions\":" + json_of_range(finding.positions);
  if (!finding.stream.empty()) out += ",\"aggregateId\":" + json_string(visible(finding.stream));
  out.append(",\"losesEvents\":").append(finding.loses_events() ? "true" : "false");
  out += ",\"file\":" + json_string(visible(finding.file)) + ",\"detail\":" + json_string(visible(finding.detail));
  return out + ",\"hint\":" + json_string(hint) + "}";
}

std::string json_of_verification(const std::string& log, const log_verification& found, const std::string& program) {
  std::string out = "{\"log\":" + json_string(visible(log));
  out += ",\"logId\":\"" + found.identity.id.to_string() + "\",\"epoch\":" + std::to_string(found.identity.epoch);
  if (!found.bases.empty()) out += ",\"bases\":" + json_list(found.bases, &json_of_base);
  out += ",\"from\":" + std::to_string(found.from.value()) + ",\"head\":" + std::to_string(found.head.value());
  out += ",\"events\":" + std::to_string(found.events) + ",\"streams\":" + std::to_string(found.streams);
  out += ",\"witnessed\":" + std::to_string(found.witnessed.value());
  out += ",\"index\":\"" + std::string(index_word(found.index)) +
         "\",\"indexedTo\":" + std::to_string(found.indexed_to.value());
  out += ",\"readable\":" + json_list(found.readable, &json_of_range) +
         ",\"moreReadable\":" + std::to_string(found.more_readable);
  out += ",\"lost\":" + json_list(found.lost, &json_of_lost) + ",\"moreLost\":" + std::to_string(found.more_lost);
  out += ",\"findings\":" + json_list(found.findings, [&](const log_finding& finding) {
           return json_of_finding(finding, as_started(program, advice(finding, log)));
         });
  return out + ",\"moreFindings\":" + std::to_string(found.more_findings) + "}";
}

// --- as a table -------------------------------------------------------------------------------------------------------

constexpr item_column<log_finding> finding_columns[] = {
    {{.title = "FOUND", .name = "kind", .colour = tint::red, .least = 10},
     [](const log_finding& finding, const cell_style&) { return std::string(name_of(finding.what)); }},
    {{.title = "EVENTS", .name = "positions", .least = 8},
     [](const log_finding& finding, const cell_style&) { return places_of(finding.positions); }},
    {{.title = "STREAM", .name = "aggregateId", .colour = tint::cyan, .least = 8, .spare = 2},
     [](const log_finding& finding, const cell_style&) { return finding.stream; }},
    {{.title = "FILE", .name = "file", .least = 8, .spare = 1},
     [](const log_finding& finding, const cell_style&) { return finding.file; }},
    {{.title = "WHAT", .name = "detail", .least = 20},
     [](const log_finding& finding, const cell_style&) { return finding.detail; }},
};

void print_lists(const log_verification& found, session& session) {
  constexpr std::size_t readable_shown = 20;
  session.print("\n");
  const std::span<const item_column<log_finding>> all = finding_columns;
  item_list& list = session.list(looks_of(all));
  for (const log_finding& finding : found.findings) put(list, all, {}, finding);
  session.end_list();
  if (found.more_findings > 0) session.print("and " + with_groups(found.more_findings) + " more\n");
  if (!found.loses_events()) return;
  session.print("\n");
  for (std::size_t i = 0; i < found.readable.size() && i < readable_shown; ++i) {
    session.print("readable   " + places_of(found.readable[i]) + "\n");
  }
  const std::uint64_t more =
      found.more_readable + found.readable.size() - std::min(readable_shown, found.readable.size());
  if (more > 0) session.print("           and " + with_groups(more) + " more ranges: -o json has them\n");
  for (std::size_t i = 0; i < found.lost.size() && i < readable_shown; ++i) {
    const lost_versions& lost = found.lost[i];
    session.print(session.fitted((found.lacks_only_archives ? "archived   " : "lost       ") + visible(lost.stream) +
                                 ", version " + std::to_string(lost.first.value()) +
                                 (lost.first == lost.last ? "" : " to " + std::to_string(lost.last.value()))) +
                  "\n");
  }
}

/// False: there is none that can be read.
bool witness_is_known(const log_verification& found) {
  return std::none_of(found.findings.begin(), found.findings.end(),
                      [](const log_finding& one) { return one.what == log_finding::kind::witness; });
}

void print_verification(const std::string& log, const log_verification& found, session& session) {
  constexpr std::size_t label_width = 11;
  const style style = session.out_style();
  const auto line = [&](std::string_view label, const std::string& text) {
    session.print(session.labelled(label, label_width, text));
  };
  session.print(style.paint(tint::strong, session.fitted(visible(log))) + "\n");
  line("log", found.identity.id.to_string() + "   epoch " + std::to_string(found.identity.epoch));
  for (const log_base& base : found.bases) line("base", base_text(base));
  const std::uint64_t all = found.head < found.from ? 0 : found.head.value() - found.from.value() + 1;
  line("events", all == 0 ? "none"
                 : found.events == all
                     ? with_groups(all) + ", all as they were written"
                     : with_groups(found.events) + " of " + with_groups(all) + " as they were written");
  line("streams", with_groups(found.streams));
  line("witness", found.witnessed == global_position{} ? (witness_is_known(found) ? "has seen nothing" : "not known")
                                                       : "has seen " + places_of({found.witnessed, found.witnessed}));
  line("index",
       std::string(index_word(found.index)) +
           (found.indexed_to == global_position{} ? "" : ", up to " + places_of({found.indexed_to, found.indexed_to})));
  if (!found.sound()) print_lists(found, session);
}

exit_code verify(const request& request, session& session) {
  const log_source& source = session.source();
  verify_options options;
  options.from = global_position{request.number("--from").value_or(1)};
  log_verification found;
  const auto stopped = carry_out(session, nothing_known, [&](std::stop_token stop, const report_progress& report) {
    options.stop = std::move(stop);
    options.on_progress = [&](const verify_progress& now) { report(now.doing, now.done, now.of); };
    found = verify_log(source, session.around().runtime, options);
  });
  if (stopped) return *stopped;
  if (found.sound() && request.has("--from") && options.from > found.head) {
    const std::string end = std::to_string(found.head.value());
    throw usage_error(
        "value", "--from " + std::to_string(options.from.value()) + " is beyond the log, which ends at event " + end,
        "whence log verify", "nothing would be verified");
  }
  if (session.form() == output_form::table) {
    print_verification(session.store(), found, session);
  } else {
    session.judged(found.sound() ? verdict::pass : verdict::fail,
                   json_of_verification(session.store(), found, session.program()));
  }
  if (found.sound()) return exit_code::done;
  const verification_failed failure(session.store(), found);
  session.failed(failure);
  return exit_code_of(failure);
}

constexpr const flag* verify_flags[] = {&flags::from};
constexpr example verify_examples[] = {
    {"whence log verify", "every event, and everything beside them"},
    {"whence log verify --from 3", "the events from there on"},
    {"whence log verify -o json", "for programs"},
};
constexpr std::string_view verify_text =
    "Reads all of a log: each event against its checksum, which also covers what stands before it; that its data are "
    "JSON; that positions and the versions of each stream are dense, and event ids unique; the structure of the "
    "database; that the log goes as far as its witness has seen; and that the index has what the log has, and nothing "
    "else. It runs on up to four cores, in less than 128 MiB, and while the application writes: what is appended "
    "meanwhile is "
    "left out.\n"
    "It says what is damaged (which events, of which streams, in which file) and what can still be read: event list "
    "--from reads on behind what is damaged.\n"
    "Exit code 6 says that events are lost or cannot be trusted; 1 that all of them are as they were written, and "
    "something beside them is wrong: the index, the witness, or data that are no JSON. What does not fit into memory "
    "is sorted in TMPDIR, or /var/tmp: 40 bytes an event.";

constexpr command rows[] = {
    {.group = "log",
     .name = "verify",
     .summary = "verify every event of a log, and all that is beside them",
     .text = verify_text,
     .examples = verify_examples,
     .flags = verify_flags,
     .schema = "verification",
     .run = &verify},
};

}  // namespace

std::span<const command> log_commands() { return rows; }

}  // namespace whence::inline v0::cli
