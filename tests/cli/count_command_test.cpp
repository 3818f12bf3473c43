// What `event count` counts, in each form, and when it answers no.
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <tests/cli/console.hpp>
#include <tests/cli/shop_log.hpp>
#include <whence/cli/count_condition.hpp>
#include <whence/core/simulation.hpp>

using namespace whence::cli;
using tests::console;
using tests::ran;

TEST_CASE("a condition that cannot be read is refused before anything is counted") {
  console console;
  constexpr const char* no_sign = "^ an operator is expected here: = != < <= > >=";
  constexpr const char* no_value = "^ a value is expected here";
  constexpr const char* no_number = "^ a whole number is expected here";
  struct wrong {
    std::string text;
    std::size_t at;
    std::string says;
  };
  for (const wrong& wrong : {
           wrong{"", 0, no_sign},
           wrong{"0", 0, no_sign},
           wrong{">", 1, no_value},
           wrong{"> ", 2, no_value},
           wrong{">x", 1, no_number},
           wrong{">-1", 1, no_number},
           wrong{"> 1.5", 2, no_number},
           wrong{"~1", 0, "^ ~ is for texts, and the number of events is none"},
           wrong{"events ~ 1", 7, "^ ~ is for texts, and the number of events is none"},
           wrong{">18446744073709551616", 1, "^ this number is beyond 18446744073709551615"},
           wrong{"=>1", 1, "^ a value is expected here; a text that begins so stands in double quotes"},
           wrong{"streams > 1", 0, "^ the number of events is what is compared: nothing, or events"},
       }) {
    CAPTURE(wrong.text);
    const ran ran = console.run({"event", "count", "--fail-if", wrong.text});
    CHECK(ran.exit == 2);
    CHECK(ran.out == "");
    CHECK(ran.err ==
          "whence: --fail-if cannot be read\n  where: " + wrong.text + "\n         " +
              std::string(wrong.at, ' ').append(wrong.says) +
              "\n  do:    write it as: --fail-if '>0', with one of = != < <= > >=  [usage.condition, exit 2]\n");
  }
  const ran by = console.run("event count --by tipe");
  CHECK(by.exit == 2);
  CHECK(by.err ==
        "whence: --by cannot be \"tipe\"; did you mean type?\n  why:   there are: type, aggregate, hour, day\n"
        "  do:    whence event count --by type  [usage.value, exit 2]\n");
}

TEST_CASE("conditions hold as they say") {
  CHECK(count_condition(">0").holds(1));
  CHECK(!count_condition(">0").holds(0));
  CHECK(count_condition("< 10").holds(9));
  CHECK(!count_condition("<10").holds(10));
  CHECK(count_condition("<=10").holds(10));
  CHECK(!count_condition("<=10").holds(11));
  CHECK(count_condition(">=10").holds(10));
  CHECK(!count_condition(">=10").holds(9));
  CHECK(count_condition("=0").holds(0));
  CHECK(!count_condition("=0").holds(1));
  CHECK(count_condition("== 1").holds(1));
  CHECK(count_condition("events>=1").holds(1));
  CHECK(!count_condition("events < 1").holds(1));
  CHECK(count_condition("!=0").holds(1));
  CHECK(!count_condition("!=0").holds(0));
  CHECK(count_condition(">18446744073709551614").holds(18446744073709551615u));
}

TEST_CASE("a condition that holds is exit code 1; what was counted is on stdout all the same") {
  console console;
  ran ran = console.run({"event", "count", "--type", "Order*", "--fail-if", ">0"});
  CHECK(ran.exit == 1);
  CHECK(ran.out == "EVENTS\n     6\n");
  CHECK(ran.err == "whence: 6 events: --fail-if '>0' holds\n  where: shop.db  [condition.met, exit 1]\n");
  ran = console.run({"event", "count", "--type", "*Failed", "--fail-if", ">0"});
  CHECK(ran.exit == 0);
  CHECK(ran.out == "EVENTS\n     0\n");
  CHECK(ran.err == "");
  ran = console.run({"event", "count", "--by", "aggregate", "--fail-if", "= 1", "-o", "json"});
  CHECK(ran.exit == 1);
  const auto document = nlohmann::json::parse(ran.out);
  CHECK(document["items"].size() == 3);
  CHECK(document["diagnostics"][0]["code"] == "condition.met");
  CHECK(document["diagnostics"][0]["message"] == "StockItem: 1 event: --fail-if '= 1' holds");
}

TEST_CASE("an empty log has no events, and no groups") {
  const auto console = tests::empty_console();
  CHECK(console->run("event count").out == "EVENTS\n     0\n");
  CHECK(console->run("event count -o json").out == "{\"items\":[\n{\"events\":0}\n],\"next\":null}\n");
  for (const char* const by : {"type", "aggregate", "hour", "day"}) {
    CHECK(console->run(std::string("event count -o json --by ") + by).out == "{\"items\":[],\"next\":null}\n");
  }
  CHECK(console->run("event count --since 1h").out == "EVENTS\n     0\n");
}

TEST_CASE("all events, and those that are selected") {
  console console;
  const auto count = [&console](const std::string& selectors) {
    const ran ran = console.run("event count -o jsonl" + (selectors.empty() ? "" : " " + selectors));
    CAPTURE(selectors);
    CHECK(ran.exit == 0);
    return nlohmann::json::parse(ran.out)["events"].get<int>();
  };
  CHECK(count("") == 9);
  CHECK(count("--from 3") == 7);
  CHECK(count("--to 3") == 3);
  CHECK(count("--from 3 --to 5") == 3);
  CHECK(count("--from 10") == 0);
  CHECK(count("--from 0 --to 0") == 0);
  CHECK(count("--to 100") == 9);
  CHECK(count("--since 2026-01-27T10:30:07Z") == 3);
  CHECK(count("--stream order-12345") == 3);
  CHECK(count("--tag customer:42") == 1);
  CHECK(count("--where /streamVersion>1") == 4);
  CHECK(count("--correlation 0f4c1fa1") == 4);
}

TEST_CASE("counted by type and by aggregate, by name, in each form") {
  console console;
  CHECK(console.run("event count --by type").out == R"(TYPE             EVENTS
OrderCancelled        1
OrderNoted            1
OrderPlaced           3
OrderShipped          1
PaymentRefunded       1
PaymentTaken          1
StockAdjusted         1
)");
  CHECK(console.run("event count --by aggregate -o csv").out ==
        "aggregateType,events\r\nOrder,6\r\nPayment,2\r\nStockItem,1\r\n");
  CHECK(console.run("event count --by aggregate -o markdown").out ==
        "| AGGREGATE | EVENTS |\n| --- | ---: |\n| Order | 6 |\n| Payment | 2 |\n| StockItem | 1 |\n");
  CHECK(console.run("event count --by aggregate -o jsonl").out ==
        "{\"aggregateType\":\"Order\",\"events\":6}\n{\"aggregateType\":\"Payment\",\"events\":2}\n"
        "{\"aggregateType\":\"StockItem\",\"events\":1}\n");
}

TEST_CASE("a list of counts that is cut says so, and how to get the rest") {
  console console;
  ran cut = console.run("event count --by type --limit 2");
  CHECK(cut.exit == 0);
  CHECK(cut.out == "TYPE            EVENTS\nOrderCancelled       1\nOrderNoted           1\n");
  CHECK(cut.err == "2 of 7 shown; --limit 0 for all\n");
  cut = console.run("event count --by aggregate --limit 1 -o json");
  CHECK(cut.out == "{\"items\":[\n{\"aggregateType\":\"Order\",\"events\":6}\n],\"next\":null,\"leftOut\":2}\n");
  CHECK(cut.err == "1 of 3 shown; --limit 0 for all\n");
  CHECK(console.run("event count --by aggregate --limit 3").err == "");
  CHECK(console.run("event count --by aggregate --limit 0").err == "");
  // What is not shown is judged all the same.
  cut = console.run({"event", "count", "--by", "aggregate", "--limit", "1", "--fail-if", "=1"});
  CHECK(cut.exit == 1);
  CHECK(cut.out == "AGGREGATE  EVENTS\nOrder           6\n");
  CHECK(cut.err.starts_with("1 of 3 shown; --limit 0 for all\nwhence: StockItem: 1 event: --fail-if '=1' holds\n"));
}

TEST_CASE("its columns can be named: what it counts by, and events") {
  console console;
  CHECK(console.run("event count --by aggregate --columns events -o csv").out == "events\r\n6\r\n2\r\n1\r\n");
  CHECK(console.run("event count --by day --columns events,day").out == "EVENTS  DAY\n     9  2026-01-27\n");
  const ran other = console.run("event count --by day --columns type");
  CHECK(other.exit == 2);
  CHECK(other.err.find("there are: day, events") != std::string::npos);
}

TEST_CASE("counted by hour and by day, as they come; those without an event are left out") {
  const auto console = tests::empty_console();
  auto& clock = static_cast<whence::manual_clock&>(*console->around.runtime.clock);
  std::uint64_t number = 0;
  for (const int minutes : {1, 1, 40, 60 * 26, 1}) {
    clock.advance(std::chrono::minutes(minutes));
    tests::append_event(*console->log, "s", "S", tests::event_of("Happened", "1", ++number));
  }
  CHECK(console->run("event count --by hour").out ==
        "HOUR               EVENTS\n2026-01-27T10:00Z       2\n2026-01-27T11:00Z       1\n2026-01-28T13:00Z       2\n");
  CHECK(console->run("event count --by day -o csv").out == "day,events\r\n2026-01-27,3\r\n2026-01-28,2\r\n");
  const ran cut = console->run("event count --by hour --limit 1 -o json");
  CHECK(cut.out == "{\"items\":[\n{\"hour\":\"2026-01-27T10:00Z\",\"events\":2}\n],\"next\":\"3\"}\n");
  CHECK(cut.err == "");  // the document says it
  CHECK(console->run("event count --by hour --limit 1").err ==
        "1 shown, and there are more; the next: whence event count --limit 1 --by hour --from 3\n");
  CHECK(console->run("event count --by hour --from 3 -o jsonl").out ==
        "{\"hour\":\"2026-01-27T11:00Z\",\"events\":1}\n{\"hour\":\"2026-01-28T13:00Z\",\"events\":2}\n");
  CHECK(console->run("event count --by hour --limit 1 -o jsonl").out ==
        "{\"hour\":\"2026-01-27T10:00Z\",\"events\":2}\n");
}
