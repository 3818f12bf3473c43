// Cuts the power of a disk in memory at each change that a log makes on it, and looks at what the next process finds.
//
//     power_cuts CUTS [seed=N] [each=N] [sessions=N] [sync_lies=1] [expect_red=1]
//
// A life of a log is a row of sessions (12): opened, appended to, closed or not. All changes of a session are kept in their
// order. For each of them (or each N-th) and each way in which a power cut may treat what was not synced (power_cut.hpp), the disk
// as it would be then is opened, and
//   - every event that was acknowledged before the cut is there, as it was written,
//   - of every other append all is there or nothing,
//   - before any writer touches it, the log is verified: nothing is missing in silence, and the index has just what the log has, as
//     far as it goes; or it is known as unusable, and is made anew,
//   - a writer opens it, all batches sent again are committed, each event once, and the index has the whole log then.
// One of these disks is where the next session begins. Exits 1 at the first thing that is wrong; with expect_red=1, 0.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include <tests/store/sqlite/disk_trial.hpp>
#include <tests/store/sqlite/memory_disk.hpp>
#include <tests/store/sqlite/power_cut.hpp>

#include <whence/store/log_source.hpp>

namespace {

using namespace whence;
using tests::disk_change;
using tests::disk_image;
using tests::events_there;
using tests::history;
using tests::kept_unsynced;
using tests::memory_disk;
using tests::require;
using tests::trial_log;
using tests::wrong;

// --- a session, all of whose changes are kept -------------------------------------------------------------------------

class session {
 public:
  session(std::shared_ptr<memory_disk> disk, history& was, std::mt19937_64& dice)
      : disk_(std::move(disk)), was_(was), dice_(dice) {}

  void run(std::uint64_t appends, bool closed) {
    memory_disk::use(disk_);
    constexpr std::uint64_t checkpoints[] = {20'000, 120'000, 64u << 20};
    const sqlite_options options{.checkpoint_bytes = checkpoints[dice_() % 3]};
    const auto log = sqlite(trial_log, options).open(tests::runtime_on(*disk_, dice_()));
    // What a log shows that is open for writing, it keeps.
    const std::vector<std::size_t> there = events_there(*log, was_);
    for (std::size_t batch = 0; batch < there.size(); ++batch) {
      if (there[batch] > 0) disk_->note(batch);
    }
    for (std::uint64_t i = 0; i < appends; ++i) append_some(*log);
    // Not closed: the changes of the closing are left out by whoever takes these.
    if (!closed) end_ = disk_->changes().size();
    log->close();
    if (closed) end_ = disk_->changes().size();
  }

  std::vector<disk_change> changes() const {
    std::vector<disk_change> all = disk_->changes();
    all.resize(end_);
    return all;
  }

 private:
  void append_some(whence::log& log) {
    if (dice_() % 2 == 0) {
      const std::size_t number = was_.batches.size();
      const append_outcome outcome = log.append(was_.make(dice_)).get();
      require(outcome.committed() != nullptr, "an append was not committed");
      disk_->note(number);
      return;
    }
    std::vector<async<bool>> done;
    for (std::uint64_t count = 1 + dice_() % 4; count > 0; --count) {
      const std::size_t number = was_.batches.size();
      done.push_back(log.append(was_.make(dice_)).then([disk = disk_, number](const append_outcome& outcome) {
        if (outcome.committed() != nullptr) disk->note(number);
        return outcome.committed() != nullptr;
      }));
    }
    for (async<bool>& one : done) require(std::move(one).get(), "an append was not committed");
  }

  const std::shared_ptr<memory_disk> disk_;
  history& was_;
  std::mt19937_64& dice_;
  std::size_t end_ = 0;
};

struct figures {
  std::uint64_t cuts = 0;
  std::uint64_t by_kept[3] = {};
  std::map<std::string, std::uint64_t> at;
  tests::found_in_trials found;
};

// --- lives ------------------------------------------------------------------------------------------------------------

struct orders {
  std::uint64_t cuts = 0;
  std::uint64_t seed = 0;
  std::uint64_t each = 1;
  std::uint64_t sessions = 12;
  bool sync_lies = false;
  bool expect_red = false;
};

class life {
 public:
  life(const orders& given, std::mt19937_64& dice, figures& counted) : given_(given), dice_(dice), counted_(counted) {}

  void run() {
    // Most lives begin with an index of some runs, and with events that it does not have: then the next session merges.
    if (dice_() % 4 != 0) begin_with_runs();
    for (std::uint64_t i = 0; i < given_.sessions && counted_.cuts < given_.cuts; ++i) cut_a_session();
  }

 private:
  void begin_with_runs() {
    constexpr int runs = 8;
    for (int i = 0; i <= runs; ++i) {
      const auto disk = std::make_shared<memory_disk>(begin_);
      session one(disk, was_, dice_);
      one.run(1, i < runs);
      tests::power_cut none(begin_);
      for (const disk_change& change : one.changes()) none.follow(change);
      begin_ = none.after_cut(kept_unsynced::all, dice_);
    }
    for (std::size_t batch = 0; batch < was_.batches.size(); ++batch) was_.acknowledged.insert(batch);
    index_was_synced_ = true;
  }

  static std::string name_of(const disk_change& change, const std::map<std::uint64_t, std::string>& names) {
    constexpr const char* kinds[] = {"creation", "write",   "truncation",     "sync",           "failed sync",
                                     "renaming", "removal", "directory sync", "acknowledgement"};
    const auto name = names.find(change.file);
    std::string of = name != names.end() ? name->second : change.name;
    // A draft has the number of its process in its name, which is another one each time.
    const std::string process = "." + std::to_string(::getpid()) + "-";
    if (const std::size_t at = of.find(process); at != std::string::npos) of.replace(at, process.size(), ".PID-");
    return std::string(kinds[static_cast<int>(change.what)]) +
           (of.empty() ? "" : " of " + of.substr(of.rfind('/') + 1));
  }

  void cut_a_session() {
    const std::set<std::size_t> before = was_.acknowledged;
    const auto disk = std::make_shared<memory_disk>(begin_);
    session recorded(disk, was_, dice_);
    recorded.run(1 + dice_() % 8, dice_() % 2 == 0);
    const std::vector<disk_change> changes = recorded.changes();
    tests::power_cut power(begin_);
    std::map<std::uint64_t, std::string> names;
    for (const auto& [name, bytes] : begin_) names.emplace(names.size() + 1, name);
    const std::size_t go_on_at = dice_() % changes.size();
    disk_image next;
    std::set<std::size_t> next_acknowledged;
    bool next_index_was_synced = false;
    was_.acknowledged = before;
    for (std::size_t at = 0; at < changes.size() && counted_.cuts < given_.cuts; ++at) {
      const disk_change& change = changes[at];
      power.follow(change, given_.sync_lies);
      if (change.what == disk_change::kind::create) names[change.file] = change.name;
      if (change.what == disk_change::kind::note) was_.acknowledged.insert(change.offset);
      if (at == go_on_at) {
        next = power.after_cut(static_cast<kept_unsynced>(dice_() % 3), dice_);
        next_acknowledged = was_.acknowledged;
        next_index_was_synced = index_is_synced(power, names);
      }
      if (dice_() % given_.each != 0) continue;
      ++counted_.at[name_of(change, names)];
      cut_here(power, at, index_is_synced(power, names));
    }
    begin_ = next;
    index_was_synced_ = next_index_was_synced;
    was_.acknowledged = next_acknowledged;
  }

  /// Whether the file that has the index's name now was ever synced.
  bool index_is_synced(const tests::power_cut& power, const std::map<std::uint64_t, std::string>& names) const {
    const std::string index = std::string(trial_log) + ".index";
    const auto newest =
        std::find_if(names.rbegin(), names.rend(), [&](const auto& each) { return each.second == index; });
    if (newest == names.rend()) return false;
    return power.was_synced(newest->first) || (newest->first <= begin_.size() && index_was_synced_);
  }

  void cut_here(const tests::power_cut& power, std::size_t at, bool index_synced) {
    disk_image last;
    for (const auto kept : {kept_unsynced::none, kept_unsynced::all, kept_unsynced::some}) {
      const disk_image left = power.after_cut(kept, dice_);
      if (kept != kept_unsynced::none && left == last) continue;
      last = left;
      try {
        tests::examine(left, was_, index_synced, dice_, counted_.found);
      } catch (const std::exception& failure) {
        constexpr const char* ways[] = {"nothing", "all", "some"};
        throw wrong("cut " + std::to_string(counted_.cuts) + ", after change " + std::to_string(at) + ", with " +
                    ways[static_cast<int>(kept)] + " of what was not synced: " + failure.what());
      }
      ++counted_.cuts;
      ++counted_.by_kept[static_cast<int>(kept)];
    }
  }

  const orders& given_;
  std::mt19937_64& dice_;
  figures& counted_;
  history was_;
  disk_image begin_;
  bool index_was_synced_ = false;
};

void print(const figures& counted) {
  const auto line = [](const std::string& name, std::uint64_t number) {
    std::printf("%s: %ju\n", name.c_str(), std::uintmax_t{number});
  };
  line("power cuts", counted.cuts);
  line("nothing kept of what was not synced", counted.by_kept[0]);
  line("all kept", counted.by_kept[1]);
  line("some kept, shuffled and torn", counted.by_kept[2]);
  for (const auto& [what, count] : counted.at) line("places after " + what, count);
  line("cuts before there was a log", counted.found.without_log);
  line("cuts amid a merge of the index's runs", counted.found.amid_merge);
  line("acknowledged appends, each there", counted.found.acknowledged);
  line("acknowledged appends lost", 0);
  line("other appends, whole", counted.found.others_there);
  line("other appends, gone", counted.found.others_gone);
  line("other appends, half there", 0);
  line("indexes that were unusable, known as such, and made anew", counted.found.index_made_anew);
}

int run(const orders& given) {
  std::mt19937_64 dice(given.seed);
  figures counted;
  const auto begun = std::chrono::steady_clock::now();
  try {
    while (counted.cuts < given.cuts) life(given, dice, counted).run();
  } catch (const std::exception& failure) {
    std::fprintf(given.expect_red ? stdout : stderr, "seed %ju, %s\n", std::uintmax_t{given.seed}, failure.what());
    return given.expect_red ? 0 : 1;
  }
  if (given.expect_red) {
    std::fprintf(stderr, "seed %ju: nothing was found in %ju cuts\n", std::uintmax_t{given.seed},
                 std::uintmax_t{counted.cuts});
    return 1;
  }
  print(counted);
  std::printf("seconds: %.0f\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
  std::printf("seed: %ju\n", std::uintmax_t{given.seed});
  return 0;
}

}  // namespace

int main(int count, char** words) try {
  orders given;
  given.seed = std::random_device{}();
  if (count < 2)
    throw std::invalid_argument("power_cuts CUTS [seed=N] [each=N] [sessions=N] [sync_lies=1] [expect_red=1]");
  given.cuts = std::stoull(words[1]);
  for (int i = 2; i < count; ++i) {
    const std::string word = words[i];
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const std::uint64_t number = std::stoull(word.substr(equals + 1));
    if (name == "seed") given.seed = number;
    if (name == "each") given.each = number;
    if (name == "sessions") given.sessions = number;
    if (name == "sync_lies") given.sync_lies = number != 0;
    if (name == "expect_red") given.expect_red = number != 0;
  }
  return run(given);
} catch (const std::exception& failure) {
  std::fprintf(stderr, "power_cuts: %s\n", failure.what());
  return 2;
}
