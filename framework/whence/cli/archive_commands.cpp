#include <whence/cli/archive_commands.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include <whence/cli/display_text.hpp>
#include <whence/cli/failure.hpp>
#include <whence/cli/flags.hpp>
#include <whence/cli/log_operation.hpp>
#include <whence/cli/request.hpp>
#include <whence/cli/selection.hpp>
#include <whence/cli/session.hpp>
#include <whence/cli/time_text.hpp>
#include <whence/control/log_archiving.hpp>
#include <whence/control/log_compaction.hpp>
#include <whence/core/json_text.hpp>

namespace whence::inline v0::cli {
namespace {

using json = nlohmann::ordered_json;

constexpr std::size_t label_width = 11;

void line(session& session, std::string_view label, const std::string& text) {
  session.print(session.labelled(label, label_width, text));
}

std::string events_text(std::uint64_t events, global_position first, global_position last) {
  if (first == last) return "1 event, #" + std::to_string(first.value());
  return counted(static_cast<std::size_t>(events), "event") + " from #" + std::to_string(first.value()) + " to #" +
         std::to_string(last.value());
}

std::uint64_t number_in(const json& made, const char* member) { return made.value(member, std::uint64_t{0}); }
std::string size_in(const json& made, const char* member) { return size_text(number_in(made, member)); }
std::string text_in(const json& made, const char* member) {
  const auto found = made.find(member);
  return found != made.end() && found->is_string() ? visible(found->get<std::string>()) : std::string();
}
json member_of(const json& made, const char* member) { return made.value(member, json()); }

/// Throws keeping_of_memory.
const std::string& file_of(session& session) {
  const log_source& source = session.source();
  if (source.models_directory().empty()) throw keeping_of_memory(source.name());
  return source.name();
}

// --- log archive ------------------------------------------------------------------------------------------------------

archive_order order_of(const request& request, session& session) {
  archive_order order{.streams = request.values(flags::streams.name),
                      .aggregates = request.listed(flags::aggregates.name)};
  if (const auto time = request.value(flags::older_than.name))
    order.before = time_from(flags::older_than.name, *time, session.now());
  if (order.streams.empty() && order.aggregates.empty() && !order.before)
    throw usage_error("option", "`log archive` needs to know which streams", "whence log archive --older-than 52w",
                      "--stream, --older-than and --aggregate say it");
  if (!request.argument().empty()) order.to = std::filesystem::absolute(request.argument()).string();
  return order;
}

log_operation_plan archive_plan_of(const request& request, session& session) {
  const std::string& path = file_of(session);
  const runtime& runtime = session.around().runtime;
  log_operation_plan plan;
  plan.request = request_of(order_of(request, session));
  plan.results = log_archive_results();
  plan.plan = [&path, &runtime](const operation_request& asked, log_reader&, const operation_under_way& now) {
    return plan_log_archive(asked, path, runtime, now.progress, now.stop);
  };
  plan.act = [&path, &runtime](const operation_request& asked, const std::shared_ptr<whence::log>& log,
                               const operation_under_way& now) {
    return archive_log(asked, *log, path, runtime, now.progress, now.stop);
  };
  plan.check = [&session](const std::string& planned) {
    const json what = json::parse(planned);
    for (const json& name : what.value("unknownStreams", json::array()))
      require_stream(session.log(), name.get<std::string>());  // or all of it is archived
  };
  plan.is_done_already = [](const std::string& planned) { return text_in(json::parse(planned), "state") == "nothing"; };
  plan.fix = [](log_operation_plan& own, const std::string& planned) {
    own.request.arguments["until"] = std::to_string(number_in(json::parse(planned), "until"));
  };
  plan.sentence = [](const std::string& planned) {
    const json what = json::parse(planned);
    const bool moves = number_in(what, "events") > 0;
    const std::string events =
        counted(number_in(what, "events"), "event") + " of " + counted(number_in(what, "streams"), "stream");
    const std::string unfinished = text_in(what, "unfinished");
    if (!unfinished.empty())
      return "finish " + unfinished + ", which an attempt left" +
             (moves ? ", and move what is left then of " + events + " into an archive" : "");
    return moves ? "move " + events + " into an archive" : "append the audit event of an archive that has none yet";
  };
  plan.only_looks = true;
  plan.how_to_look = "whence inspect\nwhence stream show whence-operations";
  plan.unfinished = "no event is lost, and the same command goes on";
  return plan;
}

void print_archived(const std::string& log, const json& made, const std::string& by, session& session) {
  session.print(session.out_style().paint(tint::strong, session.fitted(visible(log))) + "\n");
  line(session, "streams", with_groups(number_in(made, "streams")));
  const bool has_finished = !text_in(made, "finished").empty();
  line(session, "events",
       number_in(made, "events") == 0
           ? (has_finished ? "none more" : "none that could be archived")
           : events_text(number_in(made, "events"), global_position{number_in(made, "first")},
                         global_position{number_in(made, "last")}) +
                 ", " + size_in(made, "eventBytes"));
  if (const std::string unfinished = text_in(made, "unfinished"); !unfinished.empty())
    line(session, "unfinished", unfinished + ", which an attempt left, is finished first");
  if (const std::string finished = text_in(made, "finished"); !finished.empty())
    line(session, "finished", finished + ", which an interrupted attempt had left");
  if (const std::string archive = text_in(made, "archive"); !archive.empty())
    line(session, "archive", archive + ", " + size_in(made, "archiveBytes"));
  if (text_in(made, "state") == "archived") line(session, "by", by);
  if (text_in(made, "state") == "planned") line(session, "state", "as it was: nothing is archived with --dry-run");
}

exit_code run_archive(const request& request, session& session) {
  exit_code code = exit_code::done;
  const auto carried = carry_out_on_log(request, session, archive_plan_of(request, session), code);
  if (!carried) return code;
  const json made = json::parse(carried->result);
  if (session.form() == output_form::table) {
    print_archived(session.store(), made, who_did(*carried, session), session);
    return code;
  }
  json shown{{"log", visible(session.store())}};
  for (const char* const member : {"streams", "events", "eventBytes", "first", "last"})
    shown[member] = number_in(made, member);
  for (const char* const member : {"archive", "archiveBytes", "unfinished", "finished"})
    shown[member] = member_of(made, member);
  std::string data = shown.dump();
  data.pop_back();
  session.judged(verdict::pass, data + "," + members_of(*carried, request) + "}");
  return code;
}

// --- log compact ------------------------------------------------------------------------------------------------------

log_operation_plan compact_plan_of(session& session) {
  const std::string& path = file_of(session);
  const runtime& runtime = session.around().runtime;
  log_operation_plan plan;
  plan.request.operation = log_compact_name;
  plan.results = log_compact_results();
  plan.plan = [&path, &runtime](const operation_request& asked, log_reader&, const operation_under_way&) {
    return plan_log_compact(asked, path, runtime);
  };
  plan.act = [&runtime](const operation_request& asked, const std::shared_ptr<whence::log>& log,
                        const operation_under_way& now) {
    return compact_log(asked, *log, runtime, now.progress, now.stop);
  };
  plan.sentence = [](const std::string& planned) {
    return "write the log's file anew, without the " + size_in(json::parse(planned), "freeBytes") +
           " that are free in it";
  };
  plan.only_looks = true;
  plan.how_to_look = "whence inspect\nwhence stream show whence-operations";
  plan.unfinished = "the file is as it was, unless the last step was being done";
  return plan;
}

void print_compacted(const std::string& log, const json& made, const std::string& by, session& session) {
  session.print(session.out_style().paint(tint::strong, session.fitted(visible(log))) + "\n");
  if (text_in(made, "state") == "planned") {
    line(session, "size", size_in(made, "bytes"));
    line(session, "free", size_in(made, "freeBytes") + ", and what pages have free that are half empty");
    return line(session, "state", "as it was: nothing is written with --dry-run");
  }
  line(session, "size", size_in(made, "bytesBefore"));
  line(session, "now", size_in(made, "bytesAfter"));
  line(session, "by", by);
}

exit_code run_compact(const request& request, session& session) {
  exit_code code = exit_code::done;
  const auto carried = carry_out_on_log(request, session, compact_plan_of(session), code);
  if (!carried) return code;
  const json made = json::parse(carried->result);
  const bool done = text_in(made, "state") == "compacted";
  if (session.form() == output_form::table) {
    print_compacted(session.store(), made, who_did(*carried, session), session);
  } else {
    std::string out = "{\"log\":" + json_string(visible(session.store()));
    out += ",\"bytesBefore\":" + std::to_string(number_in(made, done ? "bytesBefore" : "bytes"));
    out += ",\"freeBytes\":" + (done ? "null" : std::to_string(number_in(made, "freeBytes")));
    out += ",\"bytesAfter\":" + (done ? std::to_string(number_in(made, "bytesAfter")) : "null");
    out += ",\"settled\":" + std::string(!done ? "null" : made.value("settled", true) ? "true" : "false");
    session.judged(verdict::pass, out + "," + members_of(*carried, request) + "}");
  }
  if (done && !made.value("settled", true))
    session.warn(
        "a process is in the middle of reading the log: the file becomes smaller when it is done, and the log was "
        "opened and closed once more");
  return code;
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
    "stays, and so does what operators did (whence-operations). The file is FILE, else beside the log, as "
    "shop.db.archive.1.\n"
    "Nothing is read in another way afterwards: an event keeps its position, id, version and place in the chain, and "
    "every reader finds it in the archive, by position, stream, filter, id, tag or query. A stream that is written "
    "again goes on in the log. If an archive is not there, only its own events are not readable (log.archive_missing). "
    "A backup has all events, and a restored log has no archives. Keep an archive where it is, or move it with the "
    "log: it is found from the log's folder.\n"
    "Events are copied, each is verified in the copy, and only then taken out of the log. An attempt that is stopped "
    "(SIGINT) or killed loses nothing; the same command goes on with it. The log's file takes new events where the old "
    "ones were; log compact makes it smaller.\n"
    "Not for a copy that follows another log by imports: the audit event is one that the other log has not, and later "
    "imports are refused (export.differs).\n"
    "While a service holds the log, it does it, asked over the control socket beside the log, and appends go on; "
    "SIGINT stops it there too, at its next step. When it is done, an audit event says who asked for it, and --reason "
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
    "Not for a copy that follows another log by imports: the audit event is one that the other log has not, and later "
    "imports are refused (export.differs).\n"
    "While a service holds the log, it does it, asked over the control socket beside the log; its appends wait until "
    "it is done, or is stopped by SIGINT. When it is done, an audit event says who asked for it, "
    "and --reason (stream show whence-operations).";

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
