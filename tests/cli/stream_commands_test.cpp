// What `stream list` and `stream show` print, to the byte, of a log that is always the same.
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <tests/cli/console.hpp>

using tests::console;
using tests::ran;

namespace {

std::string names(console& console, const std::string& selectors) {
  const ran ran = console.run("stream list --json" + (selectors.empty() ? "" : " " + selectors));
  CAPTURE(selectors);
  CHECK(ran.exit == 0);
  std::string found;
  const auto document = nlohmann::json::parse(ran.out);
  for (const auto& stream : document["items"]) {
    found += (found.empty() ? "" : " ") + stream["aggregateId"].get<std::string>();
  }
  return found;
}

}  // namespace

TEST_CASE("a stream that is not there is exit code 3, with the names that are near") {
  console console;
  const ran ran = console.run("stream show order-12354");
  CHECK(ran.exit == 3);
  CHECK(ran.out == "");
  CHECK(ran.err == R"(whence: stream "order-12354" does not exist
  where: shop.db
  why:   closest names: order-12345 (3 events)
  do:    whence stream list  [stream.missing, exit 3]
)");
  CHECK(console.run("stream show basket").err ==
        "whence: stream \"basket\" does not exist\n  where: shop.db\n  do:    whence stream list  [stream.missing, "
        "exit 3]\n");
}

TEST_CASE("no streams in an empty log") {
  const auto console = tests::empty_console();
  CHECK(console->run("stream list").out == "STREAM  TYPE  EVENTS  FIRST  LAST\n");
  CHECK(console->run("stream list -o json").out == "{\"items\":[],\"next\":null}\n");
  CHECK(console->run("stream show order-1").exit == 3);
}

TEST_CASE("streams in a pipe") {
  console console;
  CHECK(console.run("stream list").out ==
        R"(STREAM           TYPE       EVENTS  FIRST                     LAST
order-12345      Order           3  2026-01-27T10:30:01.000Z  2026-01-27T10:30:09.000Z
payment-12345    Payment         2  2026-01-27T10:30:02.000Z  2026-01-27T10:30:07.000Z
stock-A1         StockItem       1  2026-01-27T10:30:04.000Z  2026-01-27T10:30:04.000Z
order-99         Order           2  2026-01-27T10:30:05.000Z  2026-01-27T10:30:06.000Z
order-\u202e666  Order           1  2026-01-27T10:30:08.000Z  2026-01-27T10:30:08.000Z
)");
}

TEST_CASE("streams as JSON lines") {
  console console;
  CHECK(console.run("stream list -o jsonl --limit 1").out ==
        R"({"aggregateId":"order-12345","aggregateType":"Order","streamVersion":3,"firstPosition":1,"lastPosition":9,)"
        R"("firstRecordedAt":"2026-01-27T10:30:01.000000Z","lastRecordedAt":"2026-01-27T10:30:09.000000Z"})"
        "\n");
}

TEST_CASE("a list of streams that was cut goes on where its next one begins") {
  console console;
  const auto cut = nlohmann::json::parse(console.run("stream list --json --limit 2").out);
  CHECK(cut["next"] == "4");
  CHECK(names(console, "--from 4 --limit 1") == "stock-A1");
}

TEST_CASE("a list of the longest streams that was cut says that there are more, for it has no place to go on") {
  console console;
  const ran cut = console.run("stream list --by-size --json --limit 2");
  const auto document = nlohmann::json::parse(cut.out);
  CHECK(document["items"].size() == 2);
  CHECK(document["next"].is_null());
  CHECK(document["more"] == true);
  CHECK(cut.err == "2 shown, and there are more; --limit 0 for all\n");
  const ran all = console.run("stream list --by-size --json --limit 5");
  CHECK_FALSE(nlohmann::json::parse(all.out).contains("more"));
  CHECK(all.err == "");
}

TEST_CASE("streams by type and by time") {
  console console;
  CHECK(names(console, "--aggregate Payment,Stock*") == "payment-12345 stock-A1");
  CHECK(names(console, "--since 2026-01-27T10:30:07Z") ==
        "order-12345 payment-12345 order-\xE2\x80\xAE"
        "666");
  CHECK(names(console, "--until 2026-01-27T10:30:02Z") == "order-12345 payment-12345");
  CHECK(names(console, "--since 2026-01-27T10:30:05Z --until 2026-01-27T10:30:05Z") ==
        "order-12345 payment-12345 order-99");
}

TEST_CASE("the history of a stream in a pipe") {
  console console;
  CHECK(console.run("stream show order-99").out == R"(order-99   Order   2 events, #5 to #6
2026-01-27T10:30:05.000Z to 2026-01-27T10:30:06.000Z
VERSION  POSITION  TIME                      TYPE            CAUSED BY    DATA
      1         5  2026-01-27T10:30:05.000Z  OrderPlaced     PlaceOrder   {"customerId":"7","items":[]}
      2         6  2026-01-27T10:30:06.000Z  OrderCancelled  CancelOrder  {"why":"changed my mind"}
)");
  CHECK(console.run("stream show stock-A1")
            .out.starts_with("stock-A1   StockItem   1 event, #4\n2026-01-27T10:30:04.000Z\n"));
}

TEST_CASE("the history of a stream on a terminal") {
  console console;
  console.terminal(80).with("NO_COLOR", "1");
  const ran ran = console.run("stream show order-12345 --reverse");
  CHECK(ran.out == R"(order-12345   Order   3 events, #1 to #9
2026-01-27T10:30:01.000Z to 2026-01-27T10:30:09.000Z
VERSION  POSITION  TIME                      TYPE            DATA
      3         9  2026-01-27T10:30:09.000Z  OrderNoted      {"note":"left at t…
      2         3  2026-01-27T10:30:03.000Z  OrderShipped    {}
      1         1  2026-01-27T10:30:01.000Z  OrderPlaced v2  {"customerId":"42"…
)");
  CHECK(ran.err == "no room for CAUSED BY\n");
}

TEST_CASE("the history of a stream as JSON") {
  console console;
  const auto document = nlohmann::json::parse(console.run("stream show order-12345 --json --limit 2").out);
  CHECK(document["aggregateId"] == "order-12345");
  CHECK(document["streamVersion"] == 3);
  CHECK(document["lastPosition"] == 9);
  CHECK(document["items"].size() == 2);
  CHECK(document["items"][1]["streamVersion"] == 2);
  CHECK(document["next"] == "9");
  CHECK(console.run("stream show order-12345 -o jsonl").out ==
        console.run("event list --stream order-12345 -o jsonl").out);
  CHECK(console.run("stream show order-12345 -o jsonl --type Order*").out ==
        console.run("event list --stream order-12345 -o jsonl").out);
}
