// A log on a disk in memory that becomes full: by itself, or by others. What fills it is events, and not the WAL; nothing
// acknowledged is lost, nothing refused is there, and it goes on by itself when there is room.
#include <doctest/doctest.h>

#include <memory>
#include <random>

#include <tests/store/sqlite/disk_trial.hpp>
#include <tests/store/sqlite/memory_disk.hpp>

using namespace whence;
using tests::memory_disk;
using tests::trial_log;

namespace {

struct small_disk {
  std::shared_ptr<memory_disk> disk = std::make_shared<memory_disk>(tests::disk_image{});
  std::mt19937_64 dice{20260127};
  tests::history was;
  whence::runtime runtime = tests::runtime_on(*disk, 1);

  small_disk() {
    memory_disk::use(disk);
    runtime.executor->on_report([](const std::exception_ptr&) {});  // of a closing that finds no room
  }

  std::unique_ptr<whence::log> open() const { return sqlite(trial_log).open(runtime); }

  append_outcome append(whence::log& log) {
    const std::size_t number = was.batches.size();
    append_outcome outcome = log.append(was.make(dice)).get();
    if (outcome.committed() != nullptr) was.acknowledged.insert(number);
    if (outcome.refused() != nullptr) was.refused.insert(number);
    return outcome;
  }

  /// Until it is refused; how many are not.
  int fill(whence::log& log) {
    for (int appends = 0;; ++appends) {
      const append_outcome outcome = append(log);
      if (outcome.committed() != nullptr) continue;
      REQUIRE(outcome.refused() != nullptr);
      CHECK(outcome.refused()->why == append_refused::reason::not_written);
      CHECK(outcome.refused()->cause == storage_fault::no_room);
      return appends;
    }
  }

  std::size_t size_of(const std::string& file) const { return disk->content()[trial_log + file].size(); }
  std::size_t used() const {
    std::size_t all = 0;
    for (const auto& [name, bytes] : disk->content()) all += bytes.size();
    return all;
  }

  /// Of a process that died now.
  void examine() {
    tests::found_in_trials counted;
    tests::examine(disk->content(), was, false, dice, counted);
    CHECK(counted.acknowledged == was.acknowledged.size());
    CHECK(counted.others_there + counted.others_gone == 0);
    memory_disk::use(disk);
  }
};

}  // namespace

TEST_CASE("a log fills its disk with events, not with its WAL, and goes on when there is room") {
  constexpr std::uint64_t limit = 6u << 20;
  small_disk given;
  given.disk->limit(limit);
  const auto log = given.open();
  // When it is appended to until there is no room any more
  given.fill(*log);
  // then it is the database that has taken it; and what was said is true.
  CHECK(given.size_of("") > limit / 2);
  CHECK(given.size_of("-wal") < limit / 3);
  given.examine();
  // When it is asked for what is there, then it needs no room for that.
  CHECK(log->append(given.was.batches.front()).get().value().repeated);
  CHECK(log->head() > global_position{1'000});
  // When there is room again, it goes on, and uses that too.
  for (int more = 1; more <= 3; ++more) {
    given.disk->limit(limit + static_cast<std::uint64_t>(more) * 800'000);
    CHECK(given.fill(*log) > 200);
    given.examine();
  }
}

TEST_CASE("a log whose disk is filled by others is held by their bytes alone") {
  // Given a log with much in its WAL, which was not copied yet
  small_disk given;
  const auto log = given.open();
  while (given.size_of("-wal") < (5u << 20)) REQUIRE(given.append(*log).committed() != nullptr);
  const std::size_t database = given.size_of("");
  REQUIRE(database < (1u << 20));
  // when the disk becomes full, then appends are refused, if what they need cannot be found in the WAL;
  given.disk->limit(given.used());
  given.fill(*log);
  given.examine();
  // and when there is room for what the WAL has, then it goes on for as long as the place of the WAL lasts.
  given.disk->limit(given.used() + (2u << 20));
  CHECK(given.fill(*log) > 1'000);
  CHECK(given.size_of("-wal") < (3u << 20));
  given.examine();
}
