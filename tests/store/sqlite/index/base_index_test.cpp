// A fork takes over what the index of its base has of their past, and makes by itself what that lacks; whatever is wrong with the
// base's index, no answer is another for it. Which of the two it did is seen by its runs: of a base that was written by two
// processes there are two, and of events that are read there is one.
#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <whence/store/log_backup.hpp>
#include <whence/store/log_fork.hpp>
#include <whence/store/log_verification.hpp>
#include <whence/store/sqlite/index/format.hpp>
#include <whence/store/sqlite/index/writer.hpp>

#include <tests/store/sqlite/log_folder.hpp>

using namespace whence;
using tests::log_folder;

namespace {

/// Ninety events in three streams, the last thirty of them by a second writer.
struct written_twice {
  written_twice() {
    append(60);
    append(30);
  }

  void append(int events) {
    const auto log = folder.open();
    for (int i = 0; i < events; ++i) {
      appended.push_back(folder.batch("order-" + std::to_string(i % 3)));
      REQUIRE(log->append(appended.back()).get().committed());
    }
  }

  std::string index() const { return folder.beside(".index"); }
  std::string fork() const { return folder.beside(".fork"); }

  log_id id() const { return folder.visit()->identity().id; }

  /// An index by hand, of two runs, in the place of what is there.
  void make_index(const log_id& log, const std::function<void(index_batch&)>& change) const {
    std::vector<index_batch> runs(2);
    for (const recorded_event& event : folder.visit()->read({}))
      runs[event.position.value() <= 60 ? 0 : 1].add(event, event.chain);
    index_writer made = index_writer::replace(*folder.runtime().files, index());
    for (index_batch& keys : runs) {
      change(keys);
      made.add(std::move(keys), {log, 1});
    }
  }

  void change_index(const std::string& script) const {
    sql::database::open(index(), sql::open_mode::read_write).run(script);
  }

  /// Forks at that event, writes one more, closes it. The runs of its index: "1-60 61-91".
  std::string runs_of_fork(std::uint64_t at) const {
    fork_log(folder.path(), fork(), folder.runtime(), {.at = global_position{at}});
    {
      const auto log = sqlite(fork()).open(folder.runtime());
      folder.append(*log, "order-new");
      expect_past(*log, at);
    }
    CHECK(verify_log(sqlite(fork()), folder.runtime()).sound());
    return runs_in(fork() + ".index");
  }

  static std::string runs_in(const std::string& path) {
    sql::database index = sql::database::open(path, sql::open_mode::read_only);
    std::string runs;
    for (const index_run& run : read_runs(index, true))
      runs += (runs.empty() ? "" : " ") + std::to_string(run.first) + "-" + std::to_string(run.last);
    return runs;
  }

  /// Each event of the past is found by its stream and known by its id; what came later in the base is neither.
  void expect_past(whence::log& log, std::uint64_t at) const {
    for (int number = 0; number < 3; ++number) {
      const std::string stream = "order-" + std::to_string(number);
      std::vector<std::uint64_t> expected;
      for (const recorded_event& event : folder.visit()->read({}))
        if (event.stream == stream && event.position.value() <= at) expected.push_back(event.position.value());
      std::vector<std::uint64_t> found;
      for (const recorded_event& event : log.read_stream(stream)) found.push_back(event.position.value());
      CHECK(found == expected);
    }
    for (std::size_t i = 0; i < at; ++i) CHECK(log.append(appended[i]).get().value().repeated);
    if (at < appended.size()) CHECK_FALSE(log.append(appended[at]).get().value().repeated);
  }

  log_folder folder;
  std::vector<append_batch> appended;
};

}  // namespace

TEST_CASE("a fork takes over the runs of its base's index, as far as they go") {
  written_twice base;
  SUBCASE("up to the end of one") { CHECK(base.runs_of_fork(90) == "1-60 61-90 91-91"); }
  SUBCASE("one of them as far as the past is shared") { CHECK(base.runs_of_fork(75) == "1-60 61-75 76-77"); }
  SUBCASE("the first one alone") { CHECK(base.runs_of_fork(60) == "1-60 61-62"); }
  SUBCASE("a part of the first one") { CHECK(base.runs_of_fork(7) == "1-7 8-9"); }
  SUBCASE("nothing, when nothing is shared") { CHECK(base.runs_of_fork(0) == "1-2"); }
  SUBCASE("while the base has its writer, who goes on") {
    const auto writer = base.folder.open();
    base.folder.append(*writer, "order-1", 9);
    CHECK(base.runs_of_fork(75) == "1-60 61-75 76-77");
  }
  SUBCASE("and the rest is read where they end before the past does") {
    const std::string old = log_folder::contents(base.index());
    const std::string old_wal = log_folder::contents(base.index() + "-wal");
    base.append(15);
    log_folder::write(base.index(), old);
    log_folder::write(base.index() + "-wal", old_wal);
    std::filesystem::remove(base.index() + "-shm");
    CHECK(base.runs_of_fork(100) == "1-60 61-90 91-100 101-102");
  }
  SUBCASE("of a fork as of any log") {
    base.runs_of_fork(75);
    const std::string second = base.folder.beside(".second");
    fork_log(base.fork(), second, base.folder.runtime(), {.at = global_position{76}});
    base.folder.append(*sqlite(second).open(base.folder.runtime()), "order-new");
    CHECK(written_twice::runs_in(second + ".index") == "1-60 61-75 76-76 77-77");
    CHECK(verify_log(sqlite(second), base.folder.runtime()).sound());
  }
}

TEST_CASE("what is wrong with the index of a base is no harm to its fork, which reads the events then") {
  written_twice base;
  SUBCASE("there is none") {
    for (const char* const end : {"", "-wal", "-shm"}) std::filesystem::remove(base.index() + end);
  }
  SUBCASE("it is empty") { index_writer::replace(*base.folder.runtime().files, base.index()); }
  SUBCASE("it is noise") {
    for (const char* const end : {"-wal", "-shm"}) std::filesystem::remove(base.index() + end);
    log_folder::write(base.index(), "this is no index");
  }
  SUBCASE("it is of another format") { base.change_index("PRAGMA user_version = 5"); }
  SUBCASE("it lacks a run") { base.change_index("DELETE FROM runs WHERE first = 61"); }
  SUBCASE("a block of its first run is damaged") {
    base.change_index("UPDATE blocks SET bytes = zeroblob(length(bytes)) WHERE number = 1");
  }
  SUBCASE("the first block of its second run is damaged, when the first run was taken over") {
    sql::database index = sql::database::open(base.index(), sql::open_mode::read_write);
    const index_run second = read_runs(index, true).at(1);
    index.run("UPDATE blocks SET bytes = zeroblob(length(bytes)) WHERE number = ?", {second.blocks.at(0)});
  }
  SUBCASE("it is of another log") {
    base.make_index(log_id(base.folder.runtime().make_uuid()), [](index_batch&) {});
  }
  SUBCASE("it is of another history of the log") {
    base.make_index(base.id(), [](index_batch& keys) { keys.chain[0] ^= 1; });
  }
  SUBCASE("it has other keys than the events") {
    base.make_index(base.id(), [](index_batch& keys) {
      for (index_entry& entry : keys.entries) entry.key += 8;
    });
  }
  CHECK(base.runs_of_fork(75) == "1-75 76-77");
}

TEST_CASE("a gap of the base's index that no sample shows is taken over once: who meets it has all events read") {
  written_twice base;
  // Each event but a few is looked at, whichever these are: the gap is met by a reader if no sample did.
  const std::uint64_t lacked = 34;
  const index_key key = key_of_stream("order-0");
  base.make_index(base.id(), [&](index_batch& keys) {
    std::erase_if(keys.entries, [&](const index_entry& entry) { return entry.key == key && entry.position == lacked; });
  });
  fork_log(base.folder.path(), base.fork(), base.folder.runtime(), {.at = global_position{90}});
  {
    const auto log = sqlite(base.fork()).open(base.folder.runtime());
    base.folder.append(*log, "order-new");
    log->read_stream("order-0");
    base.folder.append(*log, "order-new");  // which waits for the index that is made anew
  }
  CHECK(verify_log(sqlite(base.fork()), base.folder.runtime()).sound());
}
