// Lets a disk in memory fail at each change that a log makes on it, in turn, and holds the log to what it says.
//
//     failing_disks ROUNDS [seed=N] [expect_red=1]        0 rounds: every call in every manner
//
// A log is opened and appended to while writes, truncations, syncs and creations of its files (database, WAL, witness, index) fail:
// with EIO all that change something, or with ENOSPC what takes room; once, five times, or until somebody sees to it; a write that
// fails may be half done. Then the process dies, or the disk is well again, what was not committed is sent again, and it dies after
// that; or the power is cut then (a sync that failed leaves its pages marked clean). Meanwhile somebody comes and reads, in one
// transaction, and keeps checkpoints from the end of the WAL. Given that,
//   - nothing that was called committed is missing, and nothing that was called refused is there,
//   - what was committed is read also while the disk fails,
//   - the log says so while it cannot write, and goes on when it can; or it says that it takes no more until it is opened anew,
//   - a new process opens it, and everything sent again is committed, each event once.
// Exits 1 at the first thing that is wrong; with expect_red=1, 0.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <tests/store/sqlite/disk_trial.hpp>
#include <tests/store/sqlite/memory_disk.hpp>
#include <tests/store/sqlite/power_cut.hpp>

#include <whence/core/error.hpp>
#include <whence/sql/database.hpp>

namespace {

using namespace whence;
using tests::disk_fault;
using tests::disk_image;
using tests::history;
using tests::kept_unsynced;
using tests::memory_disk;
using tests::require;
using tests::trial_log;

constexpr std::uint64_t for_good = UINT64_MAX;
constexpr std::uint64_t appends = 10;
constexpr sqlite_options options{.checkpoint_bytes = 40'000};

struct figures {
  std::uint64_t rounds = 0;
  std::uint64_t with_reader = 0;
  std::uint64_t met = 0;
  std::uint64_t failed_calls = 0;
  std::uint64_t not_opened = 0;
  std::uint64_t refused = 0;
  std::uint64_t told_no_room = 0;
  std::uint64_t unknown = 0;
  std::uint64_t went_on = 0;
  std::uint64_t died_failing = 0;
  std::uint64_t opened_anew = 0;
  std::uint64_t went_on_with_room = 0;  // of these
  std::uint64_t opened_anew_with_room = 0;
  tests::found_in_trials found;
};

class round_of_failures {
 public:
  round_of_failures(const disk_image& begin, const history& was, const disk_fault& fault, std::mt19937_64& dice,
                    figures& counted)
      : begin_(begin),
        disk_(std::make_shared<memory_disk>(begin)),
        was_(was),
        fault_(fault),
        dice_(dice),
        counted_(counted) {
    was_.witness_may_be_torn = fault.half_done;
  }

  /// Returns how many calls there were that could have failed.
  std::uint64_t run() {
    memory_disk::use(disk_);
    const runtime runtime = tests::runtime_on(*disk_, dice_());
    runtime.executor->on_report([](const std::exception_ptr&) {});  // of a closing that fails
    disk_->fail(fault_);
    std::unique_ptr<whence::log> log = open(runtime);
    std::vector<std::size_t> left;
    std::optional<sql::database> reader;
    const std::uint64_t reader_comes = dice_() % appends;
    for (std::uint64_t i = 0; i < appends; ++i) {
      if (log && i == reader_comes) {
        begin_to_read(reader.emplace(sql::database::open(trial_log, sql::open_mode::read_only)));
        ++counted_.with_reader;
      }
      const std::size_t number = was_.batches.size();
      const append_batch batch = was_.make(dice_);
      if (!log || !told(number, log->append(batch).get(), true)) left.push_back(number);
    }
    if (log) look_at_what_is_read(*log);
    // Closed, or still there for those who send it again.
    if (dice_() % 2 == 0) reader.reset();
    const std::uint64_t calls = disk_->could_fail();
    const std::uint64_t failed = disk_->failed();
    counted_.met += failed > 0 ? 1 : 0;
    counted_.failed_calls += failed;
    if (dice_() % 2 == 0) {
      ++counted_.died_failing;
    } else {
      go_on(log, runtime, left);
    }
    const std::size_t died_at = disk_->changes().size();
    const disk_image at_death = disk_->content();
    log.reset();
    look_at_what_is_left(died_at, at_death);
    ++counted_.rounds;
    return calls;
  }

 private:
  static void begin_to_read(sql::database& reader) {
    reader.run("BEGIN");
    require(reader.integer("SELECT max(position) FROM entries").has_value(), "there is nothing to read");
  }

  void look_at_what_is_read(log_reader& log) const {
    const std::vector<std::size_t> there = tests::events_there(log, was_);
    for (const std::size_t number : was_.acknowledged)
      require(there[number] > 0, "append " + std::to_string(number) + " was acknowledged, and is not read");
  }

  /// The disk is well again.
  void go_on(std::unique_ptr<whence::log>& log, const runtime& runtime, std::vector<std::size_t>& left) {
    disk_->fail({});
    if (!log) log = sqlite(trial_log, options).open(runtime);
    if (!send_again(*log, left)) {
      ++counted_.opened_anew;
      if (fault_.no_room) ++counted_.opened_anew_with_room;
      log.reset();
      log = sqlite(trial_log, options).open(runtime);
      require(send_again(*log, left), "a log that was opened anew on a good disk does not take appends");
    } else {
      counted_.went_on += left.empty() ? 0 : 1;
      if (fault_.no_room) counted_.went_on_with_room += left.empty() ? 0 : 1;
    }
  }

  std::unique_ptr<whence::log> open(const runtime& runtime) {
    try {
      return sqlite(trial_log, options).open(runtime);
    } catch (const error&) {
      require(disk_->failed() > 0, "the log does not open, and nothing has failed");
      ++counted_.not_opened;
      return nullptr;
    }
  }

  /// Whether it was committed.
  bool told(std::size_t number, const append_outcome& outcome, bool failing) {
    was_.refused.erase(number);
    if (outcome.committed() != nullptr) {
      was_.acknowledged.insert(number);
      return true;
    }
    require(disk_->failed() > 0 || !failing, "an append is not committed, and nothing has failed");
    if (outcome.unknown() != nullptr) {
      ++counted_.unknown;
      return false;
    }
    ++counted_.refused;
    if (outcome.refused()->cause == storage_fault::no_room) ++counted_.told_no_room;
    was_.refused.insert(number);
    return false;
  }

  /// False: the log takes no more appends until it is opened anew. An index that failed is tried again after a while.
  bool send_again(whence::log& log, std::vector<std::size_t>& left) {
    constexpr int attempts = 200;
    for (const std::size_t number : left) {
      for (int attempt = 0;; ++attempt) {
        const append_outcome outcome = log.append(was_.batches[number]).get();
        if (told(number, outcome, false)) break;
        if (outcome.refused() == nullptr || outcome.refused()->why == append_refused::reason::closed) return false;
        require(attempt < attempts,
                "the disk is well again, and an append is still refused: " + tests::detail_of(outcome));
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
      }
    }
    return true;
  }

  void look_at_what_is_left(std::size_t died_at, const disk_image& at_death) {
    tests::examine(at_death, was_, false, dice_, counted_.found);
    tests::power_cut power(begin_);
    std::vector<tests::disk_change> changes = disk_->changes();
    changes.resize(died_at);
    for (const tests::disk_change& change : changes) power.follow(change);
    for (const auto kept : {kept_unsynced::none, kept_unsynced::some}) {
      tests::examine(power.after_cut(kept, dice_), was_, false, dice_, counted_.found);
    }
  }

  const disk_image begin_;
  const std::shared_ptr<memory_disk> disk_;
  history was_;
  const disk_fault fault_;
  std::mt19937_64& dice_;
  figures& counted_;
};

/// Where a round begins: a log of a few sessions, closed or not.
struct beginning {
  disk_image image;
  history was;

  explicit beginning(std::mt19937_64& dice, bool closed) {
    for (int i = 0; i < 3; ++i) {
      const auto disk = std::make_shared<memory_disk>(image);
      memory_disk::use(disk);
      const runtime runtime = tests::runtime_on(*disk, dice());
      const auto log = sqlite(trial_log, options).open(runtime);
      for (int append = 0; append < 4; ++append) {
        was.acknowledged.insert(was.batches.size());
        require(log->append(was.make(dice)).get().committed() != nullptr, "an append on a good disk is not committed");
      }
      if (!closed) image = disk->content();
      log->close();
      if (closed) image = disk->content();
    }
  }
};

std::vector<disk_fault> all_faults(std::uint64_t calls) {
  std::vector<disk_fault> all;
  for (std::uint64_t first = 1; first <= calls; ++first) {
    for (const std::uint64_t count : {std::uint64_t{1}, std::uint64_t{5}, for_good}) {
      for (const bool half : {false, true}) {
        for (const bool no_room : {false, true})
          all.push_back({.first = first, .count = count, .no_room = no_room, .half_done = half});
      }
    }
  }
  return all;
}

void print(const figures& counted) {
  const auto line = [](const char* name, std::uint64_t number) {
    std::printf("%s: %ju\n", name, std::uintmax_t{number});
  };
  line("rounds", counted.rounds);
  line("rounds with a reader", counted.with_reader);
  line("rounds in which the fault was met", counted.met);
  line("calls that failed", counted.failed_calls);
  line("logs that said, when they were opened, that it cannot be", counted.not_opened);
  line("appends refused meanwhile", counted.refused);
  line("of them for want of room, by name", counted.told_no_room);
  line("appends left unknown meanwhile", counted.unknown);
  line("logs that died while the disk failed", counted.died_failing);
  line("logs that went on when they could", counted.went_on);
  line("of them, when there was room again", counted.went_on_with_room);
  line("logs that took no more, and went on when they were opened anew", counted.opened_anew);
  line("of them, when there was room again, and the log anew", counted.opened_anew_with_room);
  line("appends called committed, each there, after a kill and two power cuts", counted.found.acknowledged);
  line("appends called refused last, none there", counted.found.refused);
  line("acknowledged appends lost", 0);
}

int run(std::uint64_t rounds, std::uint64_t seed, bool expect_red) {
  std::mt19937_64 dice(seed);
  figures counted;
  const auto begun = std::chrono::steady_clock::now();
  std::string now;
  try {
    const beginning beginnings[] = {beginning(dice, true), beginning(dice, false)};
    std::vector<std::pair<const beginning*, disk_fault>> plan;
    for (const beginning& from : beginnings) {
      figures undisturbed;
      const std::uint64_t calls = round_of_failures(from.image, from.was, {}, dice, undisturbed).run();
      // A few more: what is done to recover makes calls of its own.
      for (const disk_fault& fault : all_faults(calls + 10)) plan.emplace_back(&from, fault);
    }
    std::shuffle(plan.begin(), plan.end(), dice);
    if (rounds != 0 && rounds < plan.size()) plan.resize(rounds);
    for (const auto& [from, fault] : plan) {
      now = std::string(from == beginnings ? "a closed log, " : "a killed log, ") + "call " +
            std::to_string(fault.first) +
            (fault.count == for_good ? " and all after it" : ", times " + std::to_string(fault.count)) +
            (fault.no_room ? ", no room" : ", EIO") + (fault.half_done ? ", half done" : "");
      round_of_failures(from->image, from->was, fault, dice, counted).run();
    }
  } catch (const std::exception& failure) {
    std::fprintf(expect_red ? stdout : stderr, "seed %ju, %s: %s\n", std::uintmax_t{seed}, now.c_str(), failure.what());
    return expect_red ? 0 : 1;
  }
  if (expect_red) {
    std::fprintf(stderr, "seed %ju: nothing was found in %ju rounds\n", std::uintmax_t{seed},
                 std::uintmax_t{counted.rounds});
    return 1;
  }
  print(counted);
  std::printf("seconds: %.0f\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
  std::printf("seed: %ju\n", std::uintmax_t{seed});
  return 0;
}

}  // namespace

int main(int count, char** words) try {
  std::uint64_t seed = std::random_device{}();
  bool expect_red = false;
  if (count < 2) throw std::invalid_argument("failing_disks ROUNDS [seed=N] [expect_red=1]");
  for (int i = 2; i < count; ++i) {
    const std::string word = words[i];
    if (word.starts_with("seed=")) seed = std::stoull(word.substr(5));
    if (word == "expect_red=1") expect_red = true;
  }
  return run(std::stoull(words[1]), seed, expect_red);
} catch (const std::exception& failure) {
  std::fprintf(stderr, "failing_disks: %s\n", failure.what());
  return 2;
}
