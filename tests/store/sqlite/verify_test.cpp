// What a verification finds: each kind of damage and disorder, planted one at a time; and nothing where there is none.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <whence/core/async.hpp>
#include <whence/store/chain.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_verification.hpp>
#include <whence/store/sqlite/reader.hpp>

#include <tests/store/sqlite/index_of.hpp>
#include <tests/store/sqlite/log_folder.hpp>

using namespace whence;
using tests::all_keys;
using tests::log_folder;
using tests::make_index;
using kind = log_finding::kind;

namespace {

log_verification verify(const log_folder& folder, verify_options options = {}) {
  return verify_log(sqlite(folder.path()), folder.runtime(), options);
}

/// `events` in ten streams, in turn, closed in order.
void make_log(const log_folder& folder, int events = 60) {
  const auto log = folder.open();
  for (int i = 0; i < events; ++i) {
    append_batch batch = folder.batch("order-" + std::to_string(i % 10));
    batch.streams[0].events[0].tags = {"customer:" + std::to_string(i % 3)};
    batch.streams[0].events[0].metadata.correlation = correlation_id{folder.runtime().make_uuid()};
    static_cast<void>(log->append(batch).get().value());
  }
}

position_range range(std::uint64_t first, std::uint64_t last) {
  return {global_position{first}, global_position{last}};
}

/// The only finding; another one fails the test.
log_finding only_finding(const log_verification& found) {
  std::string all;
  for (const log_finding& each : found.findings) all += std::string(name_of(each.what)) + " " + each.detail + "\n";
  INFO(all);
  REQUIRE(found.findings.size() == 1);
  return found.findings.front();
}

bool has(const log_verification& found, kind what) {
  return std::ranges::any_of(found.findings, [what](const log_finding& each) { return each.what == what; });
}

/// Writes a row behind the log's end as a program with a fault would: its checksum is right.
struct raw_event {
  std::uint64_t stream = 0;
  std::uint64_t version = 1;
  std::string name;  // of the stream
  event_id id;
  std::string data = "{}";
  std::chrono::hours recorded_later{0};
};

void append_raw(const log_folder& folder, const raw_event& raw) {
  log_reader_connection reader(folder.path());
  recorded_event event;
  chain_hash chain;
  {
    const log_reader_connection::snapshot now(reader);
    const recorded_event& last = *reader.event_at(reader.head());
    event.position = last.position.next();
    event.version = stream_version{raw.version};
    event.id = raw.id;
    event.aggregate_type = "Order";
    event.type = "OrderPlaced";
    event.stream = raw.name;
    event.data = raw.data;
    event.occurred_at = last.occurred_at;
    event.recorded_at = last.recorded_at + raw.recorded_later;
    const std::uint64_t number = raw.stream == 0 ? event.position.value() : raw.stream;
    chain = chain_next(last.chain, number, event);
  }
  const bool begins = raw.stream == 0 || raw.stream == event.position.value();
  sql::database db = sql::database::open(folder.path(), sql::open_mode::read_write);
  db.run(
      "INSERT INTO entries(position, stream, version, type, occurred_at, recorded_at, id, chain, name, encoding, data) "
      "VALUES(?, ?, ?, 1, ?, ?, ?, ?, ?, 0, ?)",
      {event.position.value(), begins ? event.position.value() : raw.stream, raw.version,
       event.occurred_at.time_since_epoch().count(), event.recorded_at.time_since_epoch().count(),
       raw.id.value().bytes(), std::span<const std::uint8_t>(chain), raw.name, raw.data});
  db.run("PRAGMA wal_checkpoint(TRUNCATE)");
}

}  // namespace

TEST_CASE("a log that is as it was written has no finding, and no byte of it changes") {
  const log_folder folder;
  make_log(folder);
  const auto before = folder.bytes_of({"", "-wal", ".witness", ".index"});
  const log_verification found = verify(folder);
  CHECK(found.sound());
  CHECK_FALSE(found.loses_events());
  CHECK(found.events == 60);
  CHECK(found.streams == 10);
  CHECK(found.head == global_position{60});
  CHECK(found.witnessed == global_position{60});
  CHECK(found.indexed_to == global_position{60});
  CHECK(found.index == log_verification::index_state::fits);
  CHECK(found.readable == std::vector{range(1, 60)});
  CHECK(folder.bytes_of({"", "-wal", ".witness", ".index"}) == before);
}

TEST_CASE("an empty log, one whose index was deleted, and a part of one are verified, too") {
  const log_folder folder;
  {
    const auto log = folder.open();
  }
  CHECK(verify(folder).sound());
  CHECK(verify(folder).readable.empty());
  make_log(folder);
  CHECK(verify(folder, {.from = global_position{31}}).sound());
  CHECK(verify(folder, {.from = global_position{31}}).events == 30);
  CHECK(verify(folder, {.from = global_position{99}}).sound());
  for (const char* const part : {".index", ".index-wal", ".index-shm"}) std::filesystem::remove(folder.beside(part));
  CHECK(verify(folder).sound());
  CHECK(verify(folder).index == log_verification::index_state::none);
}

TEST_CASE("an event that was changed is named with its stream, and what is around it is read") {
  const log_folder folder;
  make_log(folder, 120);  // a writer verifies the last 64 when it opens, and refuses damage there
  folder.change("UPDATE entries SET data = '{\"n\":1}' WHERE position = 23");
  const log_verification found = verify(folder);
  const log_finding finding = only_finding(found);
  CHECK(finding.what == kind::unreadable);
  CHECK(finding.positions == range(23, 23));
  CHECK(finding.stream == "order-2");
  CHECK(finding.file == folder.path());
  CHECK(found.loses_events());
  CHECK(found.events == 119);
  CHECK(found.readable == std::vector{range(1, 22), range(24, 120)});
  REQUIRE(found.lost.size() == 1);
  CHECK(found.lost[0].stream == "order-2");
  CHECK(found.lost[0].first == stream_version{3});
  CHECK(found.lost[0].last == stream_version{3});

  for (const bool as_writer : {false, true}) {
    CAPTURE(as_writer);
    const std::unique_ptr<log_reader> log = as_writer ? folder.open() : folder.visit();
    CHECK(log->read({}).size() == 22);
    CHECK_THROWS_AS(log->read(global_position{22}), log_damaged);
    CHECK(log->read(global_position{23}).size() == 97);
    CHECK(log->read_stream("order-2").size() == 2);
    CHECK_THROWS_AS(log->read_stream("order-2", stream_version{3}), log_damaged);
    CHECK(log->read_stream("order-2", stream_version{4}).size() == 9);
    CHECK(log->read_stream("order-2", stream_version{6}, read_direction::backward).size() == 3);
    CHECK(log->read_stream("order-2", stream_version{2}, read_direction::backward).size() == 2);
    CHECK(log->stream_head("order-2") == stream_version{12});
  }
}

TEST_CASE("without an index, streams are read past the damage of others, and nobody says that they end there") {
  const log_folder folder;
  make_log(folder, 120);
  folder.change(
      "UPDATE entries SET data = '{\"n\":1}' WHERE position IN (23, 37)");  // order-2, version 3; order-6, version 4
  for (const char* const part : {".index", ".index-wal", ".index-shm"}) std::filesystem::remove(folder.beside(part));
  const auto visitor = folder.visit();
  const event_page other = visitor->read_stream("order-5");
  CHECK(other.size() == 12);
  CHECK_FALSE(other.at_end());  // a damaged event may be one more of it
  CHECK_THROWS_AS(visitor->read_stream("order-5", stream_version{13}), log_damaged);
  CHECK_THROWS_AS(visitor->read_stream("nobody"), log_damaged);
  CHECK(visitor->stream_head("order-5") == stream_version{12});  // both are before its last event
  CHECK(visitor->read_stream("order-2").size() == 2);
  CHECK_THROWS_AS(visitor->read_stream("order-2", stream_version{3}), log_damaged);
  CHECK(visitor->read_stream("order-2", stream_version{4}).size() == 9);
  CHECK(visitor->read_stream("order-6", stream_version{12}, read_direction::backward).size() == 8);
  CHECK(visitor->find_event(visitor->read(global_position{99}).front().id) == global_position{100});
  CHECK_THROWS_AS(visitor->find_event(event_id{folder.runtime().make_uuid()}), log_damaged);
}

TEST_CASE("a stream is read on from a version behind the end of the index, whatever is damaged before") {
  const log_folder folder;
  make_log(folder, 120);
  const index_batch keys = all_keys(folder);
  {
    folder.append(*folder.open(), "order-2", 70);
  }
  make_index(folder, keys);
  folder.change("UPDATE entries SET data = '{\"n\":1}' WHERE position IN (23, 113)");  // its versions 3 and 12
  const auto visitor = folder.visit();
  CHECK(visitor->read_stream("order-2", stream_version{13}).size() == 70);
  CHECK(visitor->read_stream("order-2", stream_version{83}).empty());
  CHECK(visitor->read_stream("order-2", stream_version{4}).size() == 8);
  CHECK(visitor->read_stream("order-2", stream_version{82}, read_direction::backward).size() == 70);
}

TEST_CASE("a row that is gone takes the proof of the next one with it, and no more") {
  const log_folder folder;
  make_log(folder);
  folder.change("DELETE FROM entries WHERE position BETWEEN 30 AND 34");
  const log_verification found = verify(folder);
  CHECK(only_finding(found).positions == range(30, 35));
  CHECK(found.readable == std::vector{range(1, 29), range(36, 60)});
  CHECK(folder.visit()->read(global_position{35}).size() == 25);
}

TEST_CASE("a checksum that was changed, and rows that changed places, are found") {
  SUBCASE("checksum") {
    const log_folder folder;
    make_log(folder);
    folder.change("UPDATE entries SET chain = zeroblob(16) WHERE position = 40");
    CHECK(only_finding(verify(folder)).positions == range(40, 41));
  }
  SUBCASE("places") {
    const log_folder folder;
    make_log(folder);
    folder.change(
        "UPDATE entries SET position = -45 WHERE position = 45;"
        "UPDATE entries SET position = 45 WHERE position = 46;"
        "UPDATE entries SET position = 46 WHERE position = -45");
    CHECK(only_finding(verify(folder)).positions == range(45, 47));
  }
}

TEST_CASE("what SQLite would read as if nothing had been changed is found") {
  const log_folder folder;
  make_log(folder, 120);
  SUBCASE("a row before the first event") {
    folder.change(
        "INSERT INTO entries SELECT -5, stream, version, type, occurred_at, recorded_at, id, correlation, causation, "
        "chain, name,"
        " causation_type, source, traceparent, tags, encoding, data FROM entries WHERE position = 5");
    const log_finding finding = only_finding(verify(folder));
    CHECK(finding.positions == range(1, 1));
    CHECK(finding.detail == "a row with position -5 stands before it, where no event is");
    CHECK_THROWS_AS(folder.visit()->read({}), log_damaged);
    CHECK(folder.visit()->read(global_position{1}).size() == 119);
  }
  SUBCASE("text that was made a blob") {
    folder.change("UPDATE entries SET data = CAST(data AS BLOB) WHERE position = 23");
    CHECK(only_finding(verify(folder)).positions == range(23, 24));
    CHECK_THROWS_AS(folder.visit()->read(global_position{22}), log_damaged);
  }
  SUBCASE("the version of a type, by what it loses when it is made shorter") {
    folder.change("UPDATE types SET version = version + 4294967296");
    const log_verification found = verify(folder);
    REQUIRE_FALSE(found.findings.empty());
    CHECK(found.findings[0].detail == "its type number 1 has the version 4294967297, which no event has");
    CHECK(found.findings[0].positions == range(1, 120));
    CHECK(found.events == 0);
  }
}

TEST_CASE("damage of the event where the index ends does not take the index away") {
  const log_folder folder;
  make_log(folder, 200);
  {
    folder.append(*folder.open(), "order-0", 100);
  }
  // The index goes to the end, and so does the witness; a writer looks at the last 64 events when it opens.
  folder.change("UPDATE entries SET data = '[]' WHERE position = 300");
  const auto visitor = folder.visit();
  CHECK(visitor->read_stream("order-1").size() == 20);
  CHECK(visitor->stream_head("order-1") == stream_version{20});
  CHECK(visitor->read(global_position{250}).size() == 49);
  CHECK(has(verify(folder), kind::unreadable));
}

TEST_CASE("an end that is missing, and a witness that is missing or damaged, are found") {
  SUBCASE("the end") {
    const log_folder folder;
    make_log(folder);
    folder.change("DELETE FROM entries WHERE position > 57");
    const log_verification found = verify(folder);
    CHECK(has(found, kind::tail_missing));
    const auto tail = std::ranges::find(found.findings, kind::tail_missing, &log_finding::what);
    CHECK(tail->positions == range(58, 60));
    CHECK(found.loses_events());
    CHECK(found.readable == std::vector{range(1, 57)});
  }
  SUBCASE("the end of the last page, so that its rows say nothing of where the log ends") {
    constexpr std::size_t page = 8'192;
    const log_folder folder;
    {
      const auto log = folder.open();
      for (int i = 0; i < 60; ++i) folder.append(*log, "order-1", 1, "{\"note\":\"" + std::string(900, 'n') + "\"}");
    }
    std::filesystem::resize_file(folder.path(), std::filesystem::file_size(folder.path()) - page + 512);
    const log_verification found = verify(folder);
    CHECK(has(found, kind::structure));
    CHECK(found.loses_events());
    REQUIRE(found.readable.size() == 1);
    CHECK(found.readable[0].first == global_position{1});
    CHECK(found.readable[0].last > global_position{40});
    CHECK(found.readable[0].last < global_position{60});
    CHECK(folder.visit()->read({}).size() == found.readable[0].last.value());
  }
  SUBCASE("a row whose position is beyond all others") {
    const log_folder folder;
    make_log(folder);
    folder.change("UPDATE entries SET position = 1099511627776 WHERE position = 60");
    const log_verification found = verify(folder);
    CHECK(has(found, kind::structure));
    CHECK(found.loses_events());
    CHECK(found.readable == std::vector{range(1, 59)});
  }
  SUBCASE("the witness") {
    const log_folder folder;
    make_log(folder);
    std::filesystem::remove(folder.beside(".witness"));
    const log_finding finding = only_finding(verify(folder));
    CHECK(finding.what == kind::witness);
    CHECK_FALSE(finding.loses_events());
  }
  SUBCASE("a slot of it") {
    const log_folder folder;
    make_log(folder);
    for (const std::size_t slot : {0, 4096}) {
      std::string bytes = log_folder::contents(folder.beside(".witness"));
      bytes[slot + 33] = static_cast<char>(bytes[slot + 33] ^ 1);
      log_folder::write(folder.beside(".witness"), bytes);
      CHECK(has(verify(folder), kind::witness));
    }
  }
}

TEST_CASE("what a faulty program wrote with right checksums is found") {
  const log_folder folder;
  make_log(folder, 20);
  const event_id fresh{folder.runtime().make_uuid()};
  SUBCASE("nothing wrong") {
    append_raw(folder, {.name = "new", .id = fresh});
    CHECK(verify(folder).sound());
  }
  SUBCASE("an id twice") {
    const event_id known = folder.visit()->read({})[4].id;
    append_raw(folder, {.name = "new", .id = known});
    const log_finding finding = only_finding(verify(folder));
    CHECK(finding.what == kind::order);
    CHECK(finding.positions == range(5, 21));
  }
  SUBCASE("a version left out") {
    append_raw(folder, {.stream = 1, .version = 4, .name = "order-0", .id = fresh});
    const log_finding finding = only_finding(verify(folder));
    CHECK(finding.what == kind::order);
    CHECK(finding.positions == range(21, 21));
    CHECK(finding.stream == "order-0");
  }
  SUBCASE("a version twice") {
    append_raw(folder, {.stream = 1, .version = 2, .name = "order-0", .id = fresh});
    CHECK(only_finding(verify(folder)).what == kind::order);
  }
  SUBCASE("no JSON") {
    append_raw(folder, {.name = "new", .id = fresh, .data = "{\"n\":1,}"});
    const log_finding finding = only_finding(verify(folder));
    CHECK(finding.what == kind::content);
    CHECK(finding.positions == range(21, 21));
    CHECK_FALSE(finding.loses_events());
  }
  SUBCASE("a name with a control character") {
    append_raw(folder, {.name = "ne\tw", .id = fresh});
    CHECK(only_finding(verify(folder)).what == kind::content);
  }
  SUBCASE("an earlier time") {
    append_raw(folder, {.name = "new", .id = fresh, .recorded_later = std::chrono::hours{-1}});
    CHECK(only_finding(verify(folder)).what == kind::order);
  }
}

TEST_CASE("a search that goes astray in a sound-looking table is found") {
  const log_folder folder;
  {
    const auto log = folder.open();
    for (int i = 0; i < 10; ++i) folder.append(*log, "order-" + std::to_string(i), 150);
  }
  // The key in an inner page of the table: rows are scanned past it, and searched by it.
  std::string bytes = log_folder::contents(folder.path());
  constexpr std::size_t page = 8'192;
  bool changed = false;
  for (std::size_t at = page; at + page <= bytes.size() && !changed; at += page) {
    const auto byte = [&](std::size_t offset) { return static_cast<unsigned char>(bytes[at + offset]); };
    if (byte(0) != 5 || byte(3) * 256 + byte(4) < 3) continue;
    const std::size_t cell = byte(12) * 256u + byte(13);
    std::size_t last = cell + 4;
    while (byte(last) >= 0x80) ++last;
    bytes[at + last] = static_cast<char>(byte(last) ^ 1);
    changed = true;
  }
  REQUIRE(changed);
  log_folder::write(folder.path(), bytes);
  CHECK(has(verify(folder), kind::structure));

  // What the search does not find is refused, and not written a second time.
  const auto visitor = folder.visit();
  int astray = 0;
  append_batch known;
  for (std::uint64_t after = 0; after < 1'500;) {
    const event_page found = visitor->read(global_position{after}, {}, {.events = 1'500});
    for (const recorded_event& event : found) {
      try {
        static_cast<void>(visitor->chain_at(event.position));
      } catch (const log_damaged&) {
        ++astray;
        known = folder.batch(std::string(event.stream), 1, std::string(event.data));
        known.streams[0].events[0].id = event.id;
      }
    }
    after = found.scanned_to().value();
  }
  CHECK(astray >= 1);
  REQUIRE_FALSE(known.streams.empty());
  const auto log = folder.open();
  const append_outcome outcome = log->append(known).get();
  REQUIRE(outcome.refused());
  CHECK(outcome.refused()->why == append_refused::reason::not_written);
  CHECK(log->head() == global_position{1'500});
}

TEST_CASE("many parts, many threads and sorting in a file come to the same result") {
  const log_folder folder;
  {
    const auto log = folder.open();
    for (int i = 0; i < 20; ++i) folder.append(*log, "bulk-" + std::to_string(i % 3), 10'000);
  }
  folder.change("UPDATE entries SET data = '[]' WHERE position IN (65536, 65537, 131072, 199999)");
  for (const unsigned threads : {1u, 3u}) {
    const log_verification found = verify(folder, {.threads = threads});
    CHECK(found.events == 199'996);
    CHECK(found.readable ==
          std::vector{range(1, 65'535), range(65'538, 131'071), range(131'073, 199'998), range(200'000, 200'000)});
    CHECK(found.findings.size() == 3);
    CHECK(found.lost.size() == 3);
    CHECK(found.index == log_verification::index_state::fits);
  }
  const log_verification cut = verify(folder, {.listed_max = 1});
  CHECK(cut.findings.size() == 1);
  CHECK(cut.more_findings == 2);
  CHECK(cut.readable.size() == 1);
  CHECK(cut.more_readable == 3);
}

TEST_CASE("a log is verified while it is written, and while its index is merged") {
  const log_folder folder;
  const auto log = folder.open();
  folder.append(*log, "bulk", 10'000);
  std::atomic<bool> over{false};
  std::thread writer([&] {
    for (int i = 0; !over && i < 2'000; ++i) folder.append(*log, "bulk-" + std::to_string(i % 50), 500);
  });
  for (int i = 0; i < 8; ++i) {
    const log_verification found = verify(folder, {.threads = 2});
    for (const log_finding& each : found.findings) MESSAGE(name_of(each.what), " ", each.detail);
    CHECK(found.sound());
    CHECK(found.events == found.head.value());
  }
  over = true;
  writer.join();
}

TEST_CASE("a verification that is stopped says so, and what is no log is not verified") {
  const log_folder folder;
  make_log(folder, 10);
  std::stop_source stop;
  stop.request_stop();
  CHECK_THROWS_AS(verify(folder, {.stop = stop.get_token()}), operation_cancelled);
  CHECK_THROWS_AS(verify_log(sqlite(folder.beside(".other")), folder.runtime()), log_missing);
  CHECK_THROWS_AS(verify_log(sqlite(folder.beside(".witness")), folder.runtime()), not_a_log);
}
