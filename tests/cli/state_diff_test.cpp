// What changed in a state, and by which events.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <tests/cli/console.hpp>
#include <tests/cli/shop_log.hpp>
#include <tests/cli/shop_types.hpp>
#include <whence/cli/program_name.hpp>
#include <whence/cli/state_diff.hpp>

using namespace whence;
using cli::member_change;
using cli::state_watch;
using tests::ran;

namespace {

struct application : tests::console {
  application() {
    around.types = &tests::shop_types::all();
    around.program = around.types->program();
  }
};

std::string said(const std::vector<member_change>& changes) {
  std::string text;
  for (const member_change& change : changes) {
    text += change.name + ": " + change.before + " -> " + change.after + " by";
    for (const cli::member_step& step : change.steps)
      text += " " + std::to_string(step.version.value()) + step.event_type + "=" + step.after;
    text += "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("what changes and changes back is no change; each step of the others is kept") {
  state_watch watch;
  watch.begin(R"({"a":1,"b":[1,2],"c":"x","gone":true})");
  watch.after(stream_version{2}, "A", R"({"a":2,"b":[1,2],"c":"y","gone":true})");
  watch.after(stream_version{3}, "B", R"({"a":3,"b":[2],"c":"x","new":{"x":[1]}})");
  watch.after(stream_version{4}, "C", R"({"a":3,"b":[],"c":"x","new":{"x":[1]}})");
  CHECK(said(watch.changes()) ==
        "a: 1 -> 3 by 2A=2 3B=3\n"
        "new:  -> {\"x\":[1]} by 3B={\"x\":[1]}\n"
        "b[0]: 1 ->  by 3B=2 4C=\n"
        "b[1]: 2 ->  by 3B=\n"
        "gone: true ->  by 3B=\n");
}

TEST_CASE("a list that gets its first entry, or loses its last, has one entry more or less, and is no other list") {
  const auto changes = [](const std::vector<const char*>& states) {
    state_watch watch;
    watch.begin(states.front());
    for (std::size_t i = 1; i < states.size(); ++i) watch.after(stream_version{i}, "E", states[i]);
    return said(watch.changes());
  };
  CHECK(changes({R"({"bags":[]})", R"({"bags":[7]})"}) == "bags[0]:  -> 7 by 1E=7\n");
  CHECK(changes({R"({"bags":[7]})", R"({"bags":[]})"}) == "bags[0]: 7 ->  by 1E=\n");
  CHECK(changes({R"({"bags":[7]})", R"({"bags":[]})", R"({"bags":[8]})"}) == "bags[0]: 7 -> 8 by 1E= 2E=8\n");
  CHECK(changes({"{}", R"({"bags":[7]})"}) == "bags[0]:  -> 7 by 1E=7\n");
  CHECK(changes({R"({"bags":[7]})", "{}"}) == "bags[0]: 7 ->  by 1E=\n");
  CHECK(changes({"{}", R"({"bags":[]})"}) == "bags:  -> [] by 1E=[]\n");
  CHECK(changes({R"({"bags":[]})", R"({"bags":[7]})", "{}"}) == "bags: [] ->  by 2E=\n");
  CHECK(changes({R"({"bags":"none"})", R"({"bags":[7]})"}) == "bags: \"none\" ->  by 1E=\nbags[0]:  -> 7 by 1E=7\n");
  CHECK(changes({R"({"bags":{}})", R"({"bags":{"a":1}})"}) == "bags: {} -> {\"a\":1} by 1E={\"a\":1}\n");
}

TEST_CASE("states that are no objects, and large numbers, are compared as they are") {
  state_watch watch;
  watch.begin("9223372036854775806");
  watch.after(stream_version{1}, "A", "9223372036854775807");
  CHECK(said(watch.changes()) == ": 9223372036854775806 -> 9223372036854775807 by 1A=9223372036854775807\n");
  state_watch same;
  same.begin("{}");
  CHECK(same.changes().empty());
}

TEST_CASE("wrong usage of stream diff is one message") {
  application application;
  struct what {
    const char* line;
    int exit;
    const char* says;
  };
  for (const what& what : {
           what{"stream diff", 2, "`stream diff` needs to know which: STREAM [VERSION…]"},
           what{"stream diff order-12345 1 2 3", 2, "has no place for \"3\""},
           what{"stream diff order-12345 one", 2, "a version cannot be \"one\""},
           what{"stream diff order-12345 1 4", 3, "has no version 4\n  where: shop.db\n  why:   it has @1 to @3\n"},
           what{"stream diff order-12345 3 1", 2,
                "do:    order-service whence stream diff order-12345 1 3  [usage.value, exit 2]"},
           what{"stream diff nope", 3, "[stream.missing, exit 3]"},
           what{"stream diff stock-A1", 7, "[types.no_serialize, exit 7]"},
           what{"stream diff order-12345 --limit 3", 2, "there is no option --limit"},
       }) {
    CAPTURE(what.line);
    const ran ran = application.run(what.line);
    CAPTURE(ran.err);
    CHECK(ran.exit == what.exit);
    CHECK(ran.out == "");
    CHECK(ran.err.find(what.says) != std::string::npos);
  }
  tests::console stock;
  CHECK(stock.run("stream diff order-12345")
            .err.find("that of order-service: PROGRAM whence stream diff order-12345  [types.missing, exit 7]") !=
        std::string::npos);
}

TEST_CASE("the last event's changes, or those between two versions, with the events that made them") {
  application application;
  CHECK(application.run("stream diff order-12345").out ==
        "order-12345   Order   v2 → v3   1 event\n\n"
        "MEMBER  CHANGE  BEFORE  AFTER               BY\n"
        "note    added           \"left at the door\"  v3 OrderNoted\n");
  CHECK(application.run("stream diff order-12345 1").out ==
        "order-12345   Order   v1 → v3   2 events\n\n"
        "MEMBER  CHANGE   BEFORE    AFTER               BY\n"
        "status  changed  \"placed\"  \"shipped\"           v2 OrderShipped\n"
        "note    added              \"left at the door\"  v3 OrderNoted\n");
  CHECK(application.run("stream diff order-12345 0 1 -o csv --columns member,change").exit == 2);
  CHECK(application.run("stream diff order-12345 0 2 -o csv").out ==
        "member,change,before,after,by\r\n"
        "status,changed,\"\"\"none\"\"\",\"\"\"shipped\"\"\",\"1 OrderPlaced, 2 OrderShipped\"\r\n"
        "items[0],added,,\"{\"\"sku\"\":\"\"A1\"\",\"\"qty\"\":2,\"\"price\"\":\"\"19.90 EUR\"\"}\",1 OrderPlaced\r\n"
        "items[1],added,,\"{\"\"sku\"\":\"\"B7\"\",\"\"qty\"\":1}\",1 OrderPlaced\r\n");
  CHECK(application.run("stream diff order-12345 1 2 -o json").out ==
        "{\"aggregateId\":\"order-12345\",\"from\":1,\"to\":2,\"items\":[\n"
        "{\"member\":\"status\",\"change\":\"changed\",\"before\":\"placed\",\"after\":\"shipped\",\"by\":[{"
        "\"streamVersion\":2,"
        "\"eventType\":\"OrderShipped\",\"after\":\"shipped\"}]}\n],\"next\":null}\n");
  CHECK(application.run("stream diff order-12345 2 2 -o json").out ==
        "{\"aggregateId\":\"order-12345\",\"from\":2,\"to\":2,\"items\":[],\"next\":null}\n");
}

TEST_CASE("a name that a shell would take apart is quoted where it is to be pasted") {
  CHECK(cli::shell_word("order-12345@1") == "order-12345@1");
  CHECK(cli::shell_word("x; rm -rf ~") == "'x; rm -rf ~'");
  CHECK(cli::shell_word("it's") == "'it'\\''s'");
  CHECK(cli::shell_word("") == "''");
  CHECK(cli::shell_word("=0") == "'=0'");  // for zsh
  CHECK(cli::shell_word("--fail-if=0") == "--fail-if=0");
  CHECK(cli::shell_word("a\n'b\\") == R"($'a\x0a\'b\\')");
  CHECK(cli::shell_word("\xff.db") == R"($'\xff.db')");  // as the screen shows it, '\xff.db' would be another file
  CHECK(cli::shell_word("\u00e9\u202e\xff") == R"($'\xc3\xa9\xe2\x80\xae\xff')");
  CHECK(cli::shell_word("caf\u00e9.db") == "'caf\u00e9.db'");
  tests::console console;
  tests::append_event(*console.log, "x; rm -rf ~", "Order", tests::event_of("OrderPlaced", "{}", 70));
  CHECK(console.run({"event", "show", "x; rm -rf ~@9"}).err.find("do:    whence stream show 'x; rm -rf ~'  [") !=
        std::string::npos);
  CHECK(console.run({"stream", "state", "x; rm -rf ~"}).err.find("whence stream state 'x; rm -rf ~'  [") !=
        std::string::npos);
}
