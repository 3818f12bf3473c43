// What others do to the files of a log while it is open, or put into them: it is noticed, and nothing is acknowledged that is lost.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <whence/core/guarded.hpp>
#include <whence/store/log_errors.hpp>

#include <tests/in_child.hpp>
#include <tests/store/sqlite/log_folder.hpp>

using namespace whence;
using tests::log_folder;

TEST_CASE("a log whose WAL is removed says so, and does not know until it is opened anew") {
  const log_folder folder;
  folder.append(*folder.open(), "order-1");
  auto log = folder.open();
  REQUIRE(std::filesystem::remove(folder.beside("-wal")));
  const append_batch batch = folder.batch("order-2");
  for (int turn = 0; turn < 3; ++turn) {
    const append_outcome outcome = log->append(batch).get();
    REQUIRE(outcome.unknown() != nullptr);
    CHECK(outcome.unknown()->cause == storage_fault::files_replaced);
    CHECK(outcome.unknown()->detail == folder.beside("-wal") + " was removed or replaced while the log was written to");
  }
  const append_outcome other = log->append(folder.batch("order-3")).get();
  REQUIRE(other.refused() != nullptr);
  CHECK(other.refused()->cause == storage_fault::files_replaced);
  CHECK(other.refused()->detail.ends_with("was removed or replaced while the log was written to"));
  log.reset();
  log = folder.open();
  const append_outcome settled = log->append(batch).get();
  REQUIRE(settled.committed() != nullptr);
  CHECK(settled.committed()->last == global_position{2});
}

TEST_CASE("a log one of whose files is removed or replaced acknowledges nothing more") {
  const log_folder folder;
  auto log = folder.open();
  folder.append(*log, "order-1", 20);
  std::string file = folder.path();
  SUBCASE("the database is removed") { std::filesystem::remove(file); }
  SUBCASE("the database is another one") {
    std::filesystem::copy_file(file, file + ".copy");
    std::filesystem::rename(file + ".copy", file);
  }
  SUBCASE("the wal-index is removed") { std::filesystem::remove(file += "-shm"); }
  std::this_thread::sleep_for(std::chrono::milliseconds{20});  // it does not look with each commit
  const append_outcome outcome = log->append(folder.batch("order-2")).get();
  REQUIRE(outcome.unknown() != nullptr);
  CHECK(outcome.unknown()->cause == storage_fault::files_replaced);
  CHECK(outcome.unknown()->detail == file + " was removed or replaced while the log was written to");
  CHECK(log->append(folder.batch("order-3")).get().refused()->cause == storage_fault::files_replaced);
}

TEST_CASE("a log whose WAL is cut writes nothing behind the hole, and says so") {
  const log_folder folder;
  auto log = folder.open();
  folder.append(*log, "order-1", 20);
  std::filesystem::resize_file(folder.beside("-wal"), 0);
  for (const auto why : {append_refused::reason::not_written, append_refused::reason::closed}) {
    const append_outcome outcome = log->append(folder.batch("order-2")).get();
    REQUIRE(outcome.refused() != nullptr);
    CHECK(outcome.refused()->why == why);
    CHECK(outcome.refused()->cause == storage_fault::files_replaced);
    CHECK(outcome.refused()->detail.ends_with(folder.beside("-wal") + " was cut short of what was committed"));
  }
  log.reset();
  CHECK_THROWS_AS(folder.open(), tail_missing);
}

TEST_CASE("closing copies nothing into a file that nobody will find, and says so") {
  const log_folder folder;
  guarded<std::string> reported;
  folder.runtime().executor->on_report([&](const std::exception_ptr& failure) {
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& told) {
      *reported.lock() += told.what() + std::string("\n");
    }
  });
  const auto log = folder.open();
  folder.append(*log, "order-1", 20);
  std::filesystem::remove(folder.path());
  const std::string wal = log_folder::contents(folder.beside("-wal"));
  log->close();
  CHECK(log_folder::contents(folder.beside("-wal")) == wal);
  CHECK(reported.lock()->find(folder.path() + " was removed or replaced while the log was written to\n") !=
        std::string::npos);
}

TEST_CASE("what a stranger puts into the file of an open log does nothing with what is appended") {
  const log_folder folder;
  const auto log = folder.open();
  folder.append(*log, "order-1", 3);
  sql::database::open(folder.path(), sql::open_mode::read_write)
      .run("CREATE TRIGGER mine BEFORE INSERT ON entries BEGIN SELECT raise(ignore); END");
  folder.append(*log, "order-1", 5);
  CHECK(log->read({}).size() == 8);
}

TEST_CASE("a log that is named from the working folder is not another one when that changes") {
  const log_folder folder;
  const log_folder other;
  const tests::ending how = tests::in_child([&] {
    folder.append(*folder.open(), "order-1", 5);
    other.append(*other.open(), "other-1", 7);
    std::filesystem::current_path(std::filesystem::path(folder.path()).parent_path());
    const auto log = sqlite("shop.db").open(folder.runtime());
    std::filesystem::current_path(std::filesystem::path(other.path()).parent_path());
    std::atomic<int> wrong = 0;
    std::vector<std::thread> readers;
    for (int i = 0; i < 8; ++i)
      readers.emplace_back([&] {
        for (int turn = 0; turn < 50; ++turn) try {
            for (const recorded_event& event : log->read({})) wrong += event.stream != "order-1";
          } catch (const log_damaged&) {
            // That another log stands there now is told.
          }
      });
    for (std::thread& reader : readers) reader.join();
    std::_Exit(wrong == 0 ? 0 : 1);  // not closed: its files are not those of its name any more
    return 1;
  });
  CHECK(how.exited_with(0));
}
