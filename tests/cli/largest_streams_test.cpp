// The order of streams by size does not depend on how many of them are held at once.
#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <tests/cli/console.hpp>
#include <tests/cli/damaged_log.hpp>
#include <tests/cli/shop_log.hpp>
#include <whence/cli/largest_streams.hpp>

using namespace whence;
using namespace whence::cli;

namespace {

using sizes = std::vector<std::pair<std::string, std::uint64_t>>;

/// Streams of many sizes, whose events lie in each other's way.
sizes fill_unevenly(whence::log& log) {
  std::mt19937 random(42);
  sizes all;
  std::vector<std::string> events;
  for (std::uint64_t number = 0; number < 60; ++number) {
    const std::uint64_t size = 1 + number * number % 23;
    all.emplace_back("stream-" + std::to_string(number), size);
    events.insert(events.end(), size, all.back().first);
  }
  std::shuffle(events.begin(), events.end(), random);
  std::uint64_t id = 0;
  for (const std::string& stream : events) {
    tests::append_event(log, stream, "Thing", tests::event_of("Happened", "1", ++id));
  }
  std::sort(all.begin(), all.end(), [](const auto& one, const auto& other) {
    return one.second != other.second ? one.second > other.second : one.first < other.first;
  });
  return all;
}

sizes found_in(log_reader& log, std::size_t held) {
  largest_streams streams(log, selection{}, held);
  sizes found;
  while (const auto stream = streams.next()) found.emplace_back(stream->name, stream->version.value());
  return found;
}

}  // namespace

TEST_CASE("an empty log has no largest stream") {
  const auto console = tests::empty_console();
  CHECK(found_in(*console->log, 10).empty());
  CHECK(console->run("stream list --by-size -o json").out == "{\"items\":[],\"next\":null}\n");
}

TEST_CASE("the order is the same however many streams are held") {
  const auto console = tests::empty_console();
  const sizes expected = fill_unevenly(*console->log);
  for (const std::size_t held : {1, 2, 3, 7, 20, 59, 60, 61, 1000}) {
    CAPTURE(held);
    CHECK(found_in(*console->log, held) == expected);
  }
}

TEST_CASE("the longest streams first; those of one size by name") {
  tests::console console;
  CHECK(console.run("stream list --by-size").out ==
        R"(STREAM           TYPE       EVENTS  FIRST                     LAST
order-12345      Order           3  2026-01-27T10:30:01.000Z  2026-01-27T10:30:09.000Z
order-99         Order           2  2026-01-27T10:30:05.000Z  2026-01-27T10:30:06.000Z
payment-12345    Payment         2  2026-01-27T10:30:02.000Z  2026-01-27T10:30:07.000Z
order-\u202e666  Order           1  2026-01-27T10:30:08.000Z  2026-01-27T10:30:08.000Z
stock-A1         StockItem       1  2026-01-27T10:30:04.000Z  2026-01-27T10:30:04.000Z
)");
  CHECK(console.run("stream list --by-size --limit 1 -o jsonl").out ==
        R"({"aggregateId":"order-12345","aggregateType":"Order","streamVersion":3,"firstPosition":1,"lastPosition":9,)"
        R"("firstRecordedAt":"2026-01-27T10:30:01.000000Z","lastRecordedAt":"2026-01-27T10:30:09.000000Z"})"
        "\n");
  CHECK(console.run("stream list --by-size --columns stream -o csv --aggregate Payment,Stock*").out ==
        "aggregateId\r\npayment-12345\r\nstock-A1\r\n");
  CHECK(console.run("stream list --by-size --columns stream -o csv --from 2 --to 5").out ==
        "aggregateId\r\norder-99\r\npayment-12345\r\nstock-A1\r\n");
  CHECK(console.run("stream list --by-size --columns stream -o csv --since 2026-01-27T10:30:07Z").out ==
        "aggregateId\r\norder-12345\r\npayment-12345\r\norder-\xE2\x80\xAE"
        "666\r\n");
  CHECK(console.run("stream list --by-size --columns stream -o csv --until 2026-01-27T10:30:02Z").out ==
        "aggregateId\r\norder-12345\r\npayment-12345\r\n");
}

TEST_CASE("streams whose last event is old") {
  tests::console console;
  CHECK(console.run("stream list --older-than 1d -o csv --columns stream").out == "aggregateId\r\n");
  CHECK(console.run("stream list --older-than 2026-01-27T10:30:07Z -o csv --columns stream").out ==
        "aggregateId\r\nstock-A1\r\norder-99\r\n");
  CHECK(console.run("stream list --older-than 2026-01-27T10:30:07Z --by-size -o csv --columns stream").out ==
        "aggregateId\r\norder-99\r\nstock-A1\r\n");
  CHECK(console.run("stream list --older-than 2026-01-27T10:30:07Z --limit 1 -o jsonl").out.find("stock-A1") !=
        std::string::npos);
  CHECK(console.run("stream list --older-than soon").err.starts_with("whence: --older-than cannot be \"soon\"\n"));
}
