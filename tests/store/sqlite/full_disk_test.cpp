// A log on a disk in memory that becomes full: by itself, or by others. What fills it is events, and not the WAL; nothing
// acknowledged is lost, nothing refused is there, and it goes on by itself when there is room.
#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <whence/sql/database.hpp>

#include <tests/store/sqlite/disk_trial.hpp>
#include <tests/store/sqlite/memory_disk.hpp>

using namespace whence;
using tests::memory_disk;
using tests::trial_log;

namespace {

std::string of_log(const char* part) { return std::string(trial_log).append(part); }

struct small_disk {
  std::shared_ptr<memory_disk> disk = std::make_shared<memory_disk>(tests::disk_image{});
  std::mt19937_64 dice{20260127};
  tests::history was;
  whence::runtime runtime = tests::runtime_on(*disk, 1);

  small_disk() {
    memory_disk::use(disk);
    runtime.executor->on_report([](const std::exception_ptr&) {});  // of a closing that finds no room
  }

  std::unique_ptr<whence::log> open(const sqlite_options& options = {}) const {
    return sqlite(trial_log, options).open(runtime);
  }

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

  /// Puts a copy in the place of the log, which is closed: its pages have another size.
  void give_pages_of(std::int64_t bytes) const {
    const std::string copy = of_log(".copy");
    {
      auto db = sql::database::open(trial_log, sql::open_mode::read_write);
      db.run("PRAGMA page_size=" + std::to_string(bytes) + "; VACUUM INTO '" + copy + "'");
    }
    for (const char* const part : {"", "-wal", "-shm"}) disk->remove(of_log(part));
    disk->rename(copy, trial_log);
    REQUIRE(sql::database::open(trial_log, sql::open_mode::read_only).integer("PRAGMA page_size") == bytes);
  }

  std::size_t size_of(const char* file) const { return disk->content()[of_log(file)].size(); }
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

TEST_CASE("a reader that keeps a checkpoint from the end of the WAL, on a full disk, costs no event") {
  // Given a log with events in its WAL that were not copied yet, which somebody reads
  small_disk given;
  const auto log = given.open({.checkpoint_bytes = 150'000});
  while (log->head() < global_position{40}) REQUIRE(given.append(*log).committed() != nullptr);
  REQUIRE(given.size_of("-wal") > given.size_of(""));
  {
    auto reader = sql::database::open(trial_log, sql::open_mode::read_only);
    reader.run("BEGIN");
    REQUIRE(reader.integer("SELECT max(position) FROM entries").has_value());
    // when the disk becomes full, and what the reader sees is to be copied into a database that has no place for it,
    given.disk->limit(given.used());
    given.fill(*log);
    // then all is still read from the WAL, by others too;
    const std::vector<std::size_t> there = tests::events_there(*log, given.was);
    for (const std::size_t each : given.was.acknowledged) CHECK(there[each] > 0);
    CHECK(reader.text("PRAGMA integrity_check") == "ok");
    given.examine();
  }
  CHECK(sql::database::open(trial_log, sql::open_mode::read_only).text("PRAGMA integrity_check") == "ok");
  // and when there is room, and nobody reads, the WAL is copied and begun again, and nothing is missing.
  given.disk->limit(given.used() + (4u << 20));
  while (given.size_of("") < (1u << 20)) REQUIRE(given.append(*log).committed() != nullptr);
  given.examine();
  log->close();
  CHECK(given.size_of("-wal") == 0);
  given.examine();
}

TEST_CASE("a log whose pages have another size loses nothing on a full disk") {
  std::int64_t page_bytes = 0;
  SUBCASE("half of ours") { page_bytes = 4'096; }
  SUBCASE("twice ours") { page_bytes = 16'384; }
  SUBCASE("the largest") { page_bytes = 65'536; }
  CAPTURE(page_bytes);
  // Given a copy of a log, with pages of that size, and commits in its WAL that were not copied yet
  small_disk given;
  {
    const auto log = given.open();
    for (int i = 0; i < 10; ++i) REQUIRE(given.append(*log).committed() != nullptr);
    log->close();
  }
  given.give_pages_of(page_bytes);
  const auto log = given.open();
  while (given.size_of("-wal") < (2u << 20)) REQUIRE(given.append(*log).committed() != nullptr);
  // when the disk becomes full, then what was said is true,
  given.disk->limit(given.used());
  given.fill(*log);
  given.examine();
  // nothing is left in the WAL of what was refused,
  const std::string wal = given.disk->content()[of_log("-wal")];
  CHECK((wal.size() < 32 || (wal.size() - 32) % (static_cast<std::size_t>(page_bytes) + 24) == 0));
  // and it goes on when there is room.
  given.disk->limit(given.used() + (4u << 20));
  CHECK(given.append(*log).committed() != nullptr);
  given.fill(*log);
  given.examine();
}

TEST_CASE("a WAL that is shorter than what was committed to it is not cut, and the log takes no more") {
  // Given a log whose WAL somebody has cut
  small_disk given;
  const auto log = given.open();
  while (given.size_of("-wal") < (1u << 20)) REQUIRE(given.append(*log).committed() != nullptr);
  constexpr std::size_t left = 100'000;
  given.disk->truncate(*given.disk->find(of_log("-wal")), left);
  // when the disk becomes full,
  given.disk->fail({.first = 1, .count = UINT64_MAX, .no_room = true});
  const append_batch batch = given.was.make(given.dice);
  // then nothing is written behind the hole,
  const append_outcome first = log->append(batch).get();
  REQUIRE(first.refused() != nullptr);
  CHECK(first.refused()->why == append_refused::reason::not_written);
  CHECK(first.refused()->cause == storage_fault::files_replaced);
  const append_outcome next = log->append(given.was.make(given.dice)).get();
  REQUIRE(next.refused() != nullptr);
  CHECK(next.refused()->why == append_refused::reason::closed);
  // and what is left stays.
  CHECK(given.size_of("-wal") == left);
}
