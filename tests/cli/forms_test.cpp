// The forms that other programs read, to the byte.
#include <functional>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <tests/cli/console.hpp>
#include <whence/cli/display_text.hpp>
#include <whence/cli/item_list.hpp>
#include <whence/cli/program_name.hpp>
#include <whence/cli/row_forms.hpp>
#include <whence/cli/verdict.hpp>

using namespace whence::cli;
using tests::console;
using tests::ran;

TEST_CASE("an empty list has its header in CSV and Markdown too") {
  const auto console = tests::empty_console();
  CHECK(console->run("event list -o csv").out ==
        "globalPosition,recordedAt,eventType,eventVersion,aggregateId,streamVersion,aggregateType,causationType,"
        "correlationId,eventId,causationId,occurredAt,source,traceparent,tags,data\r\n");
  CHECK(console->run("event list -o markdown").out ==
        "| POSITION | TIME | TYPE | STREAM | CAUSED BY | CORRELATION |\n| ---: | --- | --- | --- | --- | --- |\n");
  CHECK(console->run("stream list -o csv").out ==
        "aggregateId,aggregateType,streamVersion,firstPosition,lastPosition,firstRecordedAt,lastRecordedAt\r\n");
}

TEST_CASE("an item that is shown is out in every form, before the list ends") {
  class shown_output final : public output {
   public:
    void write(std::string_view text) override { held_ += text; }
    void flush() override { shown += std::exchange(held_, {}); }
    std::string shown;

   private:
    std::string held_;
  };
  const std::vector<column> columns{{.title = "NAME", .usual = 6}, {.title = "N"}};
  for (const output_form form :
       {output_form::table, output_form::json, output_form::jsonl, output_form::csv, output_form::markdown}) {
    CAPTURE(static_cast<int>(form));
    shown_output out;
    cell_style cells;
    cells.form = form;
    item_list list(columns, {0, 1}, out, {cells, {}, std::nullopt});
    const std::function<std::string()> json = [] { return "tea"; };
    const std::function<std::string(std::size_t)> cell = [](std::size_t) { return "tea"; };
    list.show();
    CHECK(out.shown.empty());
    list.item(json, cell);
    list.show();
    CHECK(out.shown.find("tea") != std::string::npos);
    list.item(json, cell);
    list.finish({});
    out.flush();
    if (form == output_form::table) CHECK(out.shown == "NAME    N\ntea     tea\ntea     tea\n");
    if (form == output_form::json) CHECK(out.shown == "{\"items\":[\ntea,\ntea\n],\"next\":null}\n");
  }
}

TEST_CASE("a CSV field is quoted where it has to be") {
  CHECK(csv_row({"a", "b c", ""}) == "a,b c,\r\n");
  CHECK(csv_row({"a,b", "say \"no\"", "x\ny", "x\ry"}) == "\"a,b\",\"say \"\"no\"\"\",\"x\ny\",\"x\ry\"\r\n");
  CHECK(csv_row({" a", "b "}) == "\" a\",\"b \"\r\n");
  CHECK(csv_row({""}) == "\"\"\r\n");
  CHECK(csv_row({}) == "\r\n");
}

TEST_CASE("nothing in a cell is Markdown") {
  CHECK(markdown_row({"a|b", "`x` *y* _z_", "<b>&amp;", "[l](u) \\ ~"}) ==
        "| a\\|b | \\`x\\` \\*y\\* \\_z\\_ | \\<b\\>\\&amp; | \\[l\\](u) \\\\ \\~ |\n");
  CHECK(markdown_rule({true, false}) == "| ---: | --- |\n");
}

TEST_CASE("events as CSV are exact, with the data as one JSON column") {
  console console;
  CHECK(console.run("event list -o csv --to 2").out ==
        "globalPosition,recordedAt,eventType,eventVersion,aggregateId,streamVersion,aggregateType,causationType,"
        "correlationId,eventId,causationId,occurredAt,source,traceparent,tags,data\r\n"
        "1,2026-01-27T10:30:01.000000Z,OrderPlaced,2,order-12345,1,Order,PlaceOrder,"
        "019bff00-c840-7415-8321-f3bc0f4c1fa1,019bff00-c840-7414-82e4-4bf179e0462d,"
        "019bff00-c840-7d28-9a41-7714e53ea332,2026-01-27T10:30:01.000000Z,order-service,"
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01,\"[\"\"customer:42\"\",\"\"channel:web\"\"]\","
        R"("{""customerId"":""42"",""items"":[{""sku"":""A1"",""qty"":2,""price"":""19.90 EUR""},)"
        R"({""sku"":""B7"",""qty"":1}],""note"":{""gift"":true,""tags"":[]},""total"":12345678901234567890.10,)"
        R"(""empty"":[]}")"
        "\r\n"
        "2,2026-01-27T10:30:02.000000Z,PaymentTaken,1,payment-12345,1,Payment,TakePayment,"
        "019bff00-c840-7415-8321-f3bc0f4c1fa1,019bff00-c840-7d77-8789-2a223d664d54,"
        "019bff00-c840-70fd-8efb-6384adf57f1c,2026-01-27T10:30:02.000000Z,order-service,,,"
        R"("{""amount"":""39.80"",""currency"":""EUR""}")"
        "\r\n");
}

TEST_CASE("the same CSV on a terminal, in a pipe, and in any colour; but nothing moves the cursor") {
  console console;
  const std::string piped = console.run("event list -o csv --to 7").out;
  CHECK(console.run("event list -o csv --to 7 --color always").out == piped);
  CHECK(console.run("event list -o csv --from 8").out.find("\xE2\x80\xAE") != std::string::npos);
  console.terminal(40);
  CHECK(console.run("event list -o csv --to 7").out == piped);
  const std::string shown = console.run("event list -o csv --from 8").out;
  CHECK(shown.find("\xE2\x80\xAE") == std::string::npos);
  CHECK(shown.find("\xC2\x9B") == std::string::npos);
}

TEST_CASE("streams as CSV and as Markdown") {
  console console;
  CHECK(console.run("stream list -o csv --limit 1").out ==
        "aggregateId,aggregateType,streamVersion,firstPosition,lastPosition,firstRecordedAt,lastRecordedAt\r\n"
        "order-12345,Order,3,1,9,2026-01-27T10:30:01.000000Z,2026-01-27T10:30:09.000000Z\r\n");
  CHECK(console.run("stream list -o markdown --limit 2").out ==
        "| STREAM | TYPE | EVENTS | FIRST | LAST |\n"
        "| --- | --- | ---: | --- | --- |\n"
        "| order-12345 | Order | 3 | 2026-01-27T10:30:01.000000Z | 2026-01-27T10:30:09.000000Z |\n"
        "| payment-12345 | Payment | 2 | 2026-01-27T10:30:02.000000Z | 2026-01-27T10:30:07.000000Z |\n");
}

TEST_CASE("the history of a stream as CSV and as Markdown") {
  console console;
  CHECK(console.run("stream show order-99 -o csv --columns version,type,data").out ==
        "streamVersion,eventType,data\r\n"
        "1,OrderPlaced,\"{\"\"customerId\"\":\"\"7\"\",\"\"items\"\":[]}\"\r\n"
        "2,OrderCancelled,\"{\"\"why\"\":\"\"changed my mind\"\"}\"\r\n");
  CHECK(console.run("stream show order-99 -o markdown").out ==
        "| VERSION | POSITION | TIME | TYPE | CAUSED BY | DATA |\n"
        "| ---: | ---: | --- | --- | --- | --- |\n"
        "| 1 | 5 | 2026-01-27T10:30:05.000000Z | OrderPlaced | PlaceOrder | {\"customerId\":\"7\",\"items\":\\[\\]} |\n"
        "| 2 | 6 | 2026-01-27T10:30:06.000000Z | OrderCancelled | CancelOrder | {\"why\":\"changed my mind\"} |\n");
}

TEST_CASE("columns are chosen by their titles or their JSON names, in the order that is asked for") {
  console console;
  CHECK(console.run("event list --to 2 --columns type,globalPosition,CAUSED-BY").out ==
        "TYPE            POSITION  CAUSED BY\n"
        "OrderPlaced v2         1  PlaceOrder\n"
        "PaymentTaken           2  TakePayment\n");
  CHECK(console.run("event list --to 1 --columns tags,source --columns aggregate,trace -o markdown").out ==
        "| TAGS | SOURCE | AGGREGATE | TRACE |\n| --- | --- | --- | --- |\n"
        "| customer:42, channel:web | order-service | Order | "
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 |\n");
  CHECK(console.run("stream list --limit 1 --columns stream,last-position").out ==
        "STREAM       LAST POSITION\norder-12345              9\n");
  console.terminal(60).with("NO_COLOR", "1");
  CHECK(console.run("event list --to 1 --columns id,causation,correlation").out ==
        "ID         CAUSATION  CORRELATION\n…79e0462d  …e53ea332  …0f4c1fa1\n");
}

TEST_CASE("--data shows the data in the table of events too") {
  console console;
  CHECK(console.run("event list --from 6 --to 6 --data").out ==
        "POSITION  TIME                      TYPE            STREAM      CAUSED BY    CORRELATION                    "
        "       DATA\n"
        "       6  2026-01-27T10:30:06.000Z  OrderCancelled  order-99@2  CancelOrder  "
        "019bff00-c840-7271-b068-277c72795111  {\"why\":\"changed my mind\"}\n");
  CHECK(console.run("event list --from 6 --to 6 --columns data --data").out == "DATA\n{\"why\":\"changed my mind\"}\n");
}

TEST_CASE("times in tables: UTC, local, or how long ago; exact in machine forms") {
  console console;
  CHECK(console.run("event list --to 1 --columns time").out == "TIME\n2026-01-27T10:30:01.000Z\n");
  CHECK(console.run("event list --to 1 --columns time --time utc").out == "TIME\n2026-01-27T10:30:01.000Z\n");
  CHECK(console.run("event list --to 1 --columns time --time local").out == "TIME\n2026-01-27T11:30:01.000+01:00\n");
  CHECK(console.run("event list --to 1 --columns time --time relative").out == "TIME\n8 s ago\n");
  CHECK(console.run("event list --to 1 --columns time -o csv").out == "recordedAt\r\n2026-01-27T10:30:01.000000Z\r\n");
  CHECK(console.run("stream show order-99 --time local").out.find("2026-01-27T11:30:05.000+01:00 to 2026-01-27T11") !=
        std::string::npos);
}

TEST_CASE("no list is wider than a terminal of 40 columns, and none has a line that ends in spaces") {
  console console;
  console.terminal(40).with("NO_COLOR", "1");
  for (const char* const line :
       {"event list", "event list --data", "event list --columns id,tags,data,stream", "event list --time local",
        "event list --time relative", "event count --by type", "event count --by hour", "stream list",
        "stream list --by-size", "stream show order-12345", "projection list", "projection status"}) {
    CAPTURE(line);
    const ran ran = console.run(line);
    CHECK(ran.exit == 0);
    std::istringstream text(ran.out);
    for (std::string row; std::getline(text, row);) {
      CAPTURE(row);
      CHECK(display_width(row) <= 40);
      CHECK(!row.ends_with(' '));
    }
  }
}

TEST_CASE("only command lines call the program as it was started") {
  CHECK(as_started("whence", "whence event list") == "whence event list");
  CHECK(as_started("shop whence", "whence event list") == "shop whence event list");
  CHECK(as_started("shop whence", "look for it: whence events, or `whence --help`") ==
        "look for it: shop whence events, or `shop whence --help`");
  CHECK(as_started("shop whence", "whence knows; from whence it came; shop.whence event; whence eventual") ==
        "whence knows; from whence it came; shop.whence event; whence eventual");
  CHECK(as_started("x", "") == "");
  CHECK(as_started("x", "whence") == "whence");
}

TEST_CASE("the envelope of a command that judges") {
  CHECK(verdict_document("log verify", verdict::pass, "{\"events\":3}", {}) ==
        R"({"version":1,"command":"log verify","status":"pass","data":{"events":3},"diagnostics":[]})");
  CHECK(verdict_document("log verify", verdict::fail, "null", {diagnostic(usage_error("value", "w", "r"))}) ==
        R"({"version":1,"command":"log verify","status":"fail","data":null,"diagnostics":[)"
        R"({"code":"usage.value","severity":"error","where":"","message":"w","hint":"r"}]})");
}

TEST_CASE("a command line that an error gives names the log that was named") {
  CHECK(with_store("whence stream list", "a.db") == "whence stream list --store a.db");
  CHECK(with_store("look for it: whence event list --limit 9", "my shop.db") ==
        "look for it: whence event list --limit 9 --store 'my shop.db'");
  CHECK(with_store("./order-service whence stream state o-1", "a.db") ==
        "./order-service whence stream state o-1 --store a.db");
  CHECK(with_store("whence event list --help", "a.db") == "whence event list --help");
  CHECK(with_store("whence event list --store b.db", "a.db") == "whence event list --store b.db");
  CHECK(with_store("whence --version --json", "a.db") == "whence --version --json");
  CHECK(with_store("use the program of Whence that wrote it", "a.db") == "use the program of Whence that wrote it");
  CHECK(with_store("", "a.db") == "");
}

TEST_CASE("--json and another form contradict each other") {
  tests::console console;
  const tests::ran ran = console.run("event list --json -o csv");
  CHECK(ran.exit == 2);
  CHECK(ran.err.starts_with("whence: --json and -o csv contradict each other\n"));
  CHECK(console.run("event list --json -o json --limit 1").exit == 0);
}
