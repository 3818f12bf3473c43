// The index is a read model: whatever happens to its file, the log answers the same.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include <whence/store/log_verification.hpp>
#include <whence/store/sqlite/index/reader.hpp>

#include <tests/store/sqlite/index_of.hpp>
#include <tests/store/sqlite/log_folder.hpp>

using namespace whence;
using tests::all_keys;
using tests::log_folder;
using tests::make_index;

namespace {

const std::vector<std::string> parts{"", "-wal", "-shm"};

void remove_index(const log_folder& folder) {
  for (const std::string& part : parts) std::filesystem::remove(folder.beside(".index" + part));
}

void change_index(const log_folder& folder, const std::string& script) {
  sql::database::open(folder.beside(".index"), sql::open_mode::read_write).run(script);
}

/// As if it had been written so.
void change_checkpoint(const log_folder& folder, const std::function<void(index_checkpoint&)>& change) {
  sql::database db = sql::database::open(folder.beside(".index"), sql::open_mode::read_write);
  index_checkpoint checkpoint = *read_checkpoint(db);
  change(checkpoint);
  write_checkpoint(db, checkpoint);
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
  std::map<std::string, std::string> behind;
  {
    const auto log = folder.open();
    REQUIRE(log->append(first).get().committed());
    for (int i = 1; i < 20; ++i) folder.append(*log, "order-" + std::to_string(i % 5));
  }
  for (const std::string& part : parts) behind[part] = log_folder::contents(folder.beside(".index" + part));
  {
    const auto log = folder.open();
    for (int i = 20; i < 50; ++i) folder.append(*log, "order-" + std::to_string(i % 5));
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
    for (const auto& [part, bytes] : behind) log_folder::write(folder.beside(".index" + part), bytes);
  }
  SUBCASE("ahead") {
    sql::database db = sql::database::open(folder.beside(".index"), sql::open_mode::read_write);
    index_run newest = read_runs(db, true).back();
    index_checkpoint checkpoint = *read_checkpoint(db);
    index_state state = state_reading(db).read();
    newest.last = state.last = 51;
    checkpoint.position = global_position{51};
    insert_run(db, newest, true);
    write_checkpoint(db, checkpoint);
    write_state(db, state);
  }
  SUBCASE("its runs do not end at its checkpoint") {
    change_checkpoint(folder, [](index_checkpoint& checkpoint) { checkpoint.position = global_position{49}; });
  }
  SUBCASE("another history") {
    change_checkpoint(folder, [](index_checkpoint& checkpoint) { checkpoint.chain = {}; });
  }
  SUBCASE("another log") {
    change_checkpoint(folder, [](index_checkpoint& checkpoint) { checkpoint.log.id = {}; });
  }
  SUBCASE("its checkpoint is another than was written") {
    change_index(folder, "UPDATE checkpoint SET chain = zeroblob(16)");
  }
  SUBCASE("its state is another than was written") {
    change_index(folder, "UPDATE state SET next_block = next_block + 1024");
  }
  SUBCASE("its newest run and what came with it are gone") {
    sql::database db = sql::database::open(folder.beside(".index"), sql::open_mode::read_write);
    const std::vector<index_run> runs = read_runs(db, true);
    REQUIRE(runs.size() == 2);
    index_checkpoint checkpoint = *read_checkpoint(db);
    checkpoint.position = global_position{runs.front().last};
    write_checkpoint(db, checkpoint);
    db.run("DELETE FROM runs WHERE number = ?", {runs.back().number});
  }
  SUBCASE("of the format before, whose rows had fewer checksums") {
    change_index(folder,
                 "PRAGMA user_version=5; ALTER TABLE checkpoint DROP COLUMN checksum;"
                 " ALTER TABLE state DROP COLUMN checksum; ALTER TABLE state DROP COLUMN last;"
                 " ALTER TABLE garbage DROP COLUMN checksum");
  }
  SUBCASE("of an older format, whose tables were the same") { change_index(folder, "PRAGMA user_version=3"); }
  SUBCASE("of an older format") {
    change_index(folder,
                 "PRAGMA user_version=2; DROP TABLE pages; DROP TABLE garbage;"
                 " CREATE TABLE garbage(first INTEGER PRIMARY KEY, count INTEGER NOT NULL) STRICT;"
                 " ALTER TABLE runs DROP COLUMN pages; ALTER TABLE runs DROP COLUMN stream_pages;"
                 " ALTER TABLE runs RENAME COLUMN id_pages TO filtered; ALTER TABLE state DROP COLUMN next_page");
  }
  SUBCASE("of a format to come") { change_index(folder, "PRAGMA user_version=1000"); }
  SUBCASE("without a checkpoint") {
    change_index(folder, "DELETE FROM checkpoint; DELETE FROM runs; DELETE FROM blocks");
  }
  SUBCASE("a run says that it has more pages of a filter than it has") {
    change_index(folder, "UPDATE runs SET stream_pages = stream_pages + 1, id_pages = id_pages - 1");
  }
  SUBCASE("a run says that it has more pages than there can be") {
    change_index(folder, "UPDATE runs SET stream_pages = -1");
  }
  SUBCASE("the pages of its filters are gone") { change_index(folder, "DELETE FROM pages"); }
  SUBCASE("without its state") { change_index(folder, "DELETE FROM state"); }
  SUBCASE("a run is gone") { change_index(folder, "DELETE FROM runs WHERE first = 1"); }
  SUBCASE("a run says that it is larger than it is") {
    change_index(folder, "UPDATE runs SET entries = 1000000000000");
  }
  SUBCASE("a run says that its newest id is older") {
    change_index(folder, "UPDATE runs SET newest_id = CAST(x'00' || substr(newest_id, 2) AS BLOB)");
  }
  SUBCASE("the blocks are gone") { change_index(folder, "DELETE FROM blocks"); }
  SUBCASE("the blocks of two runs are exchanged") {
    change_index(folder,
                 "CREATE TABLE other AS SELECT blocks FROM runs WHERE first = 21;"
                 " UPDATE runs SET blocks = (SELECT blocks FROM runs WHERE first = 1) WHERE first = 21;"
                 " UPDATE runs SET blocks = (SELECT blocks FROM other) WHERE first = 1; DROP TABLE other");
  }
  check_log(folder, first, 50);
  check_log(folder, first, 50);
  CHECK(sql::database::open(folder.beside(".index"), sql::open_mode::read_only).integer("PRAGMA user_version") == 6);
}

TEST_CASE("an index that has lost an event in the middle of a stream is noticed, and made anew") {
  const log_folder folder;
  {
    const auto log = folder.open();
    for (int i = 0; i < 10; ++i) folder.append(*log, "order-1");
  }
  index_batch keys = all_keys(folder);
  std::erase(keys.entries, index_entry{key_of_stream("order-1"), 4});
  make_index(folder, keys);
  CHECK(folder.visit()->read_stream("order-1").size() == 10);
  const auto log = folder.open();
  CHECK(log->read_stream("order-1").size() == 10);
  CHECK(log->read_stream("order-1", stream_version{4}).front().version == stream_version{4});
  CHECK(log->read_stream("order-1", stream_version{6}, read_direction::backward).size() == 6);
  index_reader index(folder.beside(".index"));
  const index_reader::snapshot now(index);
  CHECK(index.ascending(key_of_stream("order-1"), 3, 1) == std::vector<std::uint64_t>{4});
}

TEST_CASE("a stream is read from any of its versions on: in the index, beyond it, and where they meet") {
  const log_folder folder;
  {
    const auto log = folder.open();
    for (int i = 0; i < 30; ++i) folder.append(*log, "order-" + std::to_string(i % 3));
  }
  const auto log = folder.open();
  for (int i = 0; i < 900; ++i) folder.append(*log, "order-" + std::to_string(i % 3));
  for (std::uint64_t from = 1; from <= 312; ++from) {
    CAPTURE(from);
    const event_page page = log->read_stream("order-1", stream_version{from});
    REQUIRE(page.size() == (from > 310 ? 0 : 311 - from));
    CHECK(page.at_end());
    for (std::size_t i = 0; i < page.size(); ++i) REQUIRE(page[i].version == stream_version{from + i});
    const event_page first = log->read_stream("order-1", stream_version{from}, read_direction::forward, {.events = 1});
    CHECK(first.size() == std::min<std::size_t>(page.size(), 1));
  }
}

TEST_CASE("an index that was made of other events is found out by a sample when the log is opened") {
  const log_folder folder;
  const append_batch first = folder.batch("order-1", 10);
  REQUIRE(folder.open()->append(first).get().committed());
  index_batch keys = all_keys(folder);
  std::erase_if(keys.entries, [](const index_entry& entry) { return kind_of(entry.key) == key_kind::event; });
  make_index(folder, keys);
  const auto log = folder.open();
  CHECK(log->append(first).get().value().repeated);
  CHECK(log->find_event(first.streams[0].events[6].id) == global_position{7});
}

TEST_CASE("blocks of the index that are noise, found while the log is open, cost no answer and no idempotency") {
  const log_folder folder;
  const append_batch first = folder.batch("order-0");
  {
    const auto log = folder.open();
    REQUIRE(log->append(first).get().committed());
    for (int i = 1; i < 1'000; ++i) folder.append(*log, "order-" + std::to_string(i % 5));
  }
  change_index(folder, "PRAGMA wal_checkpoint(TRUNCATE)");
  std::string bytes = log_folder::contents(folder.beside(".index"));
  // A bit in the middle of each page of a block: SQLite finds nothing wrong with that.
  const auto spoil = [&] {
    for (std::size_t page = 0; page < bytes.size(); page += block_size::page) {
      if (bytes[page] == 0x0d && static_cast<unsigned char>(bytes[page + 4]) <= 1) bytes[page + 10'000] ^= 4;
    }
    log_folder::write(folder.beside(".index"), bytes);
  };
  SUBCASE("by a reader") {
    const auto log = folder.open();
    spoil();
    CHECK(log->read_stream("order-1", stream_version{1}).size() == 200);
    CHECK(log->find_event(first.streams[0].events[0].id) == global_position{1});
  }
  SUBCASE("by appends of one group") {
    const auto log = folder.open();
    spoil();
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
  const auto log = folder.open();
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
    folder.append(*log, "order-2");  // waits until the index has what was there
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

TEST_CASE("an index is made anew of events with many tags in smaller batches, and lacks none of them") {
  constexpr int tags = static_cast<int>(append_limits::tags);
  constexpr std::uint64_t events = 20'000;
  const log_folder folder;
  {
    const auto log = folder.open();
    for (std::uint64_t written = 0; written < events; written += 1'000) {
      append_batch batch = folder.batch("order-1", 1'000);
      for (new_event& event : batch.streams[0].events) {
        for (int tag = 0; tag < tags; ++tag) event.tags.push_back("tag:" + std::to_string(tag));
      }
      static_cast<void>(log->append(std::move(batch)).get().value());
    }
  }
  remove_index(folder);
  {
    const auto log = folder.open();
    folder.append(*log, "order-2");  // which waits until the index is whole
  }

  CHECK(verify_log(sqlite(folder.path()), folder.runtime()).index == log_verification::index_state::fits);
  const auto visitor = folder.visit();
  for (const int tag : {0, tags - 1}) {
    std::uint64_t found = 0;
    for (global_position at; at.value() < events;) {
      const event_page page = visitor->read_linked(event_link::tag("tag:" + std::to_string(tag)), at);
      REQUIRE(page.scanned_to() > at);
      for (const recorded_event& event : page) CHECK(event.position.value() == ++found);
      at = page.scanned_to();
    }
    CHECK(found == events);
  }
}

TEST_CASE("a log that is closed while runs of its index are merged leaves nothing out of the index") {
  const log_folder folder;
  const auto head_and_checkpoint_at_end = [&folder](int events) {
    append_batch batch = folder.batch("order-1", events);
    for (new_event& event : batch.streams[0].events) {
      for (int tag = 0; tag < 16; ++tag) event.tags.push_back("tag:" + std::to_string(tag));
    }
    const auto log = folder.open();
    static_cast<void>(log->append(std::move(batch)).get().value());
    const global_position head = log->head();
    log->close();
    CHECK(sql::database::open(folder.beside(".index"), sql::open_mode::read_only)
              .integer("SELECT position FROM checkpoint") == static_cast<std::int64_t>(head.value()));
  };
  for (int run = 0; run < 8; ++run) head_and_checkpoint_at_end(1'000);
  // Now there are enough runs to merge, which takes longer than an append.
  for (int again = 0; again < 3; ++again) head_and_checkpoint_at_end(1);
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
  // As if all events of b had a's key too, and the other way round.
  index_batch keys = all_keys(folder);
  std::erase_if(keys.entries, [](const index_entry& entry) { return kind_of(entry.key) == key_kind::stream; });
  for (std::uint64_t position = 1; position <= 12; ++position) {
    keys.entries.push_back({key_of_stream("a"), position});
    keys.entries.push_back({key_of_stream("b"), position});
  }
  make_index(folder, keys);
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
