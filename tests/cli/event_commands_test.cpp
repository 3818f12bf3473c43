// What `event list` and `event show` print, to the byte, of a log that is always the same.
#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <tests/cli/console.hpp>
#include <tests/cli/shop_log.hpp>
#include <whence/core/envelope.hpp>

using tests::console;
using tests::ran;

namespace {

std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

/// The positions of the events that a command lists.
std::vector<std::uint64_t> positions(console& console, const std::string& selectors) {
  const ran ran = console.run("event list -o jsonl" + (selectors.empty() ? "" : " " + selectors));
  CAPTURE(selectors);
  CAPTURE(ran.err);
  CHECK(ran.exit == 0);
  std::vector<std::uint64_t> found;
  std::istringstream text(ran.out);
  for (std::string line; std::getline(text, line);) found.push_back(whence::envelope_from_json(line).position->value());
  return found;
}

using list = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("on a terminal an empty list says what was looked for, and in how much") {
  console console;
  CHECK(console.run("event list --tag x:1").err == "");  // a pipe is read by a program
  console.terminal(100).with("NO_COLOR", "1");
  CHECK(console.run("event list --tag x:1 --since 2d").err ==
        "nothing found with --tag x:1 --since 2d in 9 events, #1 to #9\n");
  CHECK(console.run("event list --from 100").err ==
        "nothing found with --from 100 in no event: the log has #1 to #9\n");
  CHECK(console.run("event count --by type --tag x:1").err == "nothing found with --tag x:1 in 9 events, #1 to #9\n");
  CHECK(console.run("stream list --from 100").err ==
        "nothing found with --from 100 in no event: the log has #1 to #9\n");
  CHECK(console.run("stream show order-12345 --tag x:1").err ==
        "nothing found with --tag x:1 in 3 events of order-12345\n");
  CHECK(console.run("projection list").err == "no read model lies beside the log\n");
  CHECK(console.run("event list --tag x:1 --quiet").err == "");
  CHECK(console.run("event list --tag x:1 -o jsonl").err == "");
  CHECK(tests::empty_console()->terminal(100).with("NO_COLOR", "1").run("event list").err ==
        "nothing found in a log without events\n");
}

TEST_CASE("an empty log is an empty list in every form") {
  const auto console = tests::empty_console();
  const ran table = console->run("event list");
  CHECK(table.exit == 0);
  CHECK(table.out == "POSITION  TIME  TYPE  STREAM  CAUSED BY  CORRELATION\n");
  CHECK(table.err == "");
  CHECK(console->run("event list -o json").out == "{\"items\":[],\"next\":null}\n");
  CHECK(console->run("event list -o jsonl").out == "");
  CHECK(console->run("event list --reverse -o jsonl --since 1h --until 1s").exit == 0);
}

TEST_CASE("an event that is not there is exit code 3, and what there is is said") {
  console console;
  ran ran = console.run("event show @99");
  CHECK(ran.exit == 3);
  CHECK(ran.out == "");
  CHECK(ran.err == R"(whence: there is no event #99
  where: shop.db
  why:   the log has #1 to #9
  do:    whence event show @9  [event.missing, exit 3]
)");
  CHECK(console.run("event show @0").exit == 3);
  CHECK(console.run("event show @18446744073709551615").exit == 3);
  ran = console.run("event show order-99@3");
  CHECK(ran.exit == 3);
  CHECK(ran.err == R"(whence: there is no event order-99@3
  where: shop.db
  why:   the stream has @1 to @2
  do:    whence stream show order-99  [event.missing, exit 3]
)");
  CHECK(console.run("event show order-9@1").err.starts_with("whence: stream \"order-9\" does not exist\n"));
  CHECK(console.run("event show 01234567-89ab-7def-8123-456789abcdef").exit == 3);
  CHECK(console.run("event show deadbeef").exit == 3);
  CHECK(tests::empty_console()->run("event show @1").err ==
        "whence: there is no event #1\n  where: shop.db\n  why:   the log is empty\n  do:    whence inspect  "
        "[event.missing, exit 3]\n");
}

TEST_CASE("on failure a JSON form holds the error, and stderr too") {
  console console;
  const ran ran = console.run("event show @99 -o json");
  CHECK(ran.exit == 3);
  CHECK(ran.out == R"({"version":1,"command":"event show","status":"error","data":null,"diagnostics":[)"
                   R"({"code":"event.missing","severity":"error","where":"shop.db","message":"there is no event #99",)"
                   R"("why":"the log has #1 to #9","hint":"whence event show @9"}]})"
                   "\n");
  CHECK(ran.err.starts_with("whence: there is no event #99\n"));
  CHECK(console.run("event show @99 -o jsonl").out == "");
}

TEST_CASE("a shortened id that stands for several lists them") {
  console console;
  const ran ran = console.run("event show 019bff00");
  CHECK(ran.exit == 2);
  CHECK(ran.err == R"(whence: "019bff00" is the beginning of several ids
  where: shop.db
  why:   ids begin with the time: those of one moment begin alike
         event        019bff00-c840-7414-82e4-4bf179e0462d  OrderPlaced, order-12345@1
         event        019bff00-c840-7d77-8789-2a223d664d54  PaymentTaken, payment-12345@1
         event        019bff00-c840-7b51-aab9-ba3528b01e18  OrderShipped, order-12345@2
         event        019bff00-c840-7dbf-b3a1-b9818612fa42  StockAdjusted, stock-A1@1
         event        019bff00-c840-7cf9-bbb7-e3348f449c1a  OrderPlaced, order-99@1
         and more
  do:    whence event show 4bf179e0462d
         # so with the end of any of them  [id.ambiguous, exit 2]
)");
  CHECK(console.run("event show 4bf179e0462d").exit == 0);
  CHECK(console.run("event list --correlation 019bff00").err.find("\n         correlation  ") != std::string::npos);
  CHECK(console.run("event list --causation 019bff00").err.find("\n         cause        ") != std::string::npos);
}

TEST_CASE("bounds that stand the wrong way round are refused, in every command that has them") {
  console console;
  for (const char* const command :
       {"event list", "event count", "stream list", "stream show order-12345", "trace @1"}) {
    CAPTURE(command);
    ran ran = console.run(std::string(command) + " --from 4 --to 3");
    CHECK(ran.exit == 2);
    CHECK(ran.out == "");
    CHECK(ran.err ==
          "whence: --from 4 comes after --to 3\n"
          "  do:    change the two; --reverse alone says which comes first  [usage.value, exit 2]\n");
    ran = console.run(std::string(command) + " --since 1h --until 2h");
    CHECK(ran.exit == 2);
    CHECK(ran.err.starts_with("whence: --since 1h comes after --until 2h\n"));
    CHECK(console.run(std::string(command) + " --from 1 --to 1 --since 2h --until 1h").exit == 0);
  }
}

TEST_CASE("a closed pipe ends quietly with 141") {
  console console;
  tests::text_output out;
  tests::text_output err;
  out.closes_after = 0;
  console.around.out = &out;
  console.around.err = &err;
  CHECK(static_cast<int>(whence::cli::run({"event", "list", "-o", "jsonl"}, console.around)) == 141);
  CHECK(err.text == "");
}

TEST_CASE("the list in a pipe: nothing is cut, coloured or aligned with lines") {
  console console;
  CHECK(console.run("event list").out ==
        R"(POSITION  TIME                      TYPE             STREAM             CAUSED BY     CORRELATION
       1  2026-01-27T10:30:01.000Z  OrderPlaced v2   order-12345@1      PlaceOrder    019bff00-c840-7415-8321-f3bc0f4c1fa1
       2  2026-01-27T10:30:02.000Z  PaymentTaken     payment-12345@1    TakePayment   019bff00-c840-7415-8321-f3bc0f4c1fa1
       3  2026-01-27T10:30:03.000Z  OrderShipped     order-12345@2      ShipOrder     019bff00-c840-7415-8321-f3bc0f4c1fa1
       4  2026-01-27T10:30:04.000Z  StockAdjusted    stock-A1@1         AdjustStock   019bff00-c840-7025-9160-70268e4f13f0
       5  2026-01-27T10:30:05.000Z  OrderPlaced      order-99@1         PlaceOrder    019bff00-c840-720d-aea5-47c2d38961c5
       6  2026-01-27T10:30:06.000Z  OrderCancelled   order-99@2         CancelOrder   019bff00-c840-7271-b068-277c72795111
       7  2026-01-27T10:30:07.000Z  PaymentRefunded  payment-12345@2    PaymentTaken  019bff00-c840-7415-8321-f3bc0f4c1fa1
       8  2026-01-27T10:30:08.000Z  OrderPlaced      order-\u202e666@1  PlaceOrder    019bff00-c840-7b1e-9585-a9db6d05473b
       9  2026-01-27T10:30:09.000Z  OrderNoted       order-12345@3      NoteOrder     019bff00-c840-7493-ae82-962a8d4ccdab
)");
}

TEST_CASE("the list on a terminal of 40 columns keeps what names an event") {
  console console;
  console.terminal(40).with("NO_COLOR", "1");
  const ran ran = console.run("event list");
  CHECK(ran.out == R"(POSITION  TYPE            STREAM
       1  OrderPlaced v2  order-12345@1
       2  PaymentTaken    payment-12345…
       3  OrderShipped    order-12345@2
       4  StockAdjusted   stock-A1@1
       5  OrderPlaced     order-99@1
       6  OrderCancelled  order-99@2
       7  PaymentRefund…  payment-12345…
       8  OrderPlaced     order-\u202e6…
       9  OrderNoted      order-12345@3
)");
  CHECK(ran.err == "no room for CAUSED BY, CORRELATION, TIME\n");
}

TEST_CASE("the list as JSON lines is the whole log, as on every boundary") {
  console console;
  const ran ran = console.run("event list -o jsonl");
  CHECK(lines(ran.out) == 9);
  CHECK(ran.out.starts_with(
      R"({"eventId":"019bff00-c840-7414-82e4-4bf179e0462d","eventType":"OrderPlaced","eventVersion":2,)"
      R"("occurredAt":"2026-01-27T10:30:01.000000Z","aggregateId":"order-12345","aggregateType":"Order",)"
      R"("data":{"customerId":"42","items":[{"sku":"A1","qty":2,"price":"19.90 EUR"},{"sku":"B7","qty":1}],)"
      R"("note":{"gift":true,"tags":[]},"total":12345678901234567890.10,"empty":[]},)"
      R"("metadata":{"correlationId":"019bff00-c840-7415-8321-f3bc0f4c1fa1",)"
      R"("causationId":"019bff00-c840-7d28-9a41-7714e53ea332","source":"order-service","causationType":"PlaceOrder",)"
      R"("traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},)"
      R"("globalPosition":1,"streamVersion":1,"recordedAt":"2026-01-27T10:30:01.000000Z",)"
      R"("tags":["customer:42","channel:web"]})"
      "\n"));
  std::istringstream text(ran.out);
  std::uint64_t position = 0;
  for (std::string line; std::getline(text, line);) {
    const whence::envelope event = whence::envelope_from_json(line);
    CHECK(event.position->value() == ++position);
    CHECK(event.recorded_at.has_value());
    CHECK(to_json(event) == line);
  }
}

TEST_CASE("the list as JSON is one document, and says where it goes on") {
  console console;
  const auto whole = nlohmann::json::parse(console.run("event list --json").out);
  CHECK(whole["items"].size() == 9);
  CHECK(whole["next"].is_null());
  CHECK(!whole.contains("diagnostics"));
  const auto cut = nlohmann::json::parse(console.run("event list --json --limit 4").out);
  CHECK(cut["items"].size() == 4);
  CHECK(cut["next"] == "5");
  CHECK(nlohmann::json::parse(console.run("event list --json --from 5").out)["items"].size() == 5);
  const auto reversed = nlohmann::json::parse(console.run("event list --json --reverse --limit 4").out);
  CHECK(reversed["items"][0]["globalPosition"] == 9);
  CHECK(reversed["next"] == "5");
}

TEST_CASE("JSON on a terminal is the same document, with what would move the cursor escaped") {
  console console;
  const std::string piped = console.run("event list -o jsonl").out;
  const std::string shown = console.terminal(80).run("event list -o jsonl").out;
  CHECK(piped.find("\xC2\x9B") != std::string::npos);
  CHECK(shown.find("\xC2\x9B") == std::string::npos);
  CHECK(shown.find("\xE2\x80\xAE") == std::string::npos);
  CHECK(shown.find('\x1b') == std::string::npos);
  std::istringstream one(piped);
  std::istringstream other(shown);
  for (std::string left, right; std::getline(one, left) && std::getline(other, right);) {
    CHECK(nlohmann::json::parse(left) == nlohmann::json::parse(right));
  }
}

TEST_CASE("selectors") {
  console console;
  CHECK(positions(console, "") == list{1, 2, 3, 4, 5, 6, 7, 8, 9});
  CHECK(positions(console, "--reverse") == list{9, 8, 7, 6, 5, 4, 3, 2, 1});
  CHECK(positions(console, "--limit 2") == list{1, 2});
  CHECK(positions(console, "--limit 0") == list{1, 2, 3, 4, 5, 6, 7, 8, 9});
  CHECK(positions(console, "--reverse --limit 2") == list{9, 8});
  CHECK(positions(console, "--from 3 --to 5") == list{3, 4, 5});
  CHECK(positions(console, "--from 0 --to 1") == list{1});
  CHECK(positions(console, "--from 10") == list{});
  CHECK(positions(console, "--from 18446744073709551615") == list{});
  CHECK(positions(console, "--to 0") == list{});
  CHECK(positions(console, "--to 0 --reverse") == list{});
  CHECK(positions(console, "--from 3 --to 5 --reverse") == list{5, 4, 3});
  CHECK(positions(console, "--stream order-12345") == list{1, 3, 9});
  CHECK(positions(console, "--stream order-12345 --reverse") == list{9, 3, 1});
  CHECK(positions(console, "--stream order-12345 --from 2 --to 8") == list{3});
  CHECK(positions(console, "--stream order-12345 --from 2 --to 8 --reverse") == list{3});
  CHECK(positions(console, "--stream order-12345 --stream stock-A1") == list{1, 3, 4, 9});
  CHECK(positions(console, "--stream order-12345 --stream stock-A1 --reverse") == list{9, 4, 3, 1});
  CHECK(positions(console, "--type OrderPlaced") == list{1, 5, 8});
  CHECK(positions(console, "--type OrderPlaced,OrderNoted") == list{1, 5, 8, 9});
  CHECK(positions(console, "--type Order*d --type StockAdjusted") == list{1, 3, 4, 5, 6, 8, 9});
  CHECK(positions(console, "--type *") == list{1, 2, 3, 4, 5, 6, 7, 8, 9});
  CHECK(positions(console, "--type Order") == list{});
  CHECK(positions(console, "--aggregate Order --type Payment*") == list{});
  CHECK(positions(console, "--aggregate Payment,Stock*") == list{2, 4, 7});
  CHECK(positions(console, "--stream order-99 --type OrderC*") == list{6});
  CHECK(positions(console, "--correlation 019bff00-c840-7415-8321-f3bc0f4c1fa1") == list{1, 2, 3, 7});
  CHECK(positions(console, "--correlation 0f4c1fa1 --reverse") == list{7, 3, 2, 1});
  CHECK(positions(console, "--correlation …0f4c1fa1") == list{1, 2, 3, 7});
  CHECK(positions(console, "--correlation 019BFF00-C840-7415") == list{1, 2, 3, 7});
  CHECK(positions(console, "--correlation 0f4c1fa1,8e4f13f0") == list{1, 2, 3, 4, 7});
  CHECK(positions(console, "--correlation 01234567-89ab-7def-8123-456789abcdef") == list{});
  CHECK(positions(console, "--causation 019bff00-c840-7d77-8789-2a223d664d54") == list{7});
  CHECK(positions(console, "--event 019bff00-c840-7414-82e4-4bf179e0462d") == list{1});
  CHECK(positions(console, "--event 79e0462d") == list{1});
  CHECK(positions(console, "--event 79e0462d --from 2") == list{});
  CHECK(positions(console, "--since 2026-01-27T10:30:07Z") == list{7, 8, 9});
  CHECK(positions(console, "--since 2026-01-27T10:30:06.000001Z --until 2026-01-27T11:30:08+01:00") == list{7, 8});
  CHECK(positions(console, "--tag customer:42") == list{1});
  CHECK(positions(console, "--tag customer:*") == list{1});
  CHECK(positions(console, "--tag nothing --tag caf*") == list{8});
  CHECK(positions(console, "--tag customer") == list{});
  CHECK(positions(console, "--tag channel:web --type OrderNoted") == list{});
  CHECK(positions(console, "--where /data/customerId=7 --stream order-99") == list{});
  CHECK(positions(console, "--where /data/customerId=\"7\" --stream order-99") == list{5});
  CHECK(positions(console, "--where /streamVersion>1 --reverse --limit 2") == list{9, 7});
  CHECK(positions(console, "--since 2s") == list{7, 8, 9});
  CHECK(positions(console, "--until 8s") == list{1});
  CHECK(positions(console, "--since 2026-01-28") == list{});
  CHECK(positions(console, "--until 2026-01-27") == list{});
  CHECK(positions(console, "--since 2026-01-27 --reverse --limit 1") == list{9});
  CHECK(positions(console, "--stream order-12345 --since 2026-01-27T10:30:02Z") == list{3, 9});
}

TEST_CASE("a stream or an id that a selector names has to be there") {
  console console;
  const ran ran = console.run("event list --stream order-1234");
  CHECK(ran.exit == 3);
  CHECK(ran.out == "");
  CHECK(ran.err == R"(whence: stream "order-1234" does not exist
  where: shop.db
  why:   closest names: order-12345 (3 events)
  do:    whence stream list  [stream.missing, exit 3]
)");
  CHECK(console.run("event list --event 01234567-89ab-7def-8123-456789abcdef").exit == 3);
  CHECK(console.run("event list --causation deadbeef")
            .err.starts_with("whence: no event has causation id \"deadbeef\"\n"));
}

TEST_CASE("one event whole, in a pipe") {
  console console;
  const std::string expected = R"(OrderPlaced v2   order-12345@1   #1   2026-01-27T10:30:01.000000Z
id           019bff00-c840-7414-82e4-4bf179e0462d
aggregate    Order
correlation  019bff00-c840-7415-8321-f3bc0f4c1fa1
caused by    command PlaceOrder 019bff00-c840-7d28-9a41-7714e53ea332
source       order-service
trace        00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
tags         customer:42, channel:web
recorded     2026-01-27T10:30:01.000000Z
stored       165 bytes · checksum and chain ok
data
  customerId  "42"
  items[0]    { sku "A1", qty 2, price "19.90 EUR" }
  items[1]    { sku "B7", qty 1 }
  note        { gift true, tags [] }
  total       12345678901234567890.10
  empty       []
)";
  CHECK(console.run("event show @1").out == expected);
  for (const char* const name :
       {"#1", "order-12345@1", "019bff00-c840-7414-82e4-4bf179e0462d", "79e0462d", "019bff00-c840-7414", "…79e0462d"}) {
    CAPTURE(name);
    CHECK(console.run({"event", "show", name}).out == expected);
  }
}

TEST_CASE("an event that another event caused names it") {
  console console;
  CHECK(console.run("event show @7").out == R"(PaymentRefunded   payment-12345@2   #7   2026-01-27T10:30:07.000000Z
id           019bff00-c840-775a-b7f2-db0916caca81
aggregate    Payment
correlation  019bff00-c840-7415-8321-f3bc0f4c1fa1
caused by    event PaymentTaken payment-12345@1 #2
source       order-service
recorded     2026-01-27T10:30:07.000000Z
stored       11 bytes · checksum and chain ok
data
  "39.80 EUR"
)");
}

TEST_CASE("what an event says cannot move the cursor or turn the text") {
  console console;
  CHECK(console.run("event show @8").out == R"(OrderPlaced   order-\u202e666@1   #8   2026-01-27T10:30:08.000000Z
id           019bff00-c840-7a70-a458-0a6f827630a3
aggregate    Order
correlation  019bff00-c840-7b1e-9585-a9db6d05473b
caused by    command PlaceOrder 019bff00-c840-738c-b754-c8973a902d9a
source       order-service
tags         café:日本, rtl:\u202e
recorded     2026-01-27T10:30:08.000000Z
stored       56 bytes · checksum and chain ok
data
  customerId  "\u001b[31mred\u0007"
  name        "\u202eabc\u009b2J"
)");
}

TEST_CASE("on a terminal an event's ids are whole, also on one of 40 columns, and how long ago it was is said") {
  console console;
  for (const std::size_t columns : {std::size_t{80}, std::size_t{40}}) {
    CAPTURE(columns);
    console.terminal(columns).with("NO_COLOR", "yes");
    const std::string screen = console.run("event show @1").out;
    CAPTURE(screen);
    CHECK(screen.find("(8 s ago)\n") != std::string::npos);
    CHECK(screen.find("\u2026") == std::string::npos);
    const auto event = whence::envelope_from_json(console.run("event show @1 -o jsonl").out);
    CHECK(screen.find(event.id.to_string() + "\n") != std::string::npos);
    CHECK(screen.find(event.metadata.correlation.to_string() + "\n") != std::string::npos);
    CHECK(screen.find(event.metadata.causation.to_string() + "\n") != std::string::npos);
    const std::string tree = console.run("trace @1").out;
    CHECK(tree.find(event.metadata.correlation.to_string()) != std::string::npos);
  }
}

TEST_CASE("one event as JSON is one line") {
  console console;
  const std::string json = console.run("event show @2 -o jsonl").out;
  CHECK(lines(json) == 1);
  CHECK(whence::envelope_from_json(json).position->value() == 2);
  CHECK(console.run("event show @2 -o json").out == "{\"items\":[\n" + json + "],\"next\":null}\n");
}

TEST_CASE("a type that no event has is told with what may have been meant") {
  console console;
  const ran mistyped = console.run("event list --type OrderPlacd,PaymentTakenn --limit 3 -o csv --columns id");
  CHECK(mistyped.exit == 0);
  CHECK(mistyped.out == "eventId\r\n");
  CHECK(mistyped.err ==
        "found no event with --type OrderPlacd; did you mean: "
        "whence event list -o csv --limit 3 --columns id --type OrderPlaced,PaymentTakenn\n"
        "found no event with --type PaymentTakenn; did you mean: "
        "whence event list -o csv --limit 3 --columns id --type OrderPlacd,PaymentTaken\n");
  CHECK(console.run("event count --type Ordr").err ==
        "found no event with --type Ordr; did you mean: whence event count --type 'Order*'\n");
  CHECK(console.run("stream list --aggregate Invoice").err ==
        "found no event with --aggregate Invoice; what there is: whence event count --by aggregate\n");
  CHECK(console.run("event list --type Ordr --quiet").err == "");
  CHECK(console.run("event list --type OrderShipped --stream order-99").err == "");  // there is such a type
  CHECK(console.run("event list --type 'Ordr*'").err == "");
}
