#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <optional>
#include <thread>
#include <utility>

#include <sqlite3.h>

#include <whence/store/chain.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/sqlite/backup/backup_file.hpp>
#include <whence/store/sqlite/index/format.hpp>
#include <whence/store/sqlite/index/writer.hpp>
#include <whence/store/sqlite/judge.hpp>
#include <whence/store/sqlite/verify/index_check.hpp>
#include <whence/store/sqlite/verify/verifier.hpp>

namespace whence::inline v0 {
namespace {

using kind = log_finding::kind;

constexpr unsigned threads_usual = 4;
constexpr std::chrono::milliseconds between_reports{100};
constexpr int structure_lines_max = 20;
constexpr int busy_milliseconds = 10'000;

std::string scratch_directory(const verify_options& options) {
  if (!options.scratch_directory.empty()) return options.scratch_directory;
  const char* const named = std::getenv("TMPDIR");
  return named != nullptr && *named != '\0' ? named : "/var/tmp";
}

unsigned thread_count(const verify_options& options) {
  const unsigned cores = std::max(std::thread::hardware_concurrency(), 1u);
  return options.threads != 0 ? options.threads : std::min(cores, threads_usual);
}

/// Runs `work` on a named thread; what it throws is kept.
class worker {
 public:
  template <class Work>
  explicit worker(Work work)
      : thread_([this, work]() mutable {
          pthread_setname_np(pthread_self(), "whence-verify");
          try {
            work();
          } catch (...) {
            failure_ = std::current_exception();
          }
          done_.store(true, std::memory_order_release);
        }) {}
  worker(const worker&) = delete;
  worker& operator=(const worker&) = delete;
  ~worker() {
    if (thread_.joinable()) thread_.join();
  }

  bool done() const noexcept { return done_.load(std::memory_order_acquire); }
  void join() {
    thread_.join();
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::exception_ptr failure_;
  std::atomic<bool> done_{false};
  std::thread thread_;
};

}  // namespace

std::unique_ptr<file> make_scratch_file(files& files, const std::string& directory, const std::string& unique_name) {
  const std::string path = directory + "/" + unique_name;
  std::unique_ptr<file> made = files.open(path, open_file::fresh);
  files.remove(path);
  return made;
}

log_verifier::log_verifier(const log_paths& paths, const runtime& runtime, const verify_options& options)
    : paths_(paths),
      runtime_(runtime),
      options_(options),
      findings_(options.listed_max),
      plan_{.paths = paths_,
            .running = runtime_,
            .options = options_,
            .from = std::max(options.from, global_position{1}),
            .head = {},
            .indexed_to = {},
            .runs = {},
            .bases = {},
            .log_mode = reading_mode_of_visitors(*runtime.files, paths_, paths_.log),
            .index_mode = reading_mode_of_visitors(*runtime.files, paths_, paths_.index)},
      reader_(paths_.log, plan_.log_mode.mode()) {
  plan_.bases = result_.bases = bases_of(reader_);
}

bool log_verifier::has_read_what_is_there() const {
  return plan_.log_mode.still_holds() && reader_.still_holds() && plan_.index_mode.still_holds();
}

log_verification log_verifier::verify() {
  const bool has_witness = read_witness_or_find_it();
  look_at_log();
  if (has_witness) look_at_witness();
  plan_index();
  {
    range_results results(plan_, findings_, scratch_directory(options_));
    check_ranges(results);
    stop_if_asked();
    const std::vector<unreadable_range> unreadable = findings_.unreadable();
    check_times(results);
    check_streams(results, unreadable);
    check_ids(results);
    check_index(results, unreadable);
  }
  stop_if_asked();
  check_witness_again();
  findings_.move_to(result_, paths_.log);
  std::uint64_t unreadable = 0;
  for (const unreadable_range& range : findings_.unreadable()) unreadable += range.positions.events();
  result_.events = plan_.events() - std::min(unreadable, plan_.events());
  return std::move(result_);
}

void log_verifier::found(kind what, const std::string& file, std::string detail, std::string remedy,
                         position_range positions) {
  findings_.add({.what = what,
                 .positions = positions,
                 .stream = {},
                 .file = file,
                 .detail = std::move(detail),
                 .remedy = std::move(remedy)});
}

void log_verifier::report(std::string_view doing, std::uint64_t done, std::uint64_t of) const {
  if (options_.on_progress) options_.on_progress({doing, done, of});
}

void log_verifier::stop_if_asked() const {
  if (options_.stop.stop_requested()) throw operation_cancelled();
}

void log_verifier::look_at_log() {
  const log_reader_connection::snapshot now(reader_);
  const log_row about = reader_.about();
  must_be_known_format(paths_.log, about.format);
  result_.identity = about.identity;
  global_position head;
  try {
    head = last_in_order(reader_.head());
    // Of a page whose end is lost, the last row may say that it is any.
    if (witness_.latest && witness_.latest->log == about.identity && witness_.latest->position > head &&
        goes_on_behind(head))
      throw log_damaged(paths_.log, head,
                        "its last row is event " + std::to_string(head.value()) + ", and there are later ones");
  } catch (const log_damaged& damage) {
    // Where it ends is said by the witness then.
    found(kind::structure, paths_.log, "the end of the log cannot be found: " + damage.text().why,
          "copy " + paths_.log + "* to a safe place, then repair it (whence log repair), or restore a backup");
    if (head == global_position{}) head = reader_.last_found();
    if (witness_.latest) head = std::max(head, witness_.latest->position);
  }
  plan_.head = head;
  result_.head = head;
  result_.from = plan_.from;
}

/// Positions are dense: one far beyond all others is that of a damaged row. The log is not looked through up to there.
global_position log_verifier::last_in_order(global_position last) {
  constexpr std::uint64_t gap_max = 1'000'000;
  const std::uint64_t others = reader_.base() == nullptr ? 0 : reader_.base()->position.value();
  if (last.value() == others) return last;
  sql::statement before =
      reader_.database().prepare("SELECT max(position) FROM entries WHERE position < ? AND position > 0");
  for (;;) {
    before.reset();
    before.bind(1, last.value());
    const std::int64_t previous = before.step() ? before.integer(0) : 0;
    const std::uint64_t expected =
        std::max(static_cast<std::uint64_t>(std::max<std::int64_t>(previous, 0)), others) + 1;
    if (last.value() <= expected) return last;
    found(kind::structure, paths_.log,
          "its last row is event " + std::to_string(last.value()) + ", and the one before it " +
              std::to_string(expected - 1),
          "copy " + paths_.log + "* to a safe place, then repair it (whence log repair), or restore a backup");
    if (last.value() - expected < gap_max) return last;
    last = global_position{expected - 1};
  }
}

bool log_verifier::goes_on_behind(global_position head) {
  bool found_one = false;
  reader_.scan(head, [&](const entry_row&, const recorded_event&) {
    found_one = true;
    return false;
  });
  return found_one;
}

/// What its witness has seen is not the log itself: who may not read it can verify all the rest.
bool log_verifier::read_witness_or_find_it() {
  try {
    if (is_backup(reader_)) {
      witness_ = manifest_as_witness(reader_);
      return true;
    }
    witness_ = read_witness(*runtime_.files, paths_.witness);
    return true;
  } catch (const file_error& failure) {
    found(kind::witness, paths_.witness, "it cannot be read, so a missing end would not be seen: " + failure.text().why,
          "give this user the right to read " + paths_.witness);
    return false;
  }
}

void log_verifier::look_at_witness() {
  if (witness_.latest) result_.witnessed = witness_.latest->position;
  log_condition condition;
  try {
    condition = judge_condition(witness_, reader_);
  } catch (const log_damaged& damage) {
    if (damage.position == global_position{}) return;  // where the log ends cannot be found, which is told
    const std::string where = std::to_string(damage.position.value());
    found(kind::witness, paths_.witness, "what it has seen of event " + where + " is not there: " + damage.text().why,
          "copy " + paths_.log + "* to a safe place, then put the log and the witness of one backup in their place",
          {damage.position, damage.position});
    return;
  }
  if (condition.what == log_condition::kind::tail_missing) {
    found(kind::tail_missing, paths_.witness,
          "the log ends at event " + std::to_string(condition.found.value()) + ", and event " +
              std::to_string(condition.witnessed.value()) + " was acknowledged",
          "copy " + paths_.log + "* to a safe place, then put the newest copies of these files in their place, " +
              paths_.wal + " above all",
          {condition.found.next(), std::max(condition.found.next(), condition.witnessed)});
  } else if (condition.what == log_condition::kind::witness_missing && is_backup(reader_)) {
    found(kind::structure, paths_.log,
          "what it says of itself as a backup cannot be read: a missing end would not be seen", "use another backup");
  } else if (condition.what == log_condition::kind::witness_missing) {
    found(kind::witness, paths_.witness, "there is none that can be used: a missing end would not be seen",
          "bring " + paths_.witness + " back from where the log came from");
  } else if (condition.what == log_condition::kind::import_unfinished) {
    const error_text said = import_unfinished(paths_.log).text();
    found(kind::unfinished, paths_.log, "an import has not come to its end: " + said.why, said.remedy);
  }
}

/// A writer may have both slots in hand when they are read: only what stays unreadable is damaged.
void log_verifier::check_witness_again() {
  constexpr int attempts = 20;
  if (!witness_.present || !witness_.latest || is_backup(reader_)) return;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    if (read_witness(*runtime_.files, paths_.witness).readable_slots == 2) return;
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  found(kind::witness, paths_.witness, "one of its two slots cannot be read; the other one is good",
        "nothing is lost: the next two commits write both anew");
}

void log_verifier::plan_index() {
  const auto remedy = [&] {
    return "with no process writing the log, delete " + paths_.index + "*: the next writer makes it anew";
  };
  if (!runtime_.files->status(paths_.index)) return;
  try {
    sql::database index = sql::database::open(paths_.index, plan_.index_mode.mode());
    sqlite3_busy_timeout(index.handle(), busy_milliseconds);
    check_index_format(index);
    index.run("BEGIN", {});  // all of one moment
    const index_state state = state_reading(index).read();
    const std::optional<index_checkpoint> checkpoint = read_checkpoint(index);
    if ((checkpoint ? checkpoint->position.value() : 0) != state.last) {
      index_is_damaged(paths_.index, "its runs do not end at its checkpoint");
    }
    if (!checkpoint) return;
    const log_reader_connection::snapshot now(reader_);
    if (checkpoint->log.id != result_.identity.id || !reader_.is_on(*checkpoint)) {
      // It may have gone on since the log was looked at.
      result_.index = log_verification::index_state::damaged;
      found(kind::index, paths_.index,
            "it is of another log, or of another history of this one: it goes to event " +
                std::to_string(checkpoint->position.value()),
            remedy());
      return;
    }
    plan_.runs = read_runs(index, true);
    plan_.indexed_to = result_.indexed_to = std::min(checkpoint->position, plan_.head);
    plan_.compares_index = plan_.indexed_to >= plan_.from;
    result_.index = log_verification::index_state::fits;
  } catch (const sql::sql_error& failure) {
    if (lacks_files(failure, *runtime_.files, paths_.index)) {
      result_.index = log_verification::index_state::unreadable;
      return;
    }
    // Read-only: whoever made it died over it, and left a journal that only a writer may play back.
    if (!is_damage(failure) && failure.primary() != SQLITE_ERROR && failure.primary() != SQLITE_READONLY) throw;
    result_.index = log_verification::index_state::damaged;
    found(kind::index, paths_.index, failure.what(), remedy());
  }
}

void log_verifier::check_ranges(range_results& results) {
  const std::uint64_t threads = std::clamp<std::uint64_t>(plan_.chunks(), 1, thread_count(options_));
  std::vector<std::unique_ptr<worker>> workers;
  for (std::uint64_t i = 0; i < threads; ++i) {
    workers.push_back(std::make_unique<worker>([this, &results] { range_check(plan_, results).work(); }));
  }
  workers.push_back(std::make_unique<worker>([this] { check_structure(); }));
  const auto at_work = [&] { return !std::ranges::all_of(workers, [](const auto& each) { return each->done(); }); };
  for (auto next = std::chrono::steady_clock::now(); at_work();
       std::this_thread::sleep_for(std::chrono::milliseconds{2})) {
    if (std::chrono::steady_clock::now() < next) continue;
    report("events", findings_.events_done.load(), plan_.events());
    next += between_reports;
  }
  for (const auto& each : workers) each->join();
}

/// What only SQLite can see: rows that a scan comes to and a search does not, pages that are used twice.
void log_verifier::check_structure() {
  sql::database db = sql::database::open(paths_.log, plan_.log_mode.mode());
  sqlite3_busy_timeout(db.handle(), busy_milliseconds);
  constexpr int operations_between_looks = 100'000;
  sqlite3_progress_handler(
      db.handle(), operations_between_looks,
      [](void* self) { return static_cast<log_verifier*>(self)->options_.stop.stop_requested() ? 1 : 0; }, this);
  const std::string remedy =
      "copy " + paths_.log + "* to a safe place, then repair it (whence log repair), or restore a backup";
  try {
    sql::statement check = db.prepare("PRAGMA quick_check(" + std::to_string(structure_lines_max) + ")");
    while (check.step()) {
      if (check.text(0) != "ok") found(kind::structure, paths_.log, std::string(check.text(0)), remedy);
    }
  } catch (const sql::sql_error& failure) {
    if (failure.primary() == SQLITE_INTERRUPT) return;
    if (!is_damage(failure)) throw;
    found(kind::structure, paths_.log, failure.what(), remedy);
  }
}

void log_verifier::check_times(const range_results& results) {
  timestamp last = timestamp::min();
  for (std::size_t chunk = 0; chunk < results.recorded.size(); ++chunk) {
    const range_results::times& times = results.recorded[chunk];
    if (times.first == timestamp::min()) continue;
    if (times.first < last) {
      const position_range where = plan_.chunk(chunk);
      found(kind::order, paths_.log, "the first of these events is recorded at an earlier time than one before them",
            "the events are as they were written; look at the clock of the machine that wrote them", where);
    }
    last = times.last;
  }
}

/// By an event of it that could be read, at that position.
std::string log_verifier::name_of_stream(std::uint64_t number, std::uint64_t position) {
  try {
    const log_reader_connection::snapshot now(reader_);
    const recorded_event* const one = reader_.event_at(global_position{position});
    if (one != nullptr) return std::string(one->stream);
  } catch (const log_damaged&) {
    // It has no name that anything vouches for.
  }
  return "(the stream that begins at event " + std::to_string(number) + ")";
}

void log_verifier::lost(std::string stream, std::uint64_t first, std::uint64_t last) {
  if (result_.lost.size() == options_.listed_max) {
    ++result_.more_lost;
    return;
  }
  result_.lost.push_back({std::move(stream), stream_version{first}, stream_version{last}});
}

/// By stream, then by version: positions ascend with versions, and versions that are missing are those of unreadable events.
void log_verifier::check_streams(range_results& results, const std::vector<unreadable_range>& unreadable) {
  const auto some_unreadable = [&](std::uint64_t after, std::uint64_t before) {
    const auto next = std::lower_bound(
        unreadable.begin(), unreadable.end(), after,
        [](const unreadable_range& range, std::uint64_t at) { return range.positions.last.value() <= at; });
    return (next != unreadable.end() && next->positions.first.value() < before) || !findings_.has_all_unreadable();
  };
  std::uint64_t stream = 0;
  std::uint64_t version = 0;
  std::uint64_t position = 0;
  std::uint64_t done = 0;
  results.versions.merge([&](const sorted_records<3>::record& record) {
    const auto [now, its_version, its_position] = record;
    if (now != stream) {
      ++result_.streams;
      stream = now;
      // What is before `from` is not looked at.
      const bool begins_before = stream < plan_.from.value();
      version = begins_before ? its_version - 1 : 0;
      position = begins_before ? 0 : stream - 1;
    }
    const bool follows = its_version == version + 1 && its_position > position;
    if (!follows && its_version > version + 1 && some_unreadable(position, its_position)) {
      lost(name_of_stream(stream, its_position), version + 1, its_version - 1);
    } else if (!follows) {
      findings_.add(
          {.what = kind::order,
           .positions = {global_position{its_position}, global_position{its_position}},
           .stream = name_of_stream(stream, its_position),
           .file = paths_.log,
           .detail = "version " + std::to_string(its_version) + " of the stream follows on version " +
                     std::to_string(version) + " at event " + std::to_string(position),
           .remedy = "the event is as it was written: a program that is no Whence wrote it, or one with a fault"});
    }
    version = its_version;
    position = its_position;
    if (++done % sorted_records<3>::part_records == 0) report("streams", done, plan_.events());
    return !options_.stop.stop_requested();
  });
  stop_if_asked();
}

void log_verifier::check_ids(range_results& results) {
  const auto id_at = [&](std::uint64_t position) -> std::optional<event_id> {
    const log_reader_connection::snapshot now(reader_);
    const recorded_event* const event = reader_.event_at(global_position{position});
    return event == nullptr ? std::nullopt : std::optional(event->id);
  };
  sorted_records<2>::record before{};
  std::uint64_t done = 0;
  results.ids.merge([&](const sorted_records<2>::record& record) {
    // Two ids may have the same key.
    if (record[0] == before[0] && before[1] != 0 && id_at(record[1]) == id_at(before[1])) {
      found(kind::order, paths_.log, "both events have the same id",
            "the events are as they were written: a program that is no Whence wrote them, or one with a fault",
            {global_position{before[1]}, global_position{record[1]}});
    }
    before = record;
    if (++done % sorted_records<2>::part_records == 0) report("ids", done, plan_.events());
    return !options_.stop.stop_requested();
  });
  stop_if_asked();
}

void log_verifier::check_index(const range_results& results, const std::vector<unreadable_range>& unreadable) {
  if (!plan_.compares_index) return;
  report("index", 0, 1);
  try {
    std::optional<std::vector<entry_sum>> of_index = index_check(plan_, unreadable).sums();
    if (of_index && findings_.has_all_unreadable()) compare_sums(results.sums, *of_index);
  } catch (const sql::sql_error& failure) {
    if (!is_damage(failure) && failure.primary() != SQLITE_ERROR && failure.primary() != SQLITE_CANTOPEN) throw;
    result_.index = log_verification::index_state::damaged;
    found(kind::index, paths_.index, failure.what(),
          "with no process writing the log, delete " + paths_.index + "*: the next writer makes it anew");
  }
}

void log_verifier::compare_sums(const std::vector<entry_sum>& of_log, const std::vector<entry_sum>& of_index) {
  for (std::size_t i = 0; i < of_log.size();) {
    if (of_log[i] == of_index[i]) {
      ++i;
      continue;
    }
    const std::size_t begin = i;
    while (i < of_log.size() && of_log[i] != of_index[i]) ++i;
    const std::uint64_t first = plan_.from.value() + begin * verification_plan::sum_events;
    const std::uint64_t last = plan_.from.value() + i * verification_plan::sum_events - 1;
    result_.index = log_verification::index_state::damaged;
    found(kind::index, paths_.index, "its entries for these events are not the keys that the events have",
          "with no process writing the log, delete " + paths_.index + "*: the next writer makes it anew",
          {global_position{first}, std::min(global_position{last}, plan_.indexed_to)});
  }
}

}  // namespace whence::inline v0
