#include <whence/cli/repair_command.hpp>

#include <algorithm>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <whence/cli/confirmation.hpp>
#include <whence/cli/display_text.hpp>
#include <whence/cli/export_line.hpp>
#include <whence/cli/flags.hpp>
#include <whence/cli/foreign_models.hpp>
#include <whence/cli/json_list.hpp>
#include <whence/cli/long_work.hpp>
#include <whence/cli/new_file.hpp>
#include <whence/cli/owner_of_log.hpp>
#include <whence/cli/program_name.hpp>
#include <whence/cli/repeated_line.hpp>
#include <whence/cli/request.hpp>
#include <whence/cli/session.hpp>
#include <whence/cli/verification_failed.hpp>
#include <whence/core/json_text.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_repair.hpp>

namespace whence::inline v0::cli {
namespace {

constexpr std::size_t label_width = 11;
constexpr std::size_t lines_shown = 20;
constexpr std::size_t chunk_bytes = 256u << 10;

constexpr std::string_view loss_names[] = {"missing-tail", "missing-witness", "damage"};
constexpr log_loss losses[] = {log_loss::missing_tail, log_loss::missing_witness, log_loss::damage};

constexpr flag with{.name = "--with",
                    .value = "FILE",
                    .text = "a backup or a copy of the log, or an archive of it, to bring events back from",
                    .repeats = true,
                    .by = completes::file};
constexpr flag accept{.name = "--accept",
                      .value = "LOSS",
                      .text = "missing-tail, missing-witness or damage: go on without it",
                      .repeats = true,
                      .choices = loss_names};

std::vector<log_loss> accepted_in(const request& request) {
  std::vector<log_loss> accepted;
  for (const std::size_t chosen : request.choices(accept)) accepted.push_back(losses[chosen]);
  return accepted;
}

/// What became of a plan.
struct outcome {
  std::optional<repaired_log> repaired;  ///< nothing: it was a dry run, or there was nothing to do
  std::string lost_file;                 ///< where the lost events are, as far as they can be read
};

// --- as JSON ----------------------------------------------------------------------------------------------------------

std::string json_of_range(const position_range& range) {
  return "{\"first\":" + std::to_string(range.first.value()) + ",\"last\":" + std::to_string(range.last.value()) + "}";
}

std::string json_of_loss(const planned_loss& loss) {
  std::string out = "{\"kind\":\"" + name_of(loss.what) + "\"";
  if (loss.positions.first != global_position{}) out += ",\"positions\":" + json_of_range(loss.positions);
  return out + ",\"detail\":" + json_string(visible(loss.detail)) + "}";
}

std::string json_of_stream(const lost_events_of_stream& lost) {
  return "{\"aggregateId\":" + json_string(visible(lost.stream)) + ",\"events\":" + std::to_string(lost.events) + "}";
}

std::string json_of_unproven(const unproven_end& end) {
  return "{\"file\":" + json_string(visible(end.from)) + ",\"positions\":" + json_of_range(end.positions) + "}";
}

std::string json_of(const std::string& log, const repair_plan& plan, const outcome& became, bool dry_run) {
  const log_identity now = became.repaired ? became.repaired->log : plan.log;
  std::string out = "{\"log\":" + json_string(visible(log)) + ",\"logId\":\"" + plan.log.id.to_string() + "\"";
  out += ",\"epoch\":" + std::to_string(now.epoch) + ",\"epochBefore\":" + std::to_string(plan.log.epoch);
  out += ",\"head\":" + std::to_string(plan.head.value()) + ",\"end\":" + std::to_string(plan.end.value());
  out += ",\"witnessed\":" + std::to_string(plan.witnessed.value());
  out += ",\"healed\":" + json_list(plan.healed, &json_of_range) +
         ",\"moreHealed\":" + std::to_string(plan.more_healed) +
         ",\"healedEvents\":" + std::to_string(plan.healed_events);
  out += ",\"losses\":" + json_list(plan.losses, &json_of_loss) + ",\"lostEvents\":" + std::to_string(plan.lost_events);
  out += ",\"lostReadable\":" + std::to_string(plan.lost_readable);
  out += ",\"streams\":" + json_list(plan.streams, &json_of_stream) +
         ",\"moreStreams\":" + std::to_string(plan.more_streams);
  out += ",\"unproven\":" + json_list(plan.unproven, &json_of_unproven);
  out.append(",\"dryRun\":").append(dry_run ? "true" : "false");
  out.append(",\"repaired\":").append(became.repaired ? "true" : "false");
  if (became.repaired && !became.repaired->kept.empty())
    out += ",\"kept\":" + json_string(visible(became.repaired->kept));
  if (!became.lost_file.empty()) out += ",\"lostFile\":" + json_string(visible(became.lost_file));
  return out + "}";
}

// --- as a table -------------------------------------------------------------------------------------------------------

std::string events_of(std::uint64_t count) { return counted(static_cast<std::size_t>(count), "event"); }

/// The plan, line by line; also on standard error, before it is asked.
std::vector<std::pair<std::string, std::string>> lines_of(const repair_plan& plan, session& session) {
  std::vector<std::pair<std::string, std::string>> lines;
  lines.emplace_back("log", plan.log.id.to_string() + "   epoch " + std::to_string(plan.log.epoch));
  const auto list_unproven = [&] {
    for (const unproven_end& end : plan.unproven)
      lines.emplace_back("not taken", places_of(end.positions) + " of " + visible(end.from) +
                                          ": nothing in this log says that it had that (if it had, restore that file)");
  };
  if (plan.nothing_to_do()) {
    lines.emplace_back("events", events_of(plan.end.value()) + ", all there; nothing is to be repaired");
    list_unproven();
    return lines;
  }
  lines.emplace_back("ends", plan.end == global_position{} ? "before its first event"
                                                           : "at #" + std::to_string(plan.end.value()) + ", recorded " +
                                                                 session.cells().time(plan.end_recorded_at));
  for (std::size_t i = 0; i < plan.healed.size() && i < lines_shown; ++i)
    lines.emplace_back(i == 0 ? "healed" : "", places_of(plan.healed[i]));
  if (plan.healed.size() + plan.more_healed > lines_shown)
    lines.emplace_back("", "and more: " + events_of(plan.healed_events) + " in all; -o json has their places");
  for (std::size_t i = 0; i < plan.losses.size(); ++i) {
    const planned_loss& loss = plan.losses[i];
    const std::string places = places_of(loss.positions);
    lines.emplace_back(i == 0 ? "lost" : "",
                       (places.empty() ? "" : places + ", " + events_of(loss.positions.events()) + ": ") +
                           visible(loss.detail) + " (" + name_of(loss.what) + ")");
  }
  if (plan.lost_readable > 0)
    lines.emplace_back("", events_of(plan.lost_readable) + " of them can be read, and " +
                               (plan.lost_readable == 1 ? "is" : "are") + " written to a file before");
  for (std::size_t i = 0; i < plan.streams.size() && i < lines_shown; ++i)
    lines.emplace_back(i == 0 ? "of" : "", visible(plan.streams[i].stream) + ", " + events_of(plan.streams[i].events));
  if (const std::uint64_t more = plan.streams.size() + plan.more_streams; more > lines_shown)
    lines.emplace_back("", "and " + with_groups(more - lines_shown) + " more streams");
  list_unproven();
  if (plan.makes_log_anew && plan.healed_events == 0 && !plan.loses())
    lines.emplace_back("file", "damaged: it is made anew, with all events");
  if (plan.ends_earlier) lines.emplace_back("witness", "and audit event: of a repair that has not come to its end");
  if (!plan.makes_log_anew && plan.removes_index) lines.emplace_back("index", "damaged: it is made anew");
  if (!plan.makes_log_anew && plan.rewrites_witness && !plan.ends_earlier)
    lines.emplace_back("witness", "half damaged: written anew");
  return lines;
}

std::string screen_of(const std::string& log, const repair_plan& plan, session& session) {
  std::string screen = session.out_style().paint(tint::strong, session.fitted(visible(log))) + "\n";
  for (const auto& [label, text] : lines_of(plan, session)) screen += session.labelled(label, label_width, text);
  return screen;
}

void print(const std::string& log, const repair_plan& plan, const outcome& became, session& session) {
  session.print(screen_of(log, plan, session));
  const auto line = [&](std::string_view label, const std::string& text) {
    session.print(session.labelled(label, label_width, text));
  };
  if (!became.repaired) {
    if (!plan.nothing_to_do()) line("repaired", "no: it is a dry run, and nothing was changed");
    return;
  }
  if (plan.ends_earlier) {
    line("repaired", "by an earlier one, which is ended now: its audit event is in the log");
  } else {
    line("repaired", became.repaired->log.epoch == plan.log.epoch
                         ? "in the same epoch: nothing that was acknowledged is missing"
                         : "in epoch " + std::to_string(became.repaired->log.epoch));
  }
  if (!became.repaired->kept.empty()) line("kept", visible(became.repaired->kept) + ", as the log was");
  if (!became.lost_file.empty()) line("saved", visible(became.lost_file) + ", to be entered again");
}

// --- the work ---------------------------------------------------------------------------------------------------------

/// Whether a repair that did not come to its end has saved the same.
bool are_equal(files& files, const std::string& one, const std::string& other) {
  const std::optional<file_status> there = files.status(other);
  if (!there || there->size != files.status(one).value_or(file_status{}).size) return false;
  const std::unique_ptr<file> a = files.open(one, open_file::read);
  const std::unique_ptr<file> b = files.open(other, open_file::read);
  std::vector<std::byte> of_a(chunk_bytes);
  std::vector<std::byte> of_b(chunk_bytes);
  for (std::uint64_t at = 0; at < there->size; at += chunk_bytes) {
    const std::span of_one = std::span(of_a).first(a->read_at(at, of_a));
    const std::span of_other = std::span(of_b).first(b->read_at(at, of_b));
    if (!std::ranges::equal(of_one, of_other)) return false;
  }
  return true;
}

/// Each lost event as a line of an export. No beginning and no end: nobody is to take it for one, and import it as it stands.
/// It is named by the first position that is lost, and not by the time: a repair that is repeated finds what it has saved.
std::string save_lost(log_repair& repair, const std::string& log, session& session) {
  if (repair.plan().lost_readable == 0) return {};
  files& files = *session.around().runtime.files;
  std::optional<owner_of_log> owner(std::in_place, log);
  const std::string wanted = log + ".lost-from-" + std::to_string(repair.plan().end.next().value());
  std::vector<std::string> taken;
  std::string path = wanted + ".jsonl";
  while (files.status(path)) {
    taken.push_back(path);
    path = wanted + "-" + std::to_string(taken.size() + 1) + ".jsonl";
  }
  new_file file(files, path, access_of(files, log));
  owner.reset();  // another file, which has some of them, need not be the owner's to read
  std::string lines;
  repair.visit_lost([&](const recorded_event& event) {
    append_line(lines, event, line_form::events);
    if (lines.size() < chunk_bytes) return;
    file.write(lines);
    lines.clear();
  });
  file.write(lines);
  owner.emplace(log);
  file.finish();
  for (const std::string& before : taken) {
    if (!are_equal(files, path, before)) continue;
    files.remove(path);
    return before;
  }
  return path;
}

/// The command once more, so that it accepts what it loses.
std::string accepting_line(const request& request, const repair_plan& plan) {
  std::string names;
  for (const planned_loss& loss : plan.losses)
    names += (names.empty() ? "" : " " + std::string(accept.name) + " ") + name_of(loss.what);
  const bool has_reason = request.has(flags::reason.name);
  const std::string reason = has_reason ? "" : " " + std::string(flags::reason.name) + " 'why that is accepted'";
  return repeated_line(request, "whence", accept.name, names + reason + " " + std::string(flags::yes.name),
                       {flags::yes.name, flags::dry_run.name});
}

std::string looking_line(const request& request, std::string_view without = {}) {
  return repeated_line(request, "whence", flags::dry_run.name, "",
                       {accept.name, flags::reason.name, flags::yes.name, without});
}

/// What a given file has, and nothing proves: it may be more than what a repair leaves.
std::string unproven_lines(const repair_plan& plan) {
  std::string lines;
  for (const unproven_end& end : plan.unproven)
    lines += "# " + end.from + " has " + places_of(end.positions) +
             ", and nothing in this log says that it had that. If it had, restore that file instead.\n";
  return lines;
}

void must_be_accepted(const log_repair& repair, const repair_decision& decision, const request& request) {
  try {
    repair.must_be_accepted(decision);
  } catch (const repair_not_accepted& refused) {
    throw repair_not_accepted(
        refused, unproven_lines(repair.plan()) +
                     "# a backup or a copy may have what is missing: --with FILE. To go on without it:\n#   " +
                     accepting_line(request, repair.plan()) + "\n" + looking_line(request));
  }
}

/// Before a loss: it is said which, and somebody has to want it.
void confirm_loss(const request& request, const repair_plan& plan, session& session) {
  if (!plan.loses()) return;
  const surroundings& around = session.around();
  if (!request.has(flags::yes.name) && around.in_is_terminal && around.err_is_terminal)
    around.err->write(screen_of(session.store(), plan, session));
  cli::confirm(request, session, "repair " + visible(session.store()) + " without what is lost");
}

std::string arguments_of(const repair_plan& plan, const std::string& lost_file) {
  return "{\"end\":" + std::to_string(plan.end.value()) + ",\"healedEvents\":" + std::to_string(plan.healed_events) +
         ",\"losses\":" + json_list(plan.losses, &json_of_loss) +
         ",\"lostEvents\":" + std::to_string(plan.lost_events) +
         ",\"lostFile\":" + (lost_file.empty() ? std::string("null") : json_string(visible(lost_file))) + "}";
}

outcome carry_out_plan(log_repair& repair, const std::string& log, const std::vector<log_loss>& accepted,
                       const request& request, session& session) {
  outcome became;
  const repair_plan& plan = repair.plan();
  if (plan.nothing_to_do() || request.has(flags::dry_run.name)) return became;
  repair_decision decision{.accept = accepted,
                           .audit = log_operation{.name = "log repair",
                                                  .reason = request.value(flags::reason.name).value_or(""),
                                                  .by = this_operator(session.program())}};
  must_be_accepted(repair, decision, request);
  confirm_loss(request, plan, session);
  became.lost_file = save_lost(repair, log, session);
  decision.audit->arguments = arguments_of(plan, became.lost_file);
  try {
    became.repaired = repair.carry_out(decision);
  } catch (...) {
    if (!became.lost_file.empty()) session.around().runtime.files->remove(became.lost_file);
    throw;
  }
  return became;
}

repair_unfinished unfinished(const std::string& log, const outcome& became) {
  std::string why;
  try {
    std::rethrow_exception(became.repaired->unfinished);
  } catch (const error& failure) {
    why = failure.text().what + (failure.text().why.empty() ? "" : ": " + failure.text().why);
  } catch (const std::exception& failure) {
    why = failure.what();
  }
  return {log, became.repaired->kept, became.lost_file, why};
}

/// What a damaged file is good for, said by a repair: it advises no repair.
struct left_to_restore final : error {
  explicit left_to_restore(const log_damaged& damage)
      : error(damage.code(), damage.next(),
              {.what = damage.text().what,
               .where = damage.text().where,
               .why = damage.text().why,
               .remedy =
                   "tar -cf $(mktemp saved.XXXXXX.tar) " + shell_word(damage.path) +
                   "*\n# too little of it can be read for a repair: restore a backup, or put a copy in its place"}) {}
};

/// The same of a file that was to bring events back: it is not the log that is to be restored.
struct left_out final : error {
  left_out(const log_damaged& damage, const std::string& without_it)
      : error(damage.code(), damage.next(),
              {.what = damage.text().what,
               .where = damage.text().where,
               .why = damage.text().why,
               .remedy = "# that is what " + std::string(with.name) +
                         " names: give another backup or copy, or leave it out; what there is without it:\n" +
                         without_it}) {}
};

log_repair planned(const request& request, session& session, const repair_options& options) {
  const runtime& runtime = session.around().runtime;
  try {
    return log_repair(session.source().name(), runtime, options);
  } catch (const log_damaged& damage) {
    if (damage.position != global_position{}) throw;
    const auto is_it = [&](const std::string& file) { return runtime.files->behind_links(file) == damage.path; };
    if (is_it(session.source().name()) || std::ranges::none_of(options.from, is_it)) throw left_to_restore(damage);
    std::string others;
    for (const std::string& file : options.from)
      if (!is_it(file)) others += " " + std::string(with.name) + " " + shell_word(file);
    throw left_out(damage, looking_line(request, with.name) + others);
  }
}

exit_code run_repair(const request& request, session& session) {
  const std::vector<log_loss> accepted = accepted_in(request);
  const std::string log = session.source().name();
  repair_options options{.from = request.values(with.name),
                         .as_owner = [&log] { return std::make_shared<owner_of_log>(log); }};
  std::optional<repair_plan> plan;
  outcome became;
  const auto stopped =
      carry_out(session, "nothing was changed", [&](std::stop_token stop, const report_progress& report) {
        options.stop = std::move(stop);
        options.on_progress = [&](const backup_progress& now) { report(now.doing, now.done, now.of); };
        log_repair repair = planned(request, session, options);
        plan = repair.plan();
        became = carry_out_plan(repair, log, accepted, request, session);
      });
  if (stopped) return *stopped;
  if (became.repaired && became.repaired->unfinished) throw unfinished(log, became);
  const bool dry_run = request.has(flags::dry_run.name);
  if (session.form() == output_form::table) {
    print(session.store(), *plan, became, session);
  } else {
    session.judged(verdict::pass, json_of(session.store(), *plan, became, dry_run));
  }
  if (!became.repaired) return exit_code::done;
  if (plan->loses()) warn_of_foreign_models(log, "the repaired log's", session);
  return exit_code::done;
}

constexpr const flag* repair_flags[] = {&with, &accept, &flags::reason, &flags::dry_run, &flags::yes};
constexpr example repair_examples[] = {
    {"whence log repair --dry-run", "what would be lost?"},
    {"whence log repair --with sunday.backup", "bring back what it has"},
    {"whence log repair --accept damage --reason disk -y", "go on without the rest"},
};
constexpr std::string_view repair_text =
    "Mends a log that is damaged, or not all there. What is damaged in it, and intact in a backup or a copy (--with, "
    "older or newer, several too), is put back at its position, byte for byte, and an end that is missing likewise: as "
    "far as a chain hash of the log itself, or its witness, says that it had these very events. A copy can have gone "
    "on by itself; what nothing in the log proves is not taken, and is named: if it is the log's, restore that file. "
    "While nothing that was acknowledged is missing then, nothing is lost, and the epoch stays.\n"
    "What cannot be brought back is left out only if that is accepted by name, with a reason. missing-tail: the log "
    "ends before its witness. missing-witness: nobody knows whether its end is missing; it gets a new witness. damage: "
    "the log ends before the first event that cannot be trusted, since none stands behind a hole; those behind it, as "
    "far as they can be read, are first written to shop.db.lost-from-N.jsonl, to be entered again. Each begins a new "
    "epoch: whoever saw the lost events is stopped by name, and does not run ahead.\n"
    "It says before what is lost, and asks on a terminal; elsewhere it needs --yes. --dry-run says only that. The "
    "files of before are kept as shop.db.before-repair-TIME, which takes as much room as the log; what "
    "was archived stands in the repaired log's own file again, which needs that room, too. One that is killed "
    "leaves the log as it was, or repaired. Who did it, what was lost and the reason stand in the log then (stream "
    "show whence-operations).\n"
    "It takes the log for itself: while a service holds it, it is refused. A log of which too little can be read is "
    "left to restore.";

constexpr command rows[] = {
    {.group = "log",
     .name = "repair",
     .summary = "bring back what is lost, or go on without it",
     .text = repair_text,
     .examples = repair_examples,
     .flags = repair_flags,
     .schema = "repair",
     .log = access::writes,
     .run = &run_repair},
};

}  // namespace

std::span<const command> repair_commands() { return rows; }

}  // namespace whence::inline v0::cli
