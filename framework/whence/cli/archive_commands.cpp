#include <whence/cli/archive_commands.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <whence/cli/confirmation.hpp>
#include <whence/cli/display_text.hpp>
#include <whence/cli/failure.hpp>
#include <whence/cli/flags.hpp>
#include <whence/cli/long_work.hpp>
#include <whence/cli/name_patterns.hpp>
#include <whence/cli/request.hpp>
#include <whence/cli/selection.hpp>
#include <whence/cli/session.hpp>
#include <whence/cli/time_text.hpp>
#include <whence/core/json_text.hpp>
#include <whence/store/audit_event.hpp>

namespace whence::inline v0::cli {
namespace {

constexpr std::size_t label_width = 11;

void line(session& session, std::string_view label, const std::string& text) {
  session.print(session.labelled(label, label_width, text));
}

std::string events_text(std::uint64_t events, global_position first, global_position last) {
  if (first == last) return "1 event, #" + std::to_string(first.value());
  return counted(static_cast<std::size_t>(events), "event") + " from #" + std::to_string(first.value()) + " to #" +
         std::to_string(last.value());
}

std::function<void(const keeping_progress&)> report_to(const report_progress& report) {
  return [&report](const keeping_progress& now) { report(now.doing, now.done, now.of); };
}

/// What is to be kept in the log of what was done. What is wrong with the reason is told before anything is.
log_operation operation_of(std::string_view name, const request& request, const session& session) {
  log_operation operation{.name = std::string(name),
                          .arguments = "{}",
                          .reason = request.value(flags::reason.name).value_or(""),
                          .by = this_operator(session.program())};
  static_cast<void>(audit_of(operation, session.around().runtime));
  return operation;
}

void keep_audit(log& log, const log_operation& operation, const runtime& runtime) {
  append_batch batch;
  batch.streams.push_back(audit_of(operation, runtime));
  static_cast<void>(log.append(std::move(batch)).get().value());
}

/// Throws keeping_of_memory.
const std::string& file_of(session& session) {
  const log_source& source = session.source();
  if (source.models_directory().empty()) throw keeping_of_memory(source.name());
  return source.name();
}

// --- log archive ------------------------------------------------------------------------------------------------------

archive_selection selection_of(const request& request, session& session) {
  archive_selection which;
  which.streams = request.values(flags::streams.name);
  if (const auto time = request.value(flags::older_than.name))
    which.last_before = time_from(flags::older_than.name, *time, session.now());
  const std::vector<std::string> types = request.values(flags::aggregates.name);
  if (!types.empty())
    which.of_type = [patterns = name_patterns(types)](std::string_view type) { return patterns.match(type); };
  if (which.says_nothing())
    throw usage_error("option", "`log archive` needs to know which streams", "whence log archive --older-than 52w",
                      "--stream, --older-than and --aggregate say it");
  return which;
}

std::string json_of_archived(const std::string& log, const made_archive& made, bool is_planned) {
  const planned_archive& what = made.what;
  std::string out = "{\"log\":" + json_string(visible(log));
  out += ",\"dryRun\":" + std::string(is_planned ? "true" : "false");
  out += ",\"streams\":" + std::to_string(what.streams) + ",\"events\":" + std::to_string(what.events);
  out += ",\"eventBytes\":" + std::to_string(what.bytes);
  out += ",\"first\":" + std::to_string(what.first.value()) + ",\"last\":" + std::to_string(what.last.value());
  out += ",\"archive\":" + (made.path.empty() ? "null" : json_string(visible(made.path)));
  out += ",\"archiveBytes\":" + (made.path.empty() ? "null" : std::to_string(made.bytes));
  return out + ",\"finished\":" + (made.resumed.empty() ? "null" : json_string(visible(made.resumed))) + "}";
}

void print_archived(const std::string& log, const made_archive& made, bool is_planned, session& session) {
  session.print(session.out_style().paint(tint::strong, session.fitted(visible(log))) + "\n");
  const planned_archive& what = made.what;
  line(session, "streams", with_groups(static_cast<std::size_t>(what.streams)));
  line(session, "events",
       what.events == 0 ? "none that could be archived"
                        : events_text(what.events, what.first, what.last) + ", " + size_text(what.bytes));
  if (!made.resumed.empty())
    line(session, "finished", visible(made.resumed) + ", which an interrupted attempt had left");
  if (!made.path.empty()) line(session, "archive", visible(made.path) + ", " + size_text(made.bytes));
  if (is_planned) line(session, "state", "as it was: nothing is archived with --dry-run");
}

void show(const std::string& log, const made_archive& made, bool is_planned, session& session) {
  if (session.form() == output_form::table) {
    print_archived(log, made, is_planned, session);
  } else {
    session.judged(verdict::pass, json_of_archived(log, made, is_planned));
  }
}

std::string arguments_of(const made_archive& made) {
  return "{\"archive\":" + json_string(visible(made.path)) + ",\"streams\":" + std::to_string(made.what.streams) +
         ",\"events\":" + std::to_string(made.what.events) + "}";
}

exit_code run_archive(const request& request, session& session) {
  const archive_selection which = selection_of(request, session);
  log_operation operation = operation_of("log archive", request, session);
  const std::string& path = file_of(session);
  const runtime& runtime = session.around().runtime;
  made_archive made;
  auto stopped = carry_out(session, "nothing was changed", [&](std::stop_token stop, const report_progress& report) {
    made.what =
        plan_archive(path, which, runtime, {.to = {}, .on_progress = report_to(report), .stop = std::move(stop)});
  });
  if (stopped) return *stopped;
  for (const std::string& name : made.what.unknown_streams)
    require_stream(session.log(), name);  // or all of it is archived
  if (request.has(flags::dry_run.name)) {
    show(path, made, true, session);
    return exit_code::done;
  }
  const std::vector<log_archive> archives = archives_of(path, runtime);
  const bool all_finished = std::ranges::all_of(archives, &log_archive::is_finished);
  if (made.what.events == 0 && all_finished) {
    show(path, made, false, session);
    return exit_code::done;
  }
  confirm(request, session,
          "move " + counted(static_cast<std::size_t>(made.what.events), "event") + " of " +
              counted(static_cast<std::size_t>(made.what.streams), "stream") + " out of " + visible(path) +
              " into an archive");
  stopped =
      carry_out(session, "no event is lost, and the same command goes on",
                [&](std::stop_token stop, const report_progress& report) {
                  const std::unique_ptr<log> held = session.source().open(runtime);
                  made = keeping_of(*held).archive(
                      which, {.to = request.argument(), .on_progress = report_to(report), .stop = std::move(stop)});
                  operation.arguments = arguments_of(made);
                  keep_audit(*held, operation, runtime);
                  held->close();
                });
  if (stopped) return *stopped;
  show(path, made, false, session);
  return exit_code::done;
}

// --- log compact ------------------------------------------------------------------------------------------------------

std::string json_of_compacted(const std::string& log, const planned_compaction& plan, const compacted_log* made) {
  std::string out = "{\"log\":" + json_string(visible(log));
  out += ",\"dryRun\":" + std::string(made == nullptr ? "true" : "false");
  out += ",\"bytesBefore\":" + std::to_string(made == nullptr ? plan.bytes : made->bytes_before);
  out += ",\"freeBytes\":" + std::to_string(plan.free_bytes);
  out += ",\"bytesAfter\":" + (made == nullptr ? "null" : std::to_string(made->bytes_after));
  return out + ",\"settled\":" + (made == nullptr ? "null" : made->settled ? "true" : "false") + "}";
}

void print_compacted(const std::string& log, const planned_compaction& plan, const compacted_log* made,
                     session& session) {
  session.print(session.out_style().paint(tint::strong, session.fitted(visible(log))) + "\n");
  line(session, "size", size_text(made == nullptr ? plan.bytes : made->bytes_before));
  line(session, "free", size_text(plan.free_bytes) + ", and what pages have free that are half empty");
  if (made == nullptr) return line(session, "state", "as it was: nothing is written with --dry-run");
  line(session, "now", size_text(made->bytes_after));
  if (!made->settled)
    session.warn(
        "a process is in the middle of reading the log: the file becomes smaller when it is done, and the log was "
        "opened and closed once more");
}

exit_code run_compact(const request& request, session& session) {
  log_operation operation = operation_of("log compact", request, session);
  const std::string& path = file_of(session);
  const runtime& runtime = session.around().runtime;
  const planned_compaction plan = plan_compaction(path, runtime);
  compacted_log made;
  const bool is_planned = request.has(flags::dry_run.name);
  if (!is_planned) {
    confirm(request, session, "write " + visible(path) + " anew, without what is free in it");
    const auto stopped =
        carry_out(session, "the file is as it was", [&](std::stop_token stop, const report_progress& report) {
          const std::unique_ptr<log> held = session.source().open(runtime);
          made = keeping_of(*held).compact({.on_progress = report_to(report), .stop = std::move(stop)});
          operation.arguments = "{\"bytesBefore\":" + std::to_string(made.bytes_before) +
                                ",\"bytesAfter\":" + std::to_string(made.bytes_after) + "}";
          keep_audit(*held, operation, runtime);
          held->close();
        });
    if (stopped) return *stopped;
  }
  const compacted_log* const shown = is_planned ? nullptr : &made;
  if (session.form() == output_form::table) {
    print_compacted(path, plan, shown, session);
  } else {
    session.judged(verdict::pass, json_of_compacted(path, plan, shown));
  }
  return exit_code::done;
}

constexpr const flag* archive_flags[] = {&flags::streams, &flags::older_than, &flags::aggregates,
                                         &flags::dry_run, &flags::yes,        &flags::reason};
constexpr example archive_examples[] = {
    {"whence log archive --older-than 52w --dry-run", "what would move?"},
    {"whence log archive --aggregate Order --store old.db --yes", "nobody is asked"},
    {"whence log archive old.archive --older-than 52w --dry-run", "into that file"},
};
constexpr std::string_view archive_text_of_help =
    "Moves whole streams out of the log's file into a file of their own: those that --stream names, those whose last "
    "event is older than --older-than says, those of --aggregate; of several, all have to hold. The log's last event "
    "stays. The file is FILE, else beside the log, as shop.db.archive.1.\n"
    "Nothing is read in another way afterwards: an event keeps its position, id, version and place in the chain, and "
    "every reader finds it in the archive, by position, stream, filter, id, tag or query. A stream that is written "
    "again goes on in the log. If an archive is not there, only its own events are not readable (log.archive_missing). "
    "A backup has all events, and a restored log has no archives. Keep an archive where it is, or move it with the "
    "log: it is found from the log's folder.\n"
    "Events are copied, each is verified in the copy, and only then taken out of the log. An attempt that is stopped "
    "(SIGINT) or killed loses nothing; the same command goes on with it. The log's file takes new events where the old "
    "ones were; log compact makes it smaller.\n"
    "It takes the log's lock, and says who holds it otherwise. Behind what it did it appends an audit event "
    "(stream show whence-operations).";

constexpr const flag* compact_flags[] = {&flags::dry_run, &flags::yes, &flags::reason};
constexpr example compact_examples[] = {
    {"whence log compact --dry-run", "how much is free?"},
    {"whence log compact --store old.db --yes", "without being asked"},
};
constexpr std::string_view compact_text =
    "Writes the log's file anew, as small as what is in it: after log archive, that is what was archived. Positions, "
    "ids, versions and the chain stay what they are.\n"
    "It is one commit: stopped (SIGINT) or killed before that, the file is as it was. Readers go on meanwhile. Until "
    "it is done it needs as much disk as the log has, twice: in the log's -wal, and where temporary files are "
    "(SQLITE_TMPDIR, TMPDIR, else /var/tmp).\n"
    "It takes the log's lock, and says who holds it otherwise. Behind what it did it appends an audit event "
    "(stream show whence-operations).";

constexpr command rows[] = {
    {.group = "log",
     .name = "archive",
     .argument = "[FILE]",
     .argument_by = completes::file,
     .summary = "move old streams into a file of their own",
     .text = archive_text_of_help,
     .examples = archive_examples,
     .flags = archive_flags,
     .schema = "archived",
     .log = access::writes,
     .run = &run_archive},
    {.group = "log",
     .name = "compact",
     .summary = "write the log's file anew, as small as what is in it",
     .text = compact_text,
     .examples = compact_examples,
     .flags = compact_flags,
     .schema = "compacted",
     .log = access::writes,
     .run = &run_compact},
};

}  // namespace

std::string archive_text(const log_archive& archive) {
  if (!archive.problem.empty()) return visible(archive.path) + ": " + visible(archive.problem);
  return visible(archive.path) + ", " + events_text(archive.events, archive.first, archive.last) + ", " +
         size_text(archive.bytes) + (archive.is_finished ? "" : ", not finished: the next log archive does that");
}

std::string json_of_archive(const log_archive& archive) {
  std::string out = "{\"number\":" + std::to_string(archive.number);
  out += ",\"archive\":" + json_string(visible(archive.path)) + ",\"madeAt\":\"" + to_rfc3339(archive.made_at) + "\"";
  out += ",\"events\":" + std::to_string(archive.events) + ",\"first\":" + std::to_string(archive.first.value());
  out += ",\"last\":" + std::to_string(archive.last.value()) + ",\"bytes\":" + std::to_string(archive.bytes);
  out.append(",\"finished\":").append(archive.is_finished ? "true" : "false");
  return out + ",\"problem\":" + (archive.problem.empty() ? "null" : json_string(visible(archive.problem))) + "}";
}

std::span<const command> archive_commands() { return rows; }

}  // namespace whence::inline v0::cli
