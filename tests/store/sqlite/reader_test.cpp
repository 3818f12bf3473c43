// Reading a log that was changed from outside: every change is told, with the position, and nothing changed is given out.
#include <doctest/doctest.h>

#include <optional>
#include <random>
#include <string>
#include <vector>

#include <whence/store/log_errors.hpp>

#include <tests/store/sqlite/log_folder.hpp>

using namespace whence;
using tests::log_folder;

namespace {

/// 200 events of 20 streams: enough for several pages of the file. Those that are looked at stand far from its end, which opening
/// would check.
void fill(const log_folder& folder) {
  const auto log = folder.open();
  for (int round = 0; round < 10; ++round) {
    append_batch batch;
    for (int stream = 0; stream < 20; ++stream) {
      append_batch one =
          folder.batch("order-" + std::to_string(stream), 1, R"({"text":")" + std::string(200, 'x') + "\"}");
      one.streams[0].events[0].tags = {"customer:42", "round:1"};
      one.streams[0].events[0].metadata.correlation = correlation_id(folder.runtime().make_uuid());
      batch.streams.push_back(std::move(one.streams[0]));
    }
    REQUIRE(log->append(std::move(batch)).get().committed());
  }
}

std::optional<global_position> damage_found(log_reader& log) {
  try {
    for (global_position at;;) {
      const event_page page = log.read(at, {}, {.events = 7});
      if (page.at_end()) return std::nullopt;
      at = page.scanned_to();
    }
  } catch (const log_damaged& damage) {
    return damage.position;
  }
}

}  // namespace

TEST_CASE("a change of any column of an event is found, at its position") {
  const std::vector<std::string> changes{
      "stream = 4",
      "stream = 199",
      "version = 4",
      "version = -3",
      "type = 7",
      "type = -1",
      "occurred_at = occurred_at + 1",
      "recorded_at = recorded_at + 1",
      "id = zeroblob(16)",
      "id = zeroblob(15)",
      "correlation = NULL",
      "correlation = zeroblob(17)",
      "causation = randomblob(16)",
      "chain = zeroblob(16)",
      "chain = zeroblob(4)",
      "name = 'order-2'",
      "causation_type = 'X'",
      "source = NULL",
      "traceparent = ''||'x'",
      "tags = 'customer:42'",
      "tags = 'customer:42' || char(10) || 'round:1' || char(10)",
      "encoding = 1",
      "data = '{}'",
      "data = CAST(data AS BLOB) || x'00'",
  };
  const log_folder folder;
  fill(folder);
  const std::string good = log_folder::contents(folder.path());
  for (const std::string& change : changes) {
    CAPTURE(change);
    log_folder::write(folder.path(), good);
    folder.change("UPDATE entries SET " + change + " WHERE position = 42");
    const auto visitor = folder.visit();
    CHECK(damage_found(*visitor) == global_position{42});
    CHECK(visitor->read_stream("order-1").size() == 2);  // 42 is its third event
    CHECK_FALSE(visitor->read_stream("order-1").at_end());
    CHECK_THROWS_AS(visitor->read_stream("order-1", stream_version{3}), log_damaged);
    CHECK(visitor->read(global_position{0}, {}, {.events = 41}).size() == 41);
    CHECK(visitor->read(global_position{0}).size() == 41);  // what comes before is given out first
    CHECK_FALSE(visitor->read(global_position{0}).at_end());
    const auto log = folder.open();
    CHECK(damage_found(*log) == global_position{42});
    CHECK(log->read_stream("order-5").size() == 10);
    CHECK_THROWS_AS(log->chain_at(global_position{42}), log_damaged);
  }
}

TEST_CASE("an event that is missing, moved or exchanged is found") {
  const log_folder folder;
  fill(folder);
  SUBCASE("missing") { folder.change("DELETE FROM entries WHERE position = 42"); }
  SUBCASE("moved") {
    folder.change("UPDATE entries SET position = 1000042 WHERE position = 42");
    CHECK_THROWS_AS(folder.open(), log_damaged);
  }
  SUBCASE("exchanged") {
    folder.change(
        "UPDATE entries SET position = 1000042 WHERE position = 42;"
        "UPDATE entries SET position = 42 WHERE position = 43;"
        "UPDATE entries SET position = 43 WHERE position = 1000042");
  }
  SUBCASE("the name of a stream") {
    folder.change("UPDATE entries SET name = 'x' WHERE position = 2");
    CHECK(damage_found(*folder.visit()) == global_position{2});
    CHECK(folder.visit()->read(global_position{2}).size() == 198);
    return;
  }
  SUBCASE("the name of a type") {
    folder.change("UPDATE types SET event_type = 'OrderPaid'");
    CHECK(damage_found(*folder.visit()) == global_position{1});
    return;
  }
  CHECK(damage_found(*folder.visit()) == global_position{42});
}

TEST_CASE("a filter hides no damage: an event that it would pass over is checked too") {
  const log_folder folder;
  fill(folder);
  folder.change("UPDATE entries SET data = '{}' WHERE position = 42");
  const auto visitor = folder.visit();
  const event_filter none{.aggregate_types = {}, .event_types = {"None"}};
  CHECK(visitor->read(global_position{}, none).scanned_to() == global_position{41});
  CHECK_THROWS_AS(visitor->read(global_position{41}, none), log_damaged);
}

TEST_CASE("a flipped bit anywhere in the file is harmless, or told; it never changes what is read") {
  const log_folder folder;
  fill(folder);
  std::vector<envelope> events;
  {
    const auto log = folder.open();
    for (const recorded_event& event : log->read(global_position{})) events.push_back(to_envelope(event));
  }
  REQUIRE(events.size() == 200);
  const std::string good = log_folder::contents(folder.path());
  std::mt19937_64 random(7);
  int told = 0;
  for (int round = 0; round < 200; ++round) {
    std::string bad = good;
    const std::size_t byte = random() % bad.size();
    bad[byte] = static_cast<char>(bad[byte] ^ (1 << random() % 8));
    CAPTURE(byte);
    log_folder::write(folder.path(), bad);
    try {
      const auto visitor = folder.visit();
      std::size_t seen = 0;
      const event_page page = visitor->read(global_position{});
      if (!page.at_end()) ++told;
      for (const recorded_event& event : page) {
        const envelope read = to_envelope(event);
        REQUIRE(seen < events.size());
        CHECK(read.id == events[seen].id);
        CHECK(read.data == events[seen].data);
        CHECK(read.aggregate_id == events[seen].aggregate_id);
        CHECK(read.event_type == events[seen].event_type);
        CHECK(read.metadata == events[seen].metadata);
        CHECK(read.tags == events[seen].tags);
        CHECK(read.occurred_at == events[seen].occurred_at);
        ++seen;
      }
      if (page.at_end()) CHECK((seen == events.size() || visitor->condition().what != log_condition::kind::whole));
    } catch (const error& failure) {
      ++told;
      const bool expected = failure.code() == "log.checksum" || failure.code() == "log.not_a_log" ||
                            failure.code() == "log.newer_format" || failure.code() == "log.older_format" ||
                            failure.code() == "log.other_tables" || failure.code() == "sql.cannot_open";
      CHECK_MESSAGE(expected, failure.code());
    }
  }
  CHECK(told > 50);
}
