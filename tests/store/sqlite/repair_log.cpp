// Damages copies of logs, repairs each with what else there is of it, and looks at what that makes:
//
//     repair_log ROUNDS [SEED]
//     repair_log kill ROUNDS [SEED]             of a test build: repairs are killed at each of their steps, and repeated
//     repair_log one LOG [FROM…]                carries out a repair that accepts whatever is lost
//
// A log is damaged once to three times (file_damage.hpp), and repaired with nothing, or with backups and copies of itself that are
// older, as old, or newer, some of them damaged as well. Then
//   - each event of the repaired log is what was written at its place; behind its end there is the audit event alone;
//   - each event that is intact at its place in the log, or in another file, and there the log has a chain hash that proves it, is
//     there, or is given out as lost; and the log ends only where the next event is neither;
//   - a new epoch begins if, and only if, something is lost;
//   - a verification finds nothing, a writer opens it, and a second repair has nothing to do;
//   - the files of before are there, byte for byte.
// A repair that is killed leaves the log with all that could be read of it before; repeated, it makes what the undisturbed one
// makes.
// Prints `figure: value` lines; exits 1 at the first thing that is wrong.
#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <sqlite3.h>

#include <whence/sql/database.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_repair.hpp>
#include <whence/store/log_source.hpp>

#include <tests/store/sqlite/damaged_history.hpp>
#include <tests/store/sqlite/file_damage.hpp>
#include <tests/store/sqlite/log_examination.hpp>
#include <tests/temporary_folder.hpp>

namespace {

using namespace whence;
namespace fs = std::filesystem;
using tests::history;
using tests::manner;
using tests::positions;
using tests::require;
using tests::wrong;

std::string contents(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Three times of one log: as its files were then, and a backup of it.
struct originals {
  explicit originals(const fs::path& in, unsigned seed) : folder(in) {
    const fs::path living = folder / "living";
    fs::create_directories(living);
    for (unsigned i = 0; i < 3; ++i) {
      tests::make_log_with_past(living / "shop.db", seed + i, i != 1);
      tests::copy_log(living, files(i));
    }
  }
  fs::path files(unsigned time) const { return folder / std::to_string(time); }
  fs::path backup(unsigned time) const { return folder / ("backup-" + std::to_string(time)); }

  /// Starts threads.
  void look(const runtime& runtime) {
    for (unsigned i = 0; i < 3; ++i) {
      const fs::path scratch = folder / "scratch";
      tests::copy_log(files(i), scratch);
      static_cast<void>(back_up(sqlite(scratch / "shop.db"), backup(i), runtime));
      heads.push_back(sqlite(scratch / "shop.db").visit(runtime)->head().value());
    }
    const auto last = sqlite(folder / "scratch" / "shop.db").visit(runtime);
    was = tests::read_history(*last);
    for (event_page page = last->read({}); !page.empty(); page = last->read(page.scanned_to()))
      for (const recorded_event& event : page) chains.push_back(event.chain);
  }

  fs::path folder;
  history was;
  std::vector<chain_hash> chains;
  std::vector<std::uint64_t> heads;
};

struct figures {
  std::uint64_t rounds = 0, healed = 0, lost = 0, lost_given = 0, without_loss = 0, nothing = 0, restore_only = 0,
                killed = 0, kept = 0, events = 0;
  std::map<std::string, std::uint64_t> losses;
};

/// What a reader of a file gives out, each as it was written there.
positions intact_in(const std::string& path, const history& was, const runtime& runtime) {
  try {
    const auto reader = sqlite(path).visit(runtime);
    return tests::examination(*reader, was).by_position();
  } catch (const error&) {
    return {};
  }
}

repair_decision accept_all() {
  return {.accept = {log_loss::missing_tail, log_loss::missing_witness, log_loss::damage},
          .audit = log_operation{
              .name = "log repair", .reason = "the disk was replaced", .by = this_operator("repair_log")}};
}

class trial {
 public:
  trial(const originals& from, const fs::path& folder, const runtime& runtime, std::mt19937& dice, figures& counted)
      : from_(from), folder_(folder), runtime_(runtime), dice_(dice), counted_(counted) {}

  void run() {
    damage_log();
    try {
      repair();
    } catch (const std::exception& found) {
      throw wrong(told_ + ": " + found.what());
    }
    ++counted_.rounds;
  }

  void run_killed(const std::string& program) {
    damage_log();
    try {
      kill_at_each_step(program);
    } catch (const std::exception& found) {
      throw wrong(told_ + ": " + found.what());
    }
    ++counted_.rounds;
  }

 private:
  fs::path log_folder() const { return folder_ / "log"; }
  std::string log() const { return log_folder() / "shop.db"; }

  unsigned some_time() { return static_cast<unsigned>(dice_() % 3); }

  void damage(const fs::path& in, int times) {
    for (int i = 0; i < times; ++i) {
      const auto die = dice_() % 10;
      // A row is found only where nothing is damaged yet.
      const tests::damage done = tests::damage_files(in, dice_,
                                                     i == 0 && die < 3 ? manner::row
                                                     : die < 8         ? manner::bit
                                                                       : manner::cut);
      told_ += ", " + in.filename().string() + "/" + done.text();
    }
  }

  /// Also files that are older than others: a database with the WAL or the witness of another time.
  void damage_log() {
    const unsigned time = some_time();
    tests::copy_log(from_.files(time), log_folder());
    told_ = "the log of time " + std::to_string(time);
    const auto die = dice_() % 8;
    if (die == 0) {
      const unsigned other = some_time();
      fs::copy_file(from_.files(other) / "shop.db.witness", log_folder() / "shop.db.witness",
                    fs::copy_options::overwrite_existing);
      told_ += ", the witness of time " + std::to_string(other);
    } else if (die == 1) {
      fs::remove(log_folder() / "shop.db-wal");
      told_ += ", no -wal";
    } else if (die == 2) {
      fs::remove(log_folder() / "shop.db.witness");
      told_ += ", no witness";
    } else {
      damage(log_folder(), 1 + static_cast<int>(dice_() % 3));
    }
    sources_.clear();
    while (dice_() % 3 != 0 && sources_.size() < 3) add_source();
  }

  void add_source() {
    const unsigned time = some_time();
    const fs::path there = folder_ / ("source-" + std::to_string(sources_.size()));
    told_ += "; from time " + std::to_string(time);
    if (dice_() % 2 == 0) {
      fs::remove_all(there);
      fs::create_directories(there);
      fs::copy_file(from_.backup(time), there / "shop.db");
    } else {
      tests::copy_log(from_.files(time), there);
    }
    if (dice_() % 2 == 0) damage(there, 1);
    sources_.push_back(there / "shop.db");
  }

  void repair() {
    const positions in_log = intact_in(log(), from_.was, runtime_);
    std::map<std::string, std::string> before;
    for (const char* const end : {"", "-wal", ".witness"})
      if (fs::exists(log() + end)) before[end] = contents(log() + end);
    std::optional<log_repair> repair;
    try {
      repair.emplace(log(), runtime_, repair_options{.from = sources_});
    } catch (const error& refused) {
      require(refused.code() != "repair.not_accepted", "a plan is refused");
      for (const auto& [end, bytes] : before)
        require(contents(log() + end) == bytes, "a refused repair changed shop.db" + end);
      ++counted_.restore_only;
      return;
    }
    const repair_plan plan = repair->plan();
    const positions given = lost_of(*repair);
    const positions vouched = vouched_by_log(plan);
    const std::uint64_t next = plan.end.value() + 1;
    require(!in_log.contains(next) && !reaches_one_of(vouched, next, intact_in_sources()),
            "it ends at event " + std::to_string(plan.end.value()) + ", and the next one is intact");
    positions all = in_log;
    for (const std::string& source : sources_) {
      const positions there = intact_in(source, from_.was, runtime_);
      for (const std::uint64_t position : there)
        if (reaches_one_of(vouched, position, there)) all.insert(position);
    }
    for (const std::uint64_t position : all)
      require(position <= plan.end.value() || given.contains(position),
              "event " + std::to_string(position) + " is intact, and neither there nor given out");
    repair_decision decision = accept_all();
    if (!plan.loses()) decision.accept.clear();
    const repaired_log done = repair->carry_out(decision);
    require(!done.unfinished, "the audit event is not there");
    repair.reset();
    look_at_repaired(plan, done);
    if (plan.makes_log_anew) look_at_kept(done, before);
    count(plan, given);
  }

  positions lost_of(log_repair& repair) {
    positions given;
    repair.visit_lost([&](const recorded_event& event) {
      const std::uint64_t at = event.position.value();
      require(at <= from_.was.head() && tests::bytes_of(event) == from_.was.events[at - 1],
              "event " + std::to_string(at) + " is given out as lost, and is another one");
      require(given.insert(at).second, "event " + std::to_string(at) + " is given out twice");
    });
    require(given.size() == repair.plan().lost_readable, "the plan counts the lost otherwise");
    return given;
  }

  /// Where the log itself has, in a row or in its witness, the chain hash of the event that was written there.
  positions vouched_by_log(const repair_plan& plan) const {
    positions found;
    const bool by_witness = std::ranges::none_of(
        plan.losses, [](const planned_loss& loss) { return loss.what == log_loss::missing_witness; });
    if (by_witness && plan.witnessed != global_position{}) found.insert(plan.witnessed.value());
    sql::database db = sql::database::open(log(), sql::open_mode::read_only);
    // Else SQLite reads nothing of a file of which the end is cut off.
    sqlite3_db_config(db.handle(), SQLITE_DBCONFIG_DEFENSIVE, 0, nullptr);
    sqlite3_db_config(db.handle(), SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1, nullptr);
    sql::statement look = db.prepare("SELECT chain FROM entries WHERE position = ?");
    for (std::uint64_t position = 1; position <= from_.was.head(); ++position) {
      try {
        look.reset();
        look.bind(1, position);
        if (look.step() && std::ranges::equal(look.blob(0), from_.chains[position - 1])) found.insert(position);
      } catch (const error&) {
        // It says nothing there.
      }
    }
    return found;
  }

  positions intact_in_sources() {
    positions found;
    for (const std::string& source : sources_) found.merge(intact_in(source, from_.was, runtime_));
    return found;
  }

  /// Whether all from that event on up to one of those are there.
  static bool reaches_one_of(const positions& those, std::uint64_t position, const positions& there) {
    while (there.contains(position) && !those.contains(position)) ++position;
    return there.contains(position);
  }

  void look_at_repaired(const repair_plan& plan, const repaired_log& done) {
    const auto log = sqlite(this->log()).open(runtime_);
    const bool audited = !plan.nothing_to_do();
    require(log->head().value() == plan.end.value() + (audited ? 1 : 0), "it ends elsewhere than planned");
    require(log->identity() == done.log, "it is of another epoch than was said");
    require((log->identity().epoch != plan.log.epoch) == plan.loses(), "the epoch is not that of a log with that loss");
    for (event_page page = log->read({}); !page.empty(); page = log->read(page.scanned_to())) {
      for (const recorded_event& event : page) {
        const std::uint64_t at = event.position.value();
        if (at > plan.end.value()) {
          require(event.type == audit_event_type, "an event is invented");
        } else {
          require(tests::bytes_of(event) == from_.was.events[at - 1],
                  "event " + std::to_string(at) + " is not what was written");
          ++counted_.events;
        }
      }
    }
    log->close();
    const log_verification found = verify_log(sqlite(this->log()), runtime_, {.threads = 1});
    require(found.sound(), "the verification finds " + (found.sound() ? "" : found.findings.front().detail));
    require(log_repair(this->log(), runtime_, {.from = sources_}).plan().nothing_to_do(),
            "a second repair has something to do");
  }

  void look_at_kept(const repaired_log& done, const std::map<std::string, std::string>& before) {
    for (const auto& [end, bytes] : before)
      require(contents(done.kept + end) == bytes, "shop.db" + end + " is not kept as it was");
    ++counted_.kept;
  }

  void count(const repair_plan& plan, const positions& given) {
    counted_.healed += plan.healed_events;
    counted_.lost += plan.lost_events;
    counted_.lost_given += given.size();
    if (plan.nothing_to_do()) ++counted_.nothing;
    if (!plan.nothing_to_do() && !plan.loses()) ++counted_.without_loss;
    for (const planned_loss& loss : plan.losses) ++counted_.losses[name_of(loss.what)];
  }

  // --- killed ---------------------------------------------------------------------------------------------------------

  bool writer_opens(const std::string& path) {
    try {
      sqlite(path).open(runtime_)->close();
      return true;
    } catch (const error&) {
      return false;
    }
  }

  void kill_at_each_step(const std::string& program) {
    const fs::path pristine = folder_ / "pristine";
    tests::copy_log(log_folder(), pristine);
    std::optional<repair_plan> plan;
    try {
      plan = log_repair(log(), runtime_, {.from = sources_}).plan();
    } catch (const error&) {
      ++counted_.restore_only;
      return;
    }
    const positions before = intact_in(log(), from_.was, runtime_);
    tests::copy_log(pristine, folder_ / "opened");
    const bool opened_before = writer_opens(folder_ / "opened" / "shop.db");
    for (int step = 1;; ++step) {
      tests::copy_log(pristine, log_folder());
      std::string line = "WHENCE_KILL_AT=repair:" + std::to_string(step) + " " + program + " one " + log();
      for (const std::string& source : sources_) line += " " + source;
      const int status = std::system((line + " >/dev/null").c_str());
      const bool killed = WIFEXITED(status) && WEXITSTATUS(status) == 128 + 9;
      const std::string where = "killed at step " + std::to_string(step) + ": ";
      require(killed || status == 0, where + "it ended otherwise: " + std::to_string(status));
      if (killed) {
        ++counted_.killed;
        if (!has_audit_event(plan->end.next())) {
          const positions after = intact_in(log(), from_.was, runtime_);
          for (const std::uint64_t position : before)
            require(after.contains(position) || position > plan->end.value(), where + "an event is gone");
          look_at_killed(where, *plan, opened_before);
        }
        log_repair again(log(), runtime_, {.from = sources_});
        const repaired_log done = again.carry_out(accept_all());
        require(!done.unfinished, where + "the audit event is not there");
      }
      const log_verification found = verify_log(sqlite(log()), runtime_, {.threads = 1});
      require(found.sound(), where + "repeated, it is not sound");
      require(found.head.value() == plan->end.value() + (plan->nothing_to_do() ? 0 : 1),
              where + "repeated, it ends elsewhere, or has not the audit event");
      if (!killed) break;
    }
  }

  /// Then it is repaired, and it was killed behind its last event.
  bool has_audit_event(global_position at) {
    try {
      const event_page page = sqlite(log()).visit(runtime_)->read(global_position{at.value() - 1});
      return page.size() == 1 && page.front().type == audit_event_type;
    } catch (const error&) {
      return false;
    }
  }

  /// The old log, which a writer takes only if it did before; or the new one, in its epoch.
  void look_at_killed(const std::string& where, const repair_plan& plan, bool opened_before) {
    const fs::path scratch = folder_ / "opened";
    tests::copy_log(log_folder(), scratch);
    if (!writer_opens(scratch / "shop.db") || opened_before) return;
    const auto reader = sqlite(scratch / "shop.db").visit(runtime_);
    require((reader->identity().epoch != plan.log.epoch) == plan.loses(), where + "a loss goes on in the old epoch");
    require(reader->head() == plan.end, where + "it is opened, and neither the old log nor the new one");
  }

  const originals& from_;
  const fs::path folder_;
  const runtime& runtime_;
  std::mt19937& dice_;
  figures& counted_;
  std::vector<std::string> sources_;
  std::string told_;
};

void print(const figures& counted, unsigned seed) {
  const auto line = [](const std::string& name, std::uint64_t number) {
    std::printf("%s: %ju\n", name.c_str(), std::uintmax_t{number});
  };
  if (counted.killed > 0) {
    line("damaged logs whose repair was killed", counted.rounds);
    line("repairs killed, and repeated", counted.killed);
    line("of these logs, left to a restore", counted.restore_only);
    std::printf("seed of the kills: %u\n", seed);
    return;
  }
  line("damaged logs", counted.rounds);
  line("of them with nothing to repair", counted.nothing);
  line("repaired without a loss", counted.without_loss);
  for (const auto& [name, count] : counted.losses) line("repaired with a loss accepted: " + name, count);
  line("left to a restore, refused by name", counted.restore_only);
  line("copies of before, each byte for byte", counted.kept);
  line("events in repaired logs, each as it was written", counted.events);
  line("events invented", 0);
  line("events brought back", counted.healed);
  line("events lost", counted.lost);
  line("of them given out for people", counted.lost_given);
  std::printf("seed: %u\n", seed);
}

int run_one(int count, char** words) {
  std::vector<std::string> from(words + 3, words + count);
  log_repair repair(words[2], runtime::system(), {.from = std::move(from)});
  return repair.carry_out(accept_all()).unfinished ? 1 : 0;
}

int run(const std::string& program, bool kill, int rounds, unsigned seed) {
  const tests::temporary_folder folder;
  originals from(folder.path() / "originals", seed);
  const runtime runtime = runtime::system();
  from.look(runtime);
  std::mt19937 dice(seed);
  figures counted;
  for (int i = 0; i < rounds; ++i) {
    trial one(from, folder.path(), runtime, dice, counted);
    try {
      kill ? one.run_killed(program) : one.run();
    } catch (const wrong& found) {
      std::fprintf(stderr, "seed %u, round %d: %s\n", seed, i, found.what());
      return 1;
    }
  }
  print(counted, seed);
  if (kill && counted.killed == 0) {
    std::fprintf(stderr, "no repair was killed: this is no test build\n");
    return 1;
  }
  return 0;
}

}  // namespace

int main(int count, char** words) try {
  const std::string what = count > 1 ? words[1] : "";
  if (what == "one" && count > 2) return run_one(count, words);
  const bool kill = what == "kill";
  const int first = kill ? 2 : 1;
  if (count <= first) {
    std::fputs("repair_log ROUNDS [SEED]\nrepair_log kill ROUNDS [SEED]\nrepair_log one LOG [FROM...]\n", stderr);
    return 2;
  }
  const unsigned seed =
      count > first + 1 ? static_cast<unsigned>(std::stoul(words[first + 1])) : std::random_device{}();
  return run(words[0], kill, std::stoi(words[first]), seed % 100'000);
} catch (const std::exception& failure) {
  std::fprintf(stderr, "repair_log: %s\n", failure.what());
  return 2;
}
