// Visitors, in this process and beside a writer.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

#include <whence/store/log_errors.hpp>

#include <tests/store/sqlite/log_folder.hpp>

using namespace whence;
using tests::log_folder;

namespace {

const std::vector<std::string> log_files{"", "-wal", ".witness", ".index", ".index-wal"};

void read_everything(log_reader& visitor) {
  visitor.identity();
  visitor.head();
  visitor.condition();
  for (global_position at;;) {
    const event_page page = visitor.read(at, {}, {.events = 3});
    if (page.at_end()) break;
    at = page.scanned_to();
  }
  visitor.read_stream("order-1");
  visitor.stream_head("order-2");
  visitor.find_event({});
  visitor.chain_at(global_position{3});
  std::stop_source stop;
  async<global_position> wait = visitor.wait_beyond(global_position{1'000'000}, stop.get_token());
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  stop.request_stop();
}

}  // namespace

TEST_CASE("a visitor changes no byte of log, WAL, witness and index, with and without a writer") {
  const log_folder folder;
  auto log = folder.open();
  for (int i = 0; i < 30; ++i) folder.append(*log, "order-" + std::to_string(i % 4));
  const auto while_open = folder.bytes_of(log_files);
  {
    const auto visitor = folder.visit();
    read_everything(*visitor);
  }
  CHECK(folder.bytes_of(log_files) == while_open);
  log.reset();
  const auto closed = folder.bytes_of(log_files);
  {
    const auto visitor = folder.visit();
    read_everything(*visitor);
  }
  CHECK(folder.bytes_of(log_files) == closed);
}

TEST_CASE("a visitor that comes and goes costs the writer nothing that it acknowledged") {
  const log_folder folder;
  auto log = folder.open({.checkpoint_bytes = 200'000});
  std::atomic<bool> done{false};
  std::thread visits([&] {
    while (!done) {
      const auto visitor = folder.visit();
      const event_page page = visitor->read(global_position{});
      if (!page.empty() && page.back().position > visitor->head()) std::abort();
    }
  });
  for (int i = 0; i < 200; ++i) folder.append(*log, "order-" + std::to_string(i % 4));
  done = true;
  visits.join();
  log.reset();
  CHECK(folder.open()->head() == global_position{200});
}

TEST_CASE("a visitor without an index reads the log instead") {
  const log_folder folder;
  const append_batch batch = folder.batch("order-1", 3);
  {
    const auto log = folder.open();
    folder.append(*log, "order-2", 2);
    REQUIRE(log->append(batch).get().committed());
  }
  const auto visitor = folder.visit();
  CHECK(visitor->stream_head("order-1") == stream_version{3});
  for (const char* const part : {"", "-wal", "-shm"})
    std::filesystem::remove(folder.beside(".index" + std::string(part)));
  CHECK(visitor->stream_head("order-1") == stream_version{3});
  CHECK(visitor->read_stream("order-1", stream_version{2}).size() == 2);
  CHECK(visitor->read_stream("order-1", stream_version{2}, read_direction::backward).size() == 2);
  CHECK(visitor->read_stream("order-1", stream_version{9}, read_direction::backward, {.events = 1}).size() == 1);
  CHECK(visitor->find_event(batch.streams[0].events[2].id) == global_position{5});
  CHECK_FALSE(visitor->find_event(event_id(folder.runtime().make_uuid())));
  CHECK_FALSE(std::filesystem::exists(folder.beside(".index")));
}

TEST_CASE("a visitor that stays while a lost tail is accepted takes no name from the lost one") {
  const log_folder folder;
  const auto append = [&folder](whence::log& log, const std::string& stream, const std::string& type) {
    append_batch batch = folder.batch(stream);
    batch.streams[0].events[0].type = type;
    REQUIRE(log.append(batch).get().committed());
  };
  {
    const auto log = folder.open();
    append(*log, "order-1", "OrderPlaced");
    append(*log, "order-2", "OrderShipped");
  }
  const auto visitor = folder.visit();
  const auto last = [&visitor]() -> std::string {
    const event_page page = visitor->read(global_position{1});
    return std::string(page.front().stream) + " " + std::string(page.front().type);
  };
  REQUIRE(last() == "order-2 OrderShipped");
  folder.change("DELETE FROM entries WHERE position = 2; DELETE FROM types WHERE event_type = 'OrderShipped'");
  append(*folder.open({.accept_missing_tail = true}), "order-3", "OrderCancelled");
  CHECK(last() == "order-3 OrderCancelled");
  CHECK(visitor->stream_head("order-2") == stream_version{});
  CHECK(visitor->stream_head("order-3") == stream_version{1});
  CHECK(visitor->condition().what == log_condition::kind::whole);
}

TEST_CASE("a visitor sees what a writer that was killed has committed") {
  const log_folder folder;
  {
    const auto log = folder.open();
    folder.append(*log, "order-1", 5);
    std::filesystem::copy_file(folder.path(), folder.beside(".copy"));
    std::filesystem::copy_file(folder.beside("-wal"), folder.beside(".copy-wal"));
    std::filesystem::copy_file(folder.beside(".witness"), folder.beside(".copy.witness"));
  }
  const auto visitor = sqlite(folder.beside(".copy")).visit(folder.runtime());
  CHECK(visitor->head() == global_position{5});
  CHECK(visitor->condition().what == log_condition::kind::whole);
}

TEST_CASE("a visitor that waits is woken by the writer's next event") {
  const log_folder folder;
  const auto log = folder.open();
  const auto visitor = folder.visit();
  for (std::uint64_t position = 1; position <= 5; ++position) {
    async<global_position> wait = visitor->wait_beyond(global_position{position - 1});
    folder.append(*log, "order-1");
    CHECK(std::move(wait).get() == global_position{position});
  }
}

TEST_CASE("a log that lacks a page is not whole, though each of its events can be read") {
  const log_folder folder;
  folder.append(*folder.open(), "order-1", 5);
  folder.change("PRAGMA wal_checkpoint(TRUNCATE)");
  std::string bytes = log_folder::contents(folder.path());
  constexpr std::size_t at_end_of_page_count = 31;
  ++bytes[at_end_of_page_count];
  log_folder::write(folder.path(), bytes);
  const auto visitor = folder.visit();
  CHECK(visitor->read({}).size() == 5);
  CHECK_THROWS_AS(visitor->condition(), log_damaged);
}
