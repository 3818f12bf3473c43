// The index is a read model: whatever happens to its file, the log answers the same.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include <whence/store/sqlite/index.hpp>
#include <whence/store/sqlite/index_tail.hpp>

#include <tests/store/sqlite/log_folder.hpp>

using namespace whence;
using tests::log_folder;

namespace {

const std::vector<std::string> parts{"", "-wal", "-shm"};

void remove_index(const log_folder& folder) {
  for (const std::string& part : parts) std::filesystem::remove(folder.beside(".index" + part));
}

void change_index(const log_folder& folder, const std::string& script) {
  sql::database::open(folder.beside(".index"), sql::open_mode::read_write).run(script);
}

/// What of the log is found through the index, by writer and visitor, and that repeats are recognised.
void check_log(const log_folder& folder, const append_batch& first, std::uint64_t head) {
  const auto visitor = folder.visit();
  CHECK(visitor->read_stream("order-1").size() == 10);
  CHECK(visitor->stream_head("order-4") == stream_version{10});
  CHECK(visitor->find_event(first.streams[0].events[0].id) == global_position{1});
  const auto log = folder.open();
  CHECK(log->read_stream("order-1").size() == 10);
  CHECK(log->stream_head("order-4") == stream_version{10});
  CHECK(log->stream_head("order-5") == stream_version{});
  CHECK(log->find_event(first.streams[0].events[0].id) == global_position{1});
  CHECK_FALSE(log->find_event(event_id(folder.runtime().make_uuid())));
  CHECK(log->append(first).get().value().repeated);
  append_batch conflict = folder.batch("order-1");
  conflict.streams[0].expected = expected_version::exactly(stream_version{9});
  CHECK(log->append(conflict).get().refused()->actual == stream_version{10});
  CHECK(log->head() == global_position{head});
}

}  // namespace

TEST_CASE("an index that is gone, damaged, ahead, or of another log is filled again from the log") {
  const log_folder folder;
  const append_batch first = folder.batch("order-0");
  {
    const auto log = folder.open();
    REQUIRE(log->append(first).get().committed());
    for (int i = 1; i < 50; ++i) folder.append(*log, "order-" + std::to_string(i % 5));
  }
  REQUIRE(sql::database::open(folder.beside(".index"), sql::open_mode::read_only)
              .integer("SELECT position FROM checkpoint") == 50);
  SUBCASE("as it was") {}
  SUBCASE("gone") { remove_index(folder); }
  SUBCASE("noise") {
    remove_index(folder);
    log_folder::write(folder.beside(".index"), std::string(10'000, 'x'));
  }
  SUBCASE("empty") {
    remove_index(folder);
    log_folder::write(folder.beside(".index"), "");
  }
  SUBCASE("another database") {
    remove_index(folder);
    sql::database::open(folder.beside(".index"), sql::open_mode::create).run("CREATE TABLE keys(a)");
  }
  SUBCASE("behind") {
    change_index(folder, "DELETE FROM keys WHERE position > 20; UPDATE checkpoint SET position = 20");
  }
  SUBCASE("ahead") { change_index(folder, "UPDATE checkpoint SET position = 51"); }
  SUBCASE("another history") { change_index(folder, "UPDATE checkpoint SET chain = zeroblob(16)"); }
  SUBCASE("another log") { change_index(folder, "UPDATE checkpoint SET log = zeroblob(16)"); }
  SUBCASE("without a checkpoint") { change_index(folder, "DELETE FROM checkpoint; DELETE FROM keys"); }
  check_log(folder, first, 50);
  check_log(folder, first, 50);
}

TEST_CASE("an index that has lost an event in the middle of a stream is noticed, and made anew") {
  const log_folder folder;
  {
    const auto log = folder.open();
    for (int i = 0; i < 10; ++i) folder.append(*log, "order-1");
  }
  change_index(folder, "DELETE FROM keys WHERE position = 4");
  CHECK(folder.visit()->read_stream("order-1").size() == 10);
  const auto log = folder.open();
  CHECK(log->read_stream("order-1").size() == 10);
  CHECK(log->read_stream("order-1", stream_version{4}).front().version == stream_version{4});
  CHECK(log->read_stream("order-1", stream_version{6}, read_direction::backward).size() == 6);
  CHECK(sql::database::open(folder.beside(".index"), sql::open_mode::read_only)
            .integer("SELECT count(*) FROM keys WHERE position = 4") == 2);
}

TEST_CASE("pages of the index that are noise, found while the log is open, cost no answer and no idempotency") {
  const log_folder folder;
  const append_batch first = folder.batch("order-0");
  {
    const auto log = folder.open();
    REQUIRE(log->append(first).get().committed());
    for (int i = 1; i < 1'000; ++i) folder.append(*log, "order-" + std::to_string(i % 5));
  }
  change_index(folder, "PRAGMA wal_checkpoint(TRUNCATE)");
  std::string bytes = log_folder::contents(folder.beside(".index"));
  const auto keys = static_cast<std::size_t>(*sql::database::open(folder.beside(".index"), sql::open_mode::read_only)
                                                  .integer("SELECT rootpage FROM sqlite_schema WHERE name = 'keys'"));
  const std::size_t page = 4096;
  REQUIRE(bytes.size() > (keys + 1) * page);
  std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>((keys - 1) * page), page, 'x');
  log_folder::write(folder.beside(".index"), bytes);

  const auto log = folder.open();
  SUBCASE("by a reader") {
    CHECK(log->read_stream("order-1", stream_version{1}).size() == 200);
    CHECK(log->find_event(first.streams[0].events[0].id) == global_position{1});
  }
  SUBCASE("by appends of one group") {
    append_batch conflict = folder.batch("order-1");
    conflict.streams[0].expected = expected_version::none();
    auto appends = log->append(folder.batch("order-2"));
    auto repeats = log->append(first);
    auto conflicts = log->append(std::move(conflict));
    const append_outcome appended = std::move(appends).get();
    REQUIRE(appended.committed());
    CHECK(log->stream_head("order-2") == stream_version{201});
    const append_outcome repeated = std::move(repeats).get();
    REQUIRE(repeated.committed());
    CHECK(repeated.committed()->repeated);
    const append_outcome refused = std::move(conflicts).get();
    REQUIRE(refused.refused());
    CHECK(refused.refused()->actual == stream_version{200});
    CHECK(log->head() == global_position{1'001});
  }
  CHECK(log->append(first).get().value().repeated);
  CHECK(log->stream_head("order-4") == stream_version{200});
}

TEST_CASE("an index whose file is removed while the log is open is made anew") {
  const log_folder folder;
  const append_batch first = folder.batch("order-1");
  REQUIRE(folder.open()->append(first).get().committed());
  const auto is_made = [&] { return std::filesystem::exists(folder.beside(".index")); };
  SUBCASE("a reader meets that") {
    const auto log = folder.open();
    remove_index(folder);
    CHECK(log->stream_head("order-1") == stream_version{1});
    CHECK(log->find_event(first.streams[0].events[0].id) == global_position{1});
    CHECK(is_made());
  }
  SUBCASE("an append meets that") {
    const auto log = folder.open();
    REQUIRE(log->stream_head("order-1") == stream_version{1});
    remove_index(folder);
    CHECK(log->append(first).get().value().repeated);
    folder.append(*log, "order-1");
    CHECK(log->stream_head("order-1") == stream_version{2});
    CHECK(is_made());
  }
}

TEST_CASE("a hit of another stream or event with the same key is passed over") {
  const log_folder folder;
  {
    const auto log = folder.open();
    for (int i = 0; i < 6; ++i) {
      folder.append(*log, "a");
      folder.append(*log, "b");
    }
  }
  const auto key = [](index_key hash) { return std::to_string(static_cast<std::int64_t>(hash)); };
  // As if all events of b had a's key too, and the other way round.
  change_index(folder, "INSERT OR IGNORE INTO keys SELECT " + key(key_of_stream("a")) +
                           ", position FROM keys; INSERT OR IGNORE INTO keys SELECT " + key(key_of_stream("b")) +
                           ", position FROM keys");
  for (const bool as_writer : {false, true}) {
    const std::unique_ptr<log_reader> log = as_writer ? folder.open() : folder.visit();
    for (const std::string stream : {"a", "b"}) {
      CHECK(log->stream_head(stream) == stream_version{6});
      for (std::uint64_t version = 1; version <= 7; ++version) {
        CHECK(log->read_stream(stream, stream_version{version}).size() == 7 - version);
        const event_page down = log->read_stream(stream, stream_version{version}, read_direction::backward);
        CHECK(down.size() == std::min<std::uint64_t>(version, 6));
        CHECK(down.front().version == stream_version{std::min<std::uint64_t>(version, 6)});
      }
    }
  }
}

TEST_CASE("the tail gives positions in order, across runs, until they are dropped") {
  index_tail tail;
  std::vector<indexed_event> events;
  for (std::uint64_t position = 1; position <= 10'000; ++position) {
    events.push_back({position, position % 3, 1'000'000 + position, {}});
  }
  tail.add(events);
  CHECK(tail.size() == 10'000);
  const std::vector<std::uint64_t> found = tail.find(1);
  CHECK(found.size() == 3'334);
  CHECK(std::is_sorted(found.begin(), found.end()));
  CHECK(tail.find(1'009'999) == std::vector<std::uint64_t>{9'999});
  CHECK(tail.find(77).empty());

  const std::vector<indexed_event> oldest = tail.oldest(false);
  REQUIRE(oldest.size() == index_tail::run_events);
  CHECK(oldest.front().position == 1);
  const std::uint64_t before = tail.drops();
  tail.drop_through(oldest.back().position - 1);
  CHECK(tail.size() == 10'000);
  tail.drop_through(oldest.back().position);
  CHECK(tail.drops() == before + 1);
  CHECK(tail.size() == 10'000 - oldest.size());
  CHECK(tail.find(1'000'001).empty());
  tail.drop_through(2 * index_tail::run_events);
  CHECK(tail.oldest(false).empty());
  CHECK(tail.oldest(true).size() == 10'000 - 2 * index_tail::run_events);
}
