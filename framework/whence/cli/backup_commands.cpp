#include <whence/cli/backup_commands.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <whence/cli/display_text.hpp>
#include <whence/cli/flags.hpp>
#include <whence/cli/foreign_models.hpp>
#include <whence/cli/json_list.hpp>
#include <whence/cli/long_work.hpp>
#include <whence/cli/point_in_log.hpp>
#include <whence/cli/program_name.hpp>
#include <whence/cli/request.hpp>
#include <whence/cli/restore_check.hpp>
#include <whence/cli/session.hpp>
#include <whence/cli/time_text.hpp>
#include <whence/cli/verification_failed.hpp>
#include <whence/core/json_text.hpp>
#include <whence/store/log_backup.hpp>

namespace whence::inline v0::cli {
namespace {

constexpr std::size_t label_width = 11;

void line(session& session, std::string_view label, const std::string& text) {
  session.print(session.labelled(label, label_width, text));
}

/// "none", "8 events, the last one recorded 2026-01-27T10:30:08.000Z"
std::string events_text(global_position head, timestamp recorded_at, session& session) {
  if (head == global_position{}) return "none";
  return counted(static_cast<std::size_t>(head.value()), "event") + ", the last one recorded " +
         session.cells().time(recorded_at);
}

std::string json_time(timestamp time) { return "\"" + to_rfc3339(time) + "\""; }

std::string json_time_of_last(global_position head, timestamp time) {
  return head == global_position{} ? "null" : json_time(time);
}

// --- what a check found -----------------------------------------------------------------------------------------------

std::string json_of_check(const restore_check& check) {
  std::string out = "{\"events\":" + std::to_string(check.verified.events);
  out += ",\"streams\":" + std::to_string(check.verified.streams);
  out += ",\"findings\":" + std::to_string(check.verified.findings.size() + check.verified.more_findings);
  out += ",\"models\":" + (check.has_types ? json_list(check.models,
                                                       [](const rebuilt_model& model) {
                                                         return "{\"projection\":" + json_string(model.name) +
                                                                ",\"version\":" + std::to_string(model.version) +
                                                                ",\"built\":" + (model.problem ? "false" : "true") +
                                                                "}";
                                                       })
                                           : std::string("null"));
  return out + ",\"modelsInMemory\":" + std::to_string(check.in_memory) + "}";
}

void print_check(const restore_check& check, session& session) {
  line(session, "check",
       "restored aside, and verified: " + counted(static_cast<std::size_t>(check.verified.events), "event") + " in " +
           counted(static_cast<std::size_t>(check.verified.streams), "stream") + ", " +
           (check.verified.sound() ? "all as they were written" : "not all as it should be"));
  if (!check.has_types)
    return line(session, "", "read models: the application's own executable builds them with --check");
  std::string names;
  for (const rebuilt_model& model : check.models)
    names += (names.empty() ? "" : ", ") + model.name + (model.problem ? " (failed)" : "");
  line(session, "models", names.empty() ? "none" : "built anew from it: " + names);
}

/// Says what is wrong, and returns how that ends.
exit_code judge(const restore_check& check, const std::string& backup, session& session) {
  exit_code result = exit_code::done;
  const auto fail = [&](const error& failure) {
    session.failed(failure);
    if (result == exit_code::done) result = exit_code_of(failure);
  };
  if (!check.verified.sound()) fail(verification_failed(backup, check.verified));
  for (const rebuilt_model& model : check.models) {
    try {
      if (model.problem) std::rethrow_exception(model.problem);
    } catch (const error& failure) {
      fail(failure);
    }
  }
  return result;
}

// --- backup -----------------------------------------------------------------------------------------------------------

bool is_folder(const std::string& path, session& session) {
  const std::optional<file_status> there = session.around().runtime.files->status(path);
  return there && there->directory;
}

/// In a folder it gets a name of its own, which says of what and when it is; and a number, if that has been given away.
std::string name_in_folder(const std::string& folder, int number, session& session) {
  const std::string& store = session.store();
  const std::size_t slash = store.find_last_of('/');
  return (folder.ends_with('/') ? folder : folder + "/") + store.substr(slash == std::string::npos ? 0 : slash + 1) +
         "." + to_compact(session.now()) + (number == 1 ? "" : "-" + std::to_string(number)) + ".backup";
}

/// Two logs of one name may be backed up into one folder at once.
log_backup back_up_into(const std::string& folder, session& session, const backup_options& options) {
  constexpr int numbers_max = 100;
  for (int number = 1;; ++number) {
    const std::string to = name_in_folder(folder, number, session);
    try {
      return back_up(session.source(), to, session.around().runtime, options);
    } catch (const backup_busy&) {
      if (number == numbers_max) throw;
    } catch (const file_error& taken) {
      if (taken.system_code != EEXIST || number == numbers_max) throw;
    }
  }
}

std::string json_of_backup(const std::string& log, const log_backup& made, const std::optional<restore_check>& check) {
  std::string out = "{\"log\":" + json_string(visible(log)) + ",\"backup\":" + json_string(visible(made.path));
  out += ",\"logId\":\"" + made.log.id.to_string() + "\",\"epoch\":" + std::to_string(made.log.epoch);
  out += ",\"head\":" + std::to_string(made.head.value());
  out += ",\"recordedAt\":" + json_time_of_last(made.head, made.recorded_at);
  out += ",\"madeAt\":" + json_time(made.made_at) + ",\"bytes\":" + std::to_string(made.bytes);
  if (check) out += ",\"check\":" + json_of_check(*check);
  return out + "}";
}

exit_code run_backup(const request& request, session& session) {
  const log_source& source = session.source();
  const std::string named = request.argument();
  log_backup made;
  auto stopped = carry_out(session, "no backup was made", [&](std::stop_token stop, const report_progress& report) {
    const backup_options options{
        .on_progress = [&](const backup_progress& now) { report(now.doing, now.done, now.of); },
        .stop = std::move(stop)};
    made = is_folder(named, session) ? back_up_into(named, session, options)
                                     : back_up(source, named, session.around().runtime, options);
  });
  if (stopped) return *stopped;
  const std::string& to = made.path;
  std::optional<restore_check> check;
  if (request.has("--check")) {
    stopped = carry_out(session, "the backup is made, and not checked",
                        [&](std::stop_token stop, const report_progress& report) {
                          check = check_restore(to, {.stop = std::move(stop)}, session.around(), report);
                        });
    if (stopped) return *stopped;
  }
  if (session.form() == output_form::table) {
    session.print(session.out_style().paint(tint::strong, session.fitted(visible(to))) + "\n");
    line(session, "log", made.log.id.to_string() + "   epoch " + std::to_string(made.log.epoch));
    line(session, "events", events_text(made.head, made.recorded_at, session));
    line(session, "size", size_text(made.bytes));
    if (check) print_check(*check, session);
  } else {
    session.judged(!check || check->passed() ? verdict::pass : verdict::fail,
                   json_of_backup(session.store(), made, check));
  }
  return check ? judge(*check, to, session) : exit_code::done;
}

// --- restore ----------------------------------------------------------------------------------------------------------

restore_options point_of(const request& request, session& session) {
  restore_options options;
  const point_in_log point = point_from(request, session.now());
  options.at = point.at;
  options.until = point.until;
  return options;
}

/// Where the log is to be; empty: nowhere, it is only checked.
std::string target_of(const request& request) {
  const std::string backup = shell_word(request.argument());
  const std::string log = request.arguments().size() > 1 ? request.arguments()[1] : std::string();
  if (request.has("--check") && !log.empty())
    throw usage_error("option", "--check restores aside and makes no log, and " + shell_word(log) + " is to be one",
                      "whence restore " + backup + " --check");
  if (!request.has("--check") && log.empty())
    throw usage_error("argument", "`restore` needs to know where the log is to be",
                      "whence restore " + backup + " shop.db");
  return log;
}

std::string json_of_restore(const restored_log& made, const std::string& log,
                            const std::optional<restore_check>& check) {
  std::string out = "{\"backup\":" + json_string(visible(made.from.path));
  if (!log.empty()) out += ",\"log\":" + json_string(visible(log));
  out += ",\"logId\":\"" + made.log.id.to_string() + "\",\"epoch\":" + std::to_string(made.log.epoch);
  out += ",\"epochBefore\":" + std::to_string(made.from.log.epoch);
  out += ",\"head\":" + std::to_string(made.head.value());
  out += ",\"headOfBackup\":" + std::to_string(made.from.head.value());
  out += ",\"recordedAt\":" + json_time_of_last(made.head, made.recorded_at);
  out += ",\"madeAt\":" + json_time(made.from.made_at);
  if (check) out += ",\"check\":" + json_of_check(*check);
  return out + "}";
}

void print_restored(const restored_log& made, session& session) {
  line(session, "backup", visible(made.from.path) + ", made " + session.cells().time(made.from.made_at));
  line(session, "log",
       made.log.id.to_string() + "   epoch " + std::to_string(made.log.epoch) + ", before " +
           std::to_string(made.from.log.epoch));
  line(session, "events", events_text(made.head, made.recorded_at, session));
  const std::uint64_t left_out = made.from.head.value() - made.head.value();
  if (left_out > 0)
    line(session, "left out",
         counted(static_cast<std::size_t>(left_out), "event") + " of the backup, from #" +
             std::to_string(made.head.next().value()) + " on");
}

exit_code run_check(const request& request, session& session) {
  restore_options options = point_of(request, session);
  std::optional<restore_check> check;
  const auto stopped = carry_out(session, nothing_known, [&](std::stop_token stop, const report_progress& report) {
    options.stop = std::move(stop);
    check = check_restore(request.argument(), options, session.around(), report);
  });
  if (stopped) return *stopped;
  if (session.form() == output_form::table) {
    session.print(session.out_style().paint(tint::strong, session.fitted(visible(request.argument()))) + "\n");
    print_restored(check->restored, session);
    print_check(*check, session);
  } else {
    session.judged(check->passed() ? verdict::pass : verdict::fail, json_of_restore(check->restored, "", check));
  }
  return judge(*check, request.argument(), session);
}

/// What is there and no log, a folder or another file, is not called one, nor moved away as one.
void must_be_no_other_file(const std::string& path, files& files) {
  const std::optional<file_status> there = files.status(path);
  if (there && there->directory) throw file_error("make", path, EISDIR);
  if (there && !is_sqlite_log(files, path)) throw file_error("make", path, EEXIST);
}

exit_code run_restore(const request& request, session& session) {
  const std::string log = target_of(request);
  files& files = *session.around().runtime.files;
  if (!files.status(request.argument())) throw file_error("read", request.argument(), ENOENT);
  if (log.empty()) return run_check(request, session);
  if (log != request.argument()) must_be_no_other_file(log, files);
  restore_options options = point_of(request, session);
  restored_log made;
  const auto stopped = carry_out(session, "no log was made", [&](std::stop_token stop, const report_progress& report) {
    options.stop = std::move(stop);
    options.on_progress = [&](const backup_progress& now) { report(now.doing, now.done, now.of); };
    made = restore_log(request.argument(), log, session.around().runtime, options);
  });
  if (stopped) return *stopped;
  if (session.form() == output_form::table) {
    session.print(session.out_style().paint(tint::strong, session.fitted(visible(log))) + "\n");
    print_restored(made, session);
  } else {
    session.judged(verdict::pass, json_of_restore(made, log, std::nullopt));
  }
  warn_of_foreign_models(log, "the restored log's", session);
  return exit_code::done;
}

constexpr const flag* backup_flags[] = {&flags::check};
constexpr example backup_examples[] = {
    {"whence backup shop.backup", "while the application writes"},
    {"whence backup backups/", "with a name that says of what and when"},
    {"whence backup shop.backup --check", "and try whether it can be restored"},
};
constexpr std::string_view backup_text =
    "Copies the log into one new file, up to its last event of now; who writes the log is not held up. Each event is "
    "verified when "
    "it is read, and again in the finished file; that gets its name when all of it is on the disk. A log that is "
    "damaged, "
    "or not all there, has no backup. Nothing is replaced; one that is stopped (SIGINT) or fails leaves nothing.\n"
    "Read models, the index and snapshots are not in it: they are made anew from the log. A backup is read as the log "
    "that it "
    "was (--store shop.backup), copied, and verified (log verify); nobody writes into it.\n"
    "--check restores it aside, in TMPDIR or /var/tmp, verifies that log, and builds every read model from it: the "
    "last in the "
    "application's own executable, which has their code. A copy made with cp while the log is written is no backup, "
    "and "
    "restore says so.";

constexpr const flag* restore_flags[] = {&flags::at, &flags::check};
constexpr example restore_examples[] = {
    {"whence restore sunday.backup restored.db", "a log where there is none"},
    {"whence restore sunday.backup restored.db --at 5", "its events up to #5"},
    {"whence restore sunday.backup --check", "would it do? Leaves nothing"},
};
constexpr std::string_view restore_text =
    "Makes a log of a backup, at a path where there is none: one that is there is never touched, whether a process "
    "writes it or "
    "not. Move it away first, with its -wal, -shm and .witness. --at takes the position of the last event that is "
    "wanted, or "
    "a time: no event that was recorded later. What is before damage in a backup can be restored so.\n"
    "The restored log begins a new epoch. A position token of before is refused, and a read model or a subscription "
    "that has "
    "seen events which the log does not have is stopped (checkpoint.mismatch) and named; move its files away, and it "
    "is "
    "built anew. What stands within the restored events goes on.\n"
    "--check restores aside and leaves nothing: see backup. One that is stopped (SIGINT) or fails makes no log.";

constexpr command rows[] = {
    {.name = "backup",
     .argument = "FILE",
     .argument_by = completes::file,
     .summary = "copy the log into a backup, while it is written",
     .text = backup_text,
     .examples = backup_examples,
     .flags = backup_flags,
     .schema = "backup",
     .run = &run_backup},
    {.name = "restore",
     .argument = "BACKUP [LOG]",
     .argument_by = completes::file,
     .summary = "make a log of a backup, in a new epoch",
     .text = restore_text,
     .examples = restore_examples,
     .flags = restore_flags,
     .schema = "restore",
     .log = access::none,
     .run = &run_restore},
};

}  // namespace

std::span<const command> backup_commands() { return rows; }

}  // namespace whence::inline v0::cli
