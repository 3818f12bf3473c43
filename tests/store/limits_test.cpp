// Size limits are options: a log takes what is at them, and refuses what is beyond by their names.
#include <doctest/doctest.h>

#include <string>

#include <whence/store/log_source.hpp>

#include <tests/temporary_folder.hpp>

using namespace whence;

namespace {

const runtime& plain_runtime() {
  static const runtime plain = runtime::system();
  return plain;
}

new_event event(std::size_t data_bytes, std::size_t metadata_bytes) {
  new_event event;
  event.id = event_id{plain_runtime().make_uuid()};
  event.type = "Happened";
  event.occurred_at = plain_runtime().clock->now();
  event.data = std::string("\"").append(data_bytes - 2, 'x').append("\"");
  event.metadata.source = std::string(metadata_bytes / 2, 's');
  event.tags = {std::string(metadata_bytes - metadata_bytes / 2, 't')};
  return event;
}

append_batch batch(std::vector<new_event> events) {
  append_batch batch;
  batch.streams.push_back({.stream = "thing", .aggregate_type = "Thing", .events = std::move(events)});
  return batch;
}

void check_refused(whence::log& log, append_batch what, std::string_view name, std::uint64_t limit,
                   std::uint64_t found) {
  CAPTURE(name);
  const append_outcome outcome = log.append(std::move(what)).get();
  REQUIRE(outcome.refused());
  CHECK(outcome.refused()->why == append_refused::reason::too_large);
  CHECK(outcome.refused()->limit.name == name);
  CHECK(outcome.refused()->limit.limit == limit);
  CHECK(outcome.refused()->limit.found == found);
}

constexpr size_limits small{
    .event_bytes_max = 100, .metadata_bytes_max = 40, .batch_bytes_max = 500, .batch_events_max = 4};

void check_limits(whence::log& log) {
  CHECK(log.append(batch({event(100, 40)})).get().committed());
  check_refused(log, batch({event(101, 40)}), "event_bytes_max", 100, 101);
  check_refused(log, batch({event(100, 41)}), "metadata_bytes_max", 40, 41);
  // 10 bytes of stream and aggregate type, 8 of each event's type.
  CHECK(log.append(batch({event(100, 40), event(100, 40), event(100, 40), event(18, 20)})).get().committed());
  check_refused(log, batch({event(100, 40), event(100, 40), event(100, 40), event(19, 20)}), "batch_bytes_max", 500,
                501);
  check_refused(log, batch({event(2, 2), event(2, 2), event(2, 2), event(2, 2), event(2, 2)}), "batch_events_max", 4,
                5);
  CHECK(log.head() == global_position{5});
}

}  // namespace

TEST_CASE("a log in memory takes what is at its size limits, and names the limit of what is beyond") {
  check_limits(*memory({.sizes = small}).open(plain_runtime()));
}

TEST_CASE("a SQLite log takes what is at its size limits, and names the limit of what is beyond") {
  const tests::temporary_folder folder;
  check_limits(*sqlite(folder.file("shop.db"), {.sizes = small}).open(plain_runtime()));
}

TEST_CASE("size limits are of the opening: what is in the log stays readable under smaller ones") {
  const tests::temporary_folder folder;
  static_cast<void>(sqlite(folder.file("shop.db")).open(plain_runtime())->append(batch({event(4'000, 400)})).get());
  const auto log = sqlite(folder.file("shop.db"), {.sizes = small}).open(plain_runtime());
  CHECK(log->read({}).size() == 1);
  CHECK(log->read({}).front().data.size() == 4'000);
}

TEST_CASE("a full queue names its limit to who asked not to wait, and lets others wait") {
  const tests::temporary_folder folder;
  const auto log =
      sqlite(folder.file("shop.db"),
             {.queue_bytes_max = 4'000, .queue_full = when_queue_full::refuse, .held_at_most = std::chrono::minutes{1}})
          .open(plain_runtime());
  auto held = log->append(batch({event(2'900, 2)}));
  const append_outcome outcome = log->append(batch({event(900, 2)})).get();
  REQUIRE(outcome.refused());
  CHECK(outcome.refused()->why == append_refused::reason::queue_full);
  CHECK(outcome.refused()->limit.name == "queue_bytes_max");
  CHECK(outcome.refused()->limit.limit == 4'000);
  // The texts of both, and some hundred bytes that hold each.
  CHECK(outcome.refused()->limit.found > 2'900 + 900 + 2 * 500);
  CHECK(outcome.refused()->limit.found < 2'900 + 900 + 2 * 2'000);
  CHECK(std::move(held).get().committed());
  CHECK(log->append(batch({event(200, 2)})).get().committed());
}
