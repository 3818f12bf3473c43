#include <whence/cli/health.hpp>

#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include <whence/cli/advice.hpp>
#include <whence/cli/display_text.hpp>
#include <whence/cli/machine.hpp>
#include <whence/cli/program_name.hpp>
#include <whence/cli/time_text.hpp>
#include <whence/cli/version.hpp>
#include <whence/store/log_errors.hpp>

namespace whence::inline v0::cli {
namespace {

constexpr std::uint64_t wal_usual = 64u << 20;  // sqlite_options::checkpoint_bytes, as it is when nobody says otherwise
constexpr std::uint64_t room_least = 2 * wal_usual;
constexpr std::chrono::minutes late{1};
constexpr std::chrono::seconds clock_slack{1};

health_check check_program() {
  health_check check{
      .name = "program",
      .found = "whence " + std::string(version_of_whence()) + ", SQLite " + std::string(sqlite3_libversion()),

      .figures = {{"sqliteVersion", static_cast<std::uint64_t>(sqlite3_libversion_number())}}};
  if (sqlite3_threadsafe() == 0) {
    check.what = health::problem;
    check.found += ", which was built for one thread";
    check.remedy = "use a SQLite that was built with SQLITE_THREADSAFE=1 or 2, as all distributions have it";
  } else if (has_wal_reset_bug(sqlite3_libversion_number())) {
    check.found +=
        "; a bug of its WAL (fixed in 3.51.3) does not touch Whence, and may touch other programs that write the log: "
        "let there be none";
  }
  return check;
}

health_check check_file_system(const std::optional<file_system>& found) {
  health_check check{.name = "file system"};
  if (!found) {
    check.what = health::unknown;
    check.found = "the system does not say what it is";
    return check;
  }
  check.found = found->name;
  switch (found->what) {
    case file_system::kind::local: break;
    case file_system::kind::shared:
      check.what = health::problem;
      check.found +=
          ": shared with other machines. SQLite's locks and its -shm do not hold there, and a log can be lost";
      check.remedy =
          "move the log to a disk of this machine, while no process has it open; restore it there from a backup";
      break;
    case file_system::kind::memory:
      check.what = health::warning;
      check.found += ": in memory, and gone when the machine stops";
      check.remedy = "right for a trial; what has to last belongs on a disk";
      break;
    case file_system::kind::container:
      check.what = health::warning;
      check.found += ": a layer of a container, and gone when that is removed";
      check.remedy = "give the container a volume for the folder of the log";
      break;
    case file_system::kind::user_space:
      check.what = health::warning;
      check.found += ": what a program makes of it (sshfs and others are shared with other machines)";
      check.remedy = "if it is on another machine, move the log to a disk of this one";
      break;
    case file_system::kind::unknown:
      check.what = health::unknown;
      check.found += ": not known to Whence";
      check.remedy = "it has to keep locks between processes, share memory, and sync what it says it has";
      break;
  }
  if (found->read_only) check.found += ", mounted for reading only";
  check.kind = found->name;
  return check;
}

std::uint64_t size_at(files& files, const std::string& path) {
  const std::optional<file_status> found = files.status(path);
  return found ? found->size : 0;
}

health_check check_disk(const std::string& store, const std::optional<file_system>& on, files& files) {
  health_check check{.name = "disk"};
  if (!on) {
    check.what = health::unknown;
    check.found = "the system does not say how much is free";
    return check;
  }
  const std::uint64_t log = size_at(files, store) + size_at(files, store + "-wal");
  check.figures = {{"freeBytes", on->free_bytes}};
  check.found = size_text(on->free_bytes) + " free";
  if (on->free_bytes < room_least) {
    check.what = health::problem;
    check.found += ": appends will soon be refused";
  } else if (on->free_bytes < log) {
    check.what = health::warning;
    check.found += ": less than the log has, so no copy of it fits beside it";
  }
  if (check.what != health::well) check.remedy = "df -h " + shell_word(directory_of(store));
  return check;
}

health_check check_clock(const surroundings& around) {
  health_check check{.name = "clock"};
  const std::optional<bool> kept = around.clock_is_kept();
  if (!kept) {
    check.what = health::unknown;
    check.found = "the system does not say whether it is kept right";
  } else if (*kept) {
    check.found = "kept right by the system";
  } else {
    check.what = health::warning;
    check.found = "nobody is known to keep it right (of some containers and virtual machines the host does)";
    check.remedy = "timedatectl";
  }
  return check;
}

health_check check_condition(const log_overview& seen) {
  health_check check{.name = "log"};
  check.figures = {{"events", seen.models.head.value()}, {"bytes", seen.bytes}, {"epoch", seen.identity.epoch}};
  check.found = counted(seen.models.head.value(), "event") + ", " + size_text(seen.bytes);
  if (seen.witness_unreadable) {
    check.what = health::unknown;
    check.found += "; its witness cannot be read, so a missing tail would not be seen";
  } else if (!seen.file_damage.empty()) {
    check.what = health::problem;
    check.found += "; its file is damaged: " + seen.file_damage;
  } else if (!seen.condition) {
    check.what = health::problem;
    check.found += "; its end is not what its witness has seen";
  } else if (seen.condition->what == log_condition::kind::tail_missing) {
    check.what = health::problem;
    check.found += "; events that were acknowledged are missing at its end";
    check.figures.emplace_back("witnessed", seen.condition->witnessed.value());
  } else if (seen.condition->what == log_condition::kind::witness_missing) {
    check.what = health::problem;
    check.found +=
        "; it has no witness, so a missing tail would not be seen: the database was copied alone, or the witness is "
        "lost";
    check.remedy = std::string("bring the witness from where the log came from; ") +
                   (seen.bases.empty() ? "or restore a backup; what a repair would do: whence log repair --dry-run"
                                       : "no repair takes a fork: or fork its base anew");
  } else if (seen.condition->what == log_condition::kind::import_unfinished) {
    check.what = health::problem;
    check.found += "; an import into it has not come to its end";
    check.remedy = "import the whole export again";
  } else {
    check.found += ", whole as far as its witness has seen";
  }
  return check;
}

/// The log works all the same, and it may be that it has been moved here on purpose.
health_check check_file() {
  return {
      .name = "file",
      .what = health::warning,
      .found =
          "a copy (cp, rsync, tar; or mv from another disk) that nobody has written since, and no backup: it may lack "
          "what was written while it was copied",
      .remedy =
          "before this one goes on, end the writer of the other for good: two logs of one history are two truths. A "
          "copy to keep is made by backup. What of this one is as it was written: whence log verify",
      .kind = "copy"};
}

/// It was opened, or the log would not have been.
health_check check_base(const log_base& base) {
  return {.name = "base",
          .of = visible(base.path),
          .found = "has the events of this fork up to " + with_groups(base.position.value()),
          .figures = {{"events", base.position.value()}}};
}

health_check check_archive(const log_archive& archive, const std::string& store) {
  health_check check{.name = "archive", .of = visible(archive.path)};
  check.figures = {{"events", archive.events}, {"bytes", archive.bytes}};
  check.found = counted(static_cast<std::size_t>(archive.events), "event") + ", " + size_text(archive.bytes);
  if (!archive.problem.empty()) {
    check.what = health::problem;
    check.found = "its events cannot be read: " + visible(archive.problem);
    std::error_code unknown;
    check.remedy = std::string(std::filesystem::exists(archive.path, unknown) ? "put a good copy of it in its place"
                                                                              : "bring it back from where it went") +
                   or_put_back(archive.path, store);
  } else if (!archive.is_finished) {
    check.what = health::warning;
    check.found += "; an attempt was interrupted, and nothing is lost: the next log archive finishes it";
  }
  return check;
}

health_check check_unknown(const unknown_archives& one) {
  return {.name = "archive",
          .of = visible(one.log),
          .what = health::problem,
          .found = "which archives it has cannot be read",
          .remedy = "whence log verify --store " + shell_word(one.log),
          .failure = one.problem};
}

health_check check_wal(const log_overview& seen) {
  health_check check{.name = "wal", .found = {}, .figures = {{"bytes", seen.unsettled_bytes}}};
  check.found = seen.unsettled_bytes == 0 ? "nothing in it" : size_text(seen.unsettled_bytes);
  if (seen.unsettled_bytes > 4 * wal_usual) {
    check.what = health::warning;
    if (seen.writer) {
      check.found += ": larger than usual; a program that reads for a long time keeps it from being settled";
      check.remedy = "see who has the log open (fuser -v), and end reads that go on for minutes";
    } else {
      check.found += ": its writer was ended with much in it; the next one settles it";
    }
  }
  return check;
}

health_check check_writer(const log_overview& seen) {
  health_check check{.name = "writer"};
  check.found = seen.writer ? "process " + std::to_string(*seen.writer) : "none: no process writes the log";
  check.kind = seen.writer ? "running" : "none";
  return check;
}

/// Whether what was recorded last lies in what is the future now: then the clock went back.
health_check check_times(const log_overview& seen, timestamp now) {
  health_check check{.name = "times"};
  if (!seen.last_recorded) {
    check.found = seen.damage ? "not known: the last event is damaged" : "no event was recorded yet";
    return check;
  }
  if (*seen.last_recorded > now + clock_slack) {
    check.what = health::problem;
    check.found =
        "the last event was recorded " + age_text(*seen.last_recorded - now) + " after what the clock says now";
    check.remedy = "timedatectl";
  } else {
    check.found = "the last event was recorded " + relative_to(now, *seen.last_recorded);
  }
  return check;
}

health_check check_events(const log_overview& seen) {
  health_check check{.name = "events", .failure = seen.damage, .figures = {{"read", seen.looked_at}}};
  if (seen.damage) {
    check.what = health::problem;
    check.found =
        seen.is_archive_away ? "one of the last lies in an archive that cannot be read" : "one of the last is damaged";
    check.remedy = "whence log verify";
  } else {
    check.found = seen.looked_at == seen.models.head.value()
                      ? "all are as they were written"
                      : "the last " + with_groups(seen.looked_at) + " are as they were written; `log verify` reads all";
  }
  return check;
}

health_check check_index(const log_overview& seen, log_reader& log, timestamp now) {
  health_check check{.name = "index"};
  if (seen.is_backup) {
    check.found = "none: a backup has none";
    return check;
  }
  const global_position head = seen.models.head;
  const std::optional<global_position> end = log.indexed_to();
  if (!end) {
    check.found = head == global_position{}
                      ? "none, nor any event"
                      : "none that can be used: what is looked for is looked for in the whole log";
    if (head == global_position{}) return check;
    check.what = health::warning;
    check.remedy = "it is made by the process that writes the log, while it runs";
    return check;
  }
  const std::uint64_t lag = *end < head ? head.value() - end->value() : 0;
  check.figures = {{"lag", lag}};
  check.found = lag == 0 ? "has all events" : "lacks the last " + with_groups(lag);
  if (lag == 0 || !seen.writer) return check;
  try {
    const event_page next = log.read(*end, {}, {.events = 1, .bytes = 1, .scanned = 1});
    if (!next.empty() && now - next.front().recorded_at > late) {
      check.what = health::warning;
      check.found += ", the first of them recorded " + relative_to(now, next.front().recorded_at);
      check.remedy = "if that grows, the disk or the processors are busy with something else";
    }
  } catch (const log_damaged&) {
    check.found += ", the first of which is damaged";
  }
  return check;
}

health_check check_model(const model_standing& model, bool written) {
  health_check check{.name = "projection", .of = model.name, .failure = model.problem};
  check.kind = name_of(model.state);
  check.found = std::string(name_of(model.state));
  check.figures = {{"lag", model.lag}, {"bytes", model.bytes}};
  if (model.problem) {
    check.what = model.state == model_state::unreadable ? health::unknown : health::problem;
  } else if (model.lag > 0) {
    check.found += ", lacks " + counted(model.lag, "event");
    if (model.behind) check.found += ", the first of them recorded " + age_text(*model.behind) + " ago";
    if (written && model.state == model_state::lagging && model.behind && *model.behind > late) {
      check.what = health::warning;
      check.remedy = "whence projection status --watch 2s";
    }
  }
  return check;
}

}  // namespace

std::string_view name_of(health what) {
  switch (what) {
    case health::well: return "ok";
    case health::warning: return "warning";
    case health::problem: return "problem";
    case health::unknown: return "unknown";
  }
  return "";
}

std::vector<health_check> check_machine(const std::string& store, const surroundings& around) {
  std::vector<health_check> all;
  all.push_back(check_program());
  const std::optional<file_system> on = around.file_system_at(store);
  all.push_back(check_file_system(on));
  all.push_back(check_disk(store, on, *around.runtime.files));
  all.push_back(check_clock(around));
  return all;
}

std::vector<health_check> check_log(const log_overview& seen, log_reader& log, const surroundings& around) {
  const timestamp now = around.runtime.clock->now();
  std::vector<health_check> all;
  all.push_back(check_condition(seen));
  if (seen.is_copied_file) all.push_back(check_file());
  for (const log_base& base : seen.bases) all.push_back(check_base(base));
  for (const log_archive& archive : seen.archives) all.push_back(check_archive(archive, seen.name));
  for (const unknown_archives& one : seen.without_archives) all.push_back(check_unknown(one));
  all.push_back(check_writer(seen));
  if (seen.is_in_file) all.push_back(check_wal(seen));
  all.push_back(check_times(seen, now));
  all.push_back(check_events(seen));
  all.push_back(check_index(seen, log, now));
  if (seen.models.problem) {
    all.push_back({.name = "projections",
                   .what = health::unknown,
                   .found = "their folder cannot be read",
                   .failure = seen.models.problem});
  }
  for (const model_standing& model : seen.models.models) all.push_back(check_model(model, seen.writer.has_value()));
  return all;
}

}  // namespace whence::inline v0::cli
