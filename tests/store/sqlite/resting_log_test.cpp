// A log that was closed in order and lies, without the files that SQLite makes to read it, where no file can be made: and a writer
// with more rights that comes all the same.
#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include <whence/store/log_errors.hpp>
#include <whence/store/log_verification.hpp>

#include <tests/no_rights.hpp>
#include <tests/store/sqlite/log_folder.hpp>

using namespace whence;
using tests::log_folder;
using tests::no_right_to_write;

namespace {

std::filesystem::path place_of(const log_folder& folder) { return std::filesystem::path(folder.path()).parent_path(); }

/// Log and index are each one file then. Closing a database that nobody else has open empties its WAL and takes it away.
void make_whole_by_itself(const std::string& database) {
  sql::database::open(database, sql::open_mode::read_write).run("PRAGMA wal_checkpoint(TRUNCATE)");
}

void make_log(const log_folder& folder, int events) {
  {
    const auto log = folder.open();
    for (int i = 0; i < events; ++i) folder.append(*log, "order-" + std::to_string(i % 4));
  }
  make_whole_by_itself(folder.path());
  make_whole_by_itself(folder.beside(".index"));
  REQUIRE_FALSE(std::filesystem::exists(folder.beside("-wal")));
  REQUIRE_FALSE(std::filesystem::exists(folder.beside(".index-wal")));
}

std::uint64_t count(log_reader& visitor) {
  std::uint64_t events = 0;
  for (global_position at;;) {
    const event_page page = visitor.read(at, {}, {.events = 7});
    events += page.size();
    if (page.at_end()) return events;
    at = page.scanned_to();
  }
}

void append_as_owner(const log_folder& folder, int events) {
  const auto log = folder.open();
  for (int i = 0; i < events; ++i) folder.append(*log, "order-1");
}

}  // namespace

TEST_CASE("a log at rest is read where no file can be made beside it, and nothing is made") {
  const log_folder folder;
  make_log(folder, 30);
  const auto files = folder.names();
  const no_right_to_write taken(place_of(folder));
  const auto visitor = folder.visit();
  CHECK(visitor->head() == global_position{30});
  CHECK(visitor->condition().what == log_condition::kind::whole);
  CHECK(count(*visitor) == 30);
  CHECK(visitor->stream_head("order-1") == stream_version{8});
  CHECK(visitor->read_stream("order-2").size() == 7);
  CHECK(visitor->chain_at(global_position{3}).has_value());
  const log_verification found = verify_log(sqlite(folder.path()), folder.runtime(), {});
  CHECK(found.sound());
  CHECK(found.events == 30);
  CHECK(found.index == log_verification::index_state::fits);
  CHECK(folder.names() == files);
}

TEST_CASE("without an index, or with one that cannot be read there, a log at rest is searched") {
  const log_folder folder;
  make_log(folder, 30);
  SUBCASE("none") { std::filesystem::remove(folder.beside(".index")); }
  SUBCASE("one whose -shm is missing") { log_folder::write(folder.beside(".index-wal"), "frames"); }
  const no_right_to_write taken(place_of(folder));
  CHECK(folder.visit()->stream_head("order-1") == stream_version{8});
  const log_verification found = verify_log(sqlite(folder.path()), folder.runtime(), {});
  CHECK(found.sound());
  const bool has_index = std::filesystem::exists(folder.beside(".index"));
  CHECK(found.index == (has_index ? log_verification::index_state::unreadable : log_verification::index_state::none));
}

TEST_CASE("what a writer adds meanwhile is seen at the next look") {
  const log_folder folder;
  make_log(folder, 30);
  std::unique_ptr<log_reader> visitor;
  {
    const no_right_to_write taken(place_of(folder));
    visitor = folder.visit();
    CHECK(count(*visitor) == 30);
    CHECK(visitor->stream_head("order-1") == stream_version{8});
  }
  SUBCASE("while it writes") {
    const auto log = folder.open();
    folder.append(*log, "order-1", 5);
    const no_right_to_write taken(place_of(folder));
    CHECK(count(*visitor) == 35);
    CHECK(visitor->stream_head("order-1") == stream_version{13});
    CHECK(visitor->condition().what == log_condition::kind::whole);
  }
  SUBCASE("when it has gone") {
    append_as_owner(folder, 5);
    const no_right_to_write taken(place_of(folder));
    CHECK(visitor->head() == global_position{35});
    CHECK(visitor->stream_head("order-1") == stream_version{13});
  }
  SUBCASE("when nothing of it but a changed database is left") {
    append_as_owner(folder, 5);
    make_whole_by_itself(folder.path());
    make_whole_by_itself(folder.beside(".index"));
    const no_right_to_write taken(place_of(folder));
    CHECK(count(*visitor) == 35);
    CHECK(visitor->stream_head("order-1") == stream_version{13});
  }
}

TEST_CASE("who waits for new events of a log at rest is told of them") {
  const log_folder folder;
  make_log(folder, 3);
  std::unique_ptr<log_reader> visitor;
  async<global_position> next = [&] {
    const no_right_to_write taken(place_of(folder));
    visitor = folder.visit();
    auto waiting = visitor->wait_beyond(global_position{3}, {});
    // Long enough for it to have looked with these rights.
    std::this_thread::sleep_for(std::chrono::milliseconds{60});
    return waiting;
  }();
  append_as_owner(folder, 1);
  CHECK(std::move(next).get() == global_position{4});
}

TEST_CASE("a verification during which somebody writes is given up, not wrong") {
  const log_folder folder;
  make_log(folder, 300);
  std::function<void()> write = [&] { append_as_owner(folder, 1); };
  verify_options options;
  // Its connections are open then; the writer has its rights back for as long as it writes.
  std::unique_ptr<no_right_to_write> taken = std::make_unique<no_right_to_write>(place_of(folder));
  options.on_progress = [&](const verify_progress&) {
    if (!write) return;
    taken.reset();
    std::exchange(write, nullptr)();
    taken = std::make_unique<no_right_to_write>(place_of(folder));
  };
  CHECK_THROWS_AS(verify_log(sqlite(folder.path()), folder.runtime(), options), log_changed);
  CHECK(verify_log(sqlite(folder.path()), folder.runtime(), {}).events == 301);
}

TEST_CASE("a log is never read without what stands in its -wal, nor past a writer that has lost it") {
  const log_folder folder;
  make_log(folder, 3);
  std::unique_ptr<whence::log> log;
  std::string lacked;
  SUBCASE("frames without an -shm") {
    log_folder::write(folder.beside("-wal"), "frames");
    lacked = folder.beside("-shm");
  }
  SUBCASE("a writer, and no -wal") {
    log = folder.open();
    std::filesystem::remove(folder.beside("-wal"));
    std::filesystem::remove(folder.beside("-shm"));
    lacked = folder.beside("-wal");
  }
  const no_right_to_write taken(place_of(folder));
  try {
    static_cast<void>(folder.visit());
    FAIL("it was opened");
  } catch (const file_error& failure) {
    CHECK(failure.path == lacked);
  }
  CHECK_THROWS_AS(verify_log(sqlite(folder.path()), folder.runtime(), {}), file_error);
}
