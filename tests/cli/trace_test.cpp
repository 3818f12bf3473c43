// Causes and effects: what contradicts itself or is not there first, then the tree in each form.
#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include <tests/cli/console.hpp>
#include <tests/cli/damaged_log.hpp>
#include <tests/cli/models_beside.hpp>
#include <tests/cli/shop_log.hpp>
#include <whence/core/simulation.hpp>

using namespace whence;
using tests::console;
using tests::ran;

namespace {

const timestamp opening = parse_rfc3339("2026-01-27T10:30:00Z");

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

uuid event_uuid(std::uint64_t number) { return derive(opening, "event", number); }

/// An event whose cause, correlation and time are chosen.
struct link {
  std::uint64_t number;
  std::string type = "Happened";
  uuid cause{};
  std::string cause_type{};
  std::uint64_t correlation = 100;
  std::string stream = "thing-1";
};

/// A log of links, one millisecond apart.
struct chain : console {
  chain() : console(memory(), tests::shop_runtime()) {}

  chain& add(const link& what) {
    static_cast<manual_clock&>(*around.runtime.clock).advance(std::chrono::milliseconds(1));
    new_event event = tests::event_of(what.type, R"({"n":)" + std::to_string(what.number) + "}", what.number);
    event.metadata.correlation = correlation_id(derive(opening, "sale", what.correlation));
    event.metadata.causation = command_id(what.cause);
    event.metadata.causation_type = what.cause_type;
    tests::append_event(*log, what.stream, "Thing", std::move(event));
    return *this;
  }
  /// The lines below the header.
  std::string tree(const std::string& line) {
    const ran ran = run(line);
    CHECK(ran.exit == 0);
    const std::size_t end_of_header = ran.out.find("\n\n");
    return end_of_header == std::string::npos ? ran.out : ran.out.substr(end_of_header + 2);
  }
};

uuid command_uuid(std::uint64_t number) { return derive(opening, "command", number); }

}  // namespace

TEST_CASE("what cannot be traced is said in one message") {
  console console;
  struct what {
    const char* line;
    int exit;
    const char* says;
  };
  for (const what& what : {
           what{"trace", 2, "`trace` needs to know which: ID|@POSITION"},
           what{"trace @0", 3, "[event.missing, exit 3]"},
           what{"trace @10", 3, "the log has #1 to #9"},
           what{"trace order-12345@4", 3, "the stream has @1 to @3"},
           what{"trace order-12@1", 3, "[stream.missing, exit 3]"},
           what{"trace order-12345", 2, "whence trace order-12345@1  [usage.value, exit 2]"},
           what{"trace nonsense", 2, "[usage.value, exit 2]"},
           what{"trace 019bff00", 2, "is the beginning of several ids"},
           what{"trace ffffffff-ffff-ffff-ffff-ffffffffffff", 3, "[trace.missing, exit 3]"},
           what{"trace 00000000-0000-0000-0000-000000000000", 3, "[trace.missing, exit 3]"},
           what{"trace ffffffff", 3, "a command that was rejected leaves no trace"},
           what{"trace @1 --depth 0", 2, "--depth cannot be 0"},
           what{"trace @1 --depth x", 2, "[usage.value, exit 2]"},
           what{"trace @1 --at-most 0", 2, "give 1 to 100000"},
           what{"trace @1 --at-most 100001", 2, "give 1 to 100000"},
           what{"trace @1 -o yaml", 2, "-o cannot be \"yaml\""},
           what{"trace @1 @2", 2, "has no place for \"@2\""},
           what{"trace @1 --since tomorrow", 2, "[usage.value, exit 2]"},
           what{"trace 019bff00-c840-7415-8321-f3bc0f4c1fa1 --up", 2, "is a correlation"},
       }) {
    CAPTURE(what.line);
    const ran ran = console.run(what.line);
    CAPTURE(ran.err);
    CHECK(ran.exit == what.exit);
    CHECK(ran.out == "");
    CHECK(ran.err.find(what.says) != std::string::npos);
    CHECK(count(ran.err, "whence: ") == 1);
  }
  CHECK(tests::empty_console()->run("trace @1").err.find("the log is empty") != std::string::npos);
}

TEST_CASE("a cause that should be in the log and is not is shown as missing; a command is not missing") {
  chain chain;
  chain.add({.number = 1, .type = "Begun"})
      .add({.number = 2, .type = "Ended", .cause = event_uuid(77), .cause_type = "Begun"})
      .add({.number = 3, .type = "Noted", .cause = command_uuid(5), .cause_type = "Note"})
      .add({.number = 4, .type = "Noted", .cause = command_uuid(6)});
  CHECK(chain.tree("trace @1") ==
        "EVT Begun                                     thing-1@1  #1  +0 ms  ←\n"
        "? Begun " +
            event_uuid(77).to_string() +
            "                 not in this log\n"
            "└─ EVT Ended                                  thing-1@2  #2  +1 ms\n"
            "CMD Note                                      thing-1        -1 ms\n"
            "└─ EVT Noted                                  thing-1@3  #3  +2 ms\n"
            "? " +
            command_uuid(6).to_string() +
            "                       not in this log\n"
            "└─ EVT Noted                                  thing-1@4  #4  +3 ms\n");
}

TEST_CASE("causes that go round in a circle are drawn once each") {
  SUBCASE("of one") {
    chain chain;
    chain.add({.number = 1, .cause = event_uuid(1)});
    CHECK(chain.tree("trace @1") == "EVT Happened  thing-1@1  #1  +0 ms  its cause follows from it\n");
  }
  SUBCASE("of two, with something that follows from it before it") {
    chain chain;
    chain.add({.number = 3, .type = "After", .cause = event_uuid(2)})
        .add({.number = 1, .type = "One", .cause = event_uuid(2)})
        .add({.number = 2, .type = "Two", .cause = event_uuid(1)});
    const std::string tree =
        "EVT One          thing-1@2  #2  +0 ms  its cause follows from it\n"
        "└─ EVT Two       thing-1@3  #3  +1 ms\n"
        "   └─ EVT After  thing-1@1  #1  -1 ms";
    CHECK(chain.tree("trace " + derive(opening, "sale", 100).to_string()) == tree + "\n");
    CHECK(chain.tree("trace @1") == tree + "  ←\n");
    CHECK(chain.run("trace @1 --up").exit == 0);
    CHECK(chain.run("trace @1 --down").exit == 0);
  }
  SUBCASE("of a thousand") {
    chain chain;
    for (std::uint64_t number = 0; number < 1'000; ++number)
      chain.add({.number = number, .cause = event_uuid((number + 1) % 1'000)});
    CHECK(count(chain.run("trace @500").out, "EVT ") == 1'000);
    CHECK(count(chain.run("trace @500 --up").out, "EVT ") == 502);  // up to where the circle is cut open
    CHECK(count(chain.run("trace @500 -o jsonl").out, "\n") == 1'000);
  }
}

TEST_CASE("a long chain of causes is drawn, at any width, and its deep end below ⋯") {
  chain chain;
  chain.add({.number = 0});
  for (std::uint64_t number = 1; number < 300; ++number) chain.add({.number = number, .cause = event_uuid(number - 1)});
  const ran ran = chain.run("trace @1");
  CHECK(count(ran.out, "EVT ") == 300);
  CHECK(ran.out.find("⋯  ") != std::string::npos);
  CHECK(count(chain.run("trace @300 --up").out, "EVT ") == 300);
  CHECK(count(chain.run("trace @300 --up --depth 10").out, "EVT ") == 10);
  CHECK(chain.run("trace @1 --depth 2").out.find("└─ … 298 messages below\n") != std::string::npos);
  chain.terminal(40).with("NO_COLOR", "1");
  for (const char* const line : {"trace @1 --no-pager", "trace @1 --data", "trace @1 --flat"}) {
    CAPTURE(line);
    std::istringstream rows(chain.run(line).out);
    for (std::string row; std::getline(rows, row);) CHECK(row.size() <= 40 * 3);
  }
}

TEST_CASE("a correlation with very many events is bounded, and says so") {
  chain chain;
  for (std::uint64_t number = 1; number <= 1'200; ++number)
    chain.add({.number = number, .cause = command_uuid(number), .cause_type = "Count"});
  const ran usual = chain.run("trace @1");
  CHECK(count(usual.out, "EVT ") == 1'000);
  CHECK(usual.err ==
        "the first 1 000 events of this correlation, and there are more; --at-most N shows up to 100 000\n");
  CHECK(usual.exit == 0);
  const ran few = chain.run("trace @1200 --at-most 5");
  CHECK(count(few.out, "EVT ") == 6);  // what was asked for is there in any case
  CHECK(few.out.find("#1200") != std::string::npos);
  const ran all = chain.run("trace @1 --at-most 2000 -o jsonl");
  CHECK(count(all.out, "\"kind\":\"event\"") == 1'200);
  CHECK(all.err == "");
  CHECK(count(chain.run("trace @1 --from 1190").out, "EVT ") == 12);
  const ran bounded = chain.run("trace @1 --at-most 5 -o json");
  CHECK(bounded.out.ends_with("\n],\"next\":null,\"more\":true}\n"));
  CHECK(bounded.err.starts_with("the first 5 events of this correlation, and there are more"));
  CHECK(chain.run("trace @1 --at-most 1200 -o json").out.ends_with("\n],\"next\":null}\n"));
  const ran flat = chain.run("trace @1 --at-most 1200 --depth 1 -o json");
  CHECK(flat.out.ends_with("\n],\"next\":null,\"leftOut\":1200}\n"));
  CHECK(flat.err == "1 200 more below these; a greater --depth shows them\n");
}

TEST_CASE("a damaged event ends the trace: what is before it is drawn, then it is said") {
  console console;
  auto source = console.around.store_at("");
  console.around.store_at = [source](const std::string&) {
    return log_source(
        {.name = "shop.db", .models_directory = "", .open = nullptr, .visit = [source](const runtime& runtime) {
           return std::make_unique<tests::damaged_log>(source.visit(runtime), 7);
         }});
  };
  const ran ran = console.run("trace @1");
  CHECK(ran.exit == 6);
  CHECK(count(ran.out, "EVT ") == 3);
  CHECK(ran.err.find("[log.checksum, exit 6]") != std::string::npos);
  const tests::ran json = console.run("trace @1 -o json");
  CHECK(json.exit == 6);
  CHECK(json.out.find("\"diagnostics\":[{\"code\":\"log.checksum\"") != std::string::npos);
  CHECK(console.run("trace @7").exit == 6);
}

TEST_CASE("nothing that an event says reaches a terminal as it is") {
  console console;
  for (const char* const line :
       {"trace @8", "trace @8 --data", "trace @8 --flat", "trace @8 -o mermaid", "trace @8 -o markdown"}) {
    CAPTURE(line);
    const ran ran = console.run(line);
    CHECK(ran.exit == 0);
    for (const char* const bad : {"\x1b", "\xE2\x80\xAE", "\xC2\x9B", "\x07"})
      CHECK(ran.out.find(bad) == std::string::npos);
  }
  console.terminal(100).with("NO_COLOR", "1");
  for (const char* const line : {"trace @8 -o json", "trace @8 -o jsonl", "trace @8 -o csv"}) {
    CAPTURE(line);
    const std::string out = console.run(line).out;
    for (const char* const bad : {"\x1b", "\xE2\x80\xAE", "\xC2\x9B", "\x07"})
      CHECK(out.find(bad) == std::string::npos);
  }
}

TEST_CASE("a diagram's labels mean nothing to Mermaid or HTML") {
  chain chain;
  chain.add({.number = 1, .type = R"(A"]; click n0 "x" #<b>&`)", .cause = command_uuid(1), .cause_type = "end"});
  const ran ran = chain.run("trace @1 -o mermaid");
  CHECK(ran.out.starts_with(
      "flowchart TD\n"
      "  n0[\"end\"]:::command\n"
      "  n1(\"A#quot;]; click n0 #quot;x#quot; #35;#lt;b#gt;#amp;#96;<br>thing-1@1 #35;1\"):::event\n"
      "  n0 --> n1\n"));
}

TEST_CASE("a sale: its commands, its events, and an event that another caused") {
  console console;
  CHECK(console.run("trace @1").out ==
        R"(correlation 019bff00-c840-7415-8321-f3bc0f4c1fa1 · 7 messages · 2 streams · 7.00 s · 2026-01-27T10:30:00.000Z

CMD PlaceOrder             order-12345          +0 ms
└─ EVT OrderPlaced v2      order-12345@1    #1  +1.00 s  ←
CMD TakePayment            payment-12345        +0 ms
└─ EVT PaymentTaken        payment-12345@1  #2  +2.00 s
   └─ EVT PaymentRefunded  payment-12345@2  #7  +7.00 s
CMD ShipOrder              order-12345          +0 ms
└─ EVT OrderShipped        order-12345@2    #3  +3.00 s
)");
  CHECK(console.run("trace payment-12345@2 --up").out ==
        R"(correlation 019bff00-c840-7415-8321-f3bc0f4c1fa1 · 3 messages · 1 stream · 7.00 s · 2026-01-27T10:30:00.000Z

CMD TakePayment            payment-12345        +0 ms
└─ EVT PaymentTaken        payment-12345@1  #2  +2.00 s
   └─ EVT PaymentRefunded  payment-12345@2  #7  +7.00 s  ←
)");
  CHECK(console.run("trace payment-12345@1 --down --data").out ==
        R"(correlation 019bff00-c840-7415-8321-f3bc0f4c1fa1 · 2 messages · 1 stream · 5.00 s · 2026-01-27T10:30:02.000Z

EVT PaymentTaken        payment-12345@1  #2  +0 ms  ←
│   amount  "39.80"
│   currency  "EUR"
└─ EVT PaymentRefunded  payment-12345@2  #7  +5.00 s
       "39.80 EUR"
)");
}

TEST_CASE("an event, a command and a correlation are all named by id, whole or cut") {
  console console;
  const std::string by_place = console.run("trace @2").out;
  const uuid payment = event_uuid(2);
  const uuid command = command_uuid(2);
  const std::string sale = derive(opening, "sale", 1).to_string();
  CHECK(console.run("trace #2").out == by_place);
  CHECK(console.run("trace payment-12345@1").out == by_place);
  CHECK(console.run("trace " + payment.to_string()).out == by_place);
  CHECK(console.run("trace " + payment.to_string().substr(28)).out == by_place);
  const std::string of_command = console.run("trace " + command.to_string()).out;
  CHECK(of_command.find("CMD TakePayment            payment-12345        +0 ms  ←\n") != std::string::npos);
  CHECK(console.run("trace " + command.to_string().substr(28)).out == of_command);
  const std::string of_sale = console.run("trace " + sale).out;
  CHECK(count(of_sale, "←") == 0);
  CHECK(count(of_sale, "EVT ") == 4);
  CHECK(console.run("trace " + sale.substr(28)).out == of_sale);
  CHECK(count(console.run("trace " + command.to_string() + " --down").out, "EVT ") == 2);
}

TEST_CASE("a beginning that several ids have is enough where all of them are of one correlation") {
  console console;  // its ids share their time
  const std::string sale = derive(opening, "sale", 1).to_string();
  const ran ran = console.run("trace 019bff00-c840 --to 3");
  CHECK(ran.exit == 0);
  CHECK(ran.out == console.run("trace " + sale + " --to 3").out);
  CHECK(ran.err == "several ids begin or end with 019bff00-c840, all of this correlation\n");
  // One of the events is of another sale.
  CHECK(console.run("trace 019bff00-c840 --to 4").exit == 2);
  // What led to all of them is no question.
  const tests::ran up = console.run("trace 019bff00-c840 --to 3 --up");
  CHECK(up.exit == 2);
  CHECK(up.out == "");
  CHECK(up.err.starts_with("whence: \"019bff00-c840\" is the beginning of several ids\n"));
  CHECK(up.err.find("\n         event        " + event_uuid(1).to_string() + "  OrderPlaced, order-12345@1\n") !=
        std::string::npos);
  CHECK(up.err.find("\n         command      " + command_uuid(1).to_string() + "  PlaceOrder\n") != std::string::npos);
  CHECK(up.err.find("\n         correlation  " + sale + "  of OrderPlaced, order-12345@1\n") != std::string::npos);
}

TEST_CASE("a diagram has no order and no columns: asked for, they are refused") {
  console console;
  for (const char* const asked : {"--flat", "--columns type", "--data"}) {
    const ran ran = console.run(std::string("trace @1 -o mermaid ") + asked);
    CHECK(ran.exit == 2);
    CHECK(ran.out == "");
    CHECK(
        ran.err.ends_with("has no meaning for -o mermaid\n  do:    leave it out, or choose another form: table, json, "
                          "jsonl, csv, markdown  [usage.option, exit 2]\n"));
  }
  // In each list the tree's order and the log's differ.
  chain chain;
  chain.add({1}).add({3, "Apart"}).add({2, "Followed", event_uuid(1), "Happened"});
  for (const char* const form : {"csv", "json", "jsonl", "markdown", "table --columns position"}) {
    CAPTURE(form);
    const std::string line = std::string("trace @1 -o ") + form;
    CHECK(chain.run(line).out != chain.run(line + " --flat").out);
  }
}

TEST_CASE("a cause of another correlation is drawn too") {
  chain chain;
  chain.add({.number = 1, .type = "Before", .cause = command_uuid(1), .cause_type = "Begin", .correlation = 1})
      .add({.number = 2, .type = "After", .cause = event_uuid(1), .correlation = 2});
  CHECK(chain.tree("trace @2") ==
        "CMD Begin        thing-1        +0 ms\n"
        "└─ EVT Before    thing-1@1  #1  +1 ms  of another correlation\n"
        "   └─ EVT After  thing-1@2  #2  +2 ms  ←\n");
}

TEST_CASE("events without a correlation are drawn with what they caused") {
  console console(memory(), tests::shop_runtime());
  for (const std::uint64_t number : {1u, 2u, 3u}) {
    new_event event = tests::event_of("Happened", "{}", number);
    event.metadata.correlation = {};
    event.metadata.causation = number == 2 ? causation_id(event_id(event_uuid(1))) : causation_id();
    tests::append_event(*console.log, "thing-1", "Thing", std::move(event));
  }
  CHECK(console.run("trace @1").out ==
        "correlation none · 2 messages · 1 stream · 0 ms · 2026-01-27T10:30:00.000Z\n\n"
        "EVT Happened     thing-1@1  #1  +0 ms  ←\n"
        "└─ EVT Happened  thing-1@2  #2  +0 ms\n");
}

TEST_CASE("machine forms: each item with its kind, its place in the tree, and the event whole") {
  console console;
  CHECK(
      console.run("trace order-12345@2 --up -o json").out ==
      R"({"correlationId":"019bff00-c840-7415-8321-f3bc0f4c1fa1","items":[)"
      "\n"
      R"({"kind":"command","depth":0,"id":")" +
          command_uuid(3).to_string() +
          R"(","name":"ShipOrder","aggregateId":"order-12345"},)"
          "\n"
          R"({"kind":"event","depth":1,"applied":[],"passed":[],"notYet":[],"eventId":")" +
          event_uuid(3).to_string() +
          R"(","eventType":"OrderShipped","eventVersion":1,"occurredAt":"2026-01-27T10:30:03.000000Z","aggregateId":"order-12345",)"
          R"("aggregateType":"Order","data":{},"metadata":{"correlationId":"019bff00-c840-7415-8321-f3bc0f4c1fa1","causationId":")" +
          command_uuid(3).to_string() +
          R"(","source":"order-service","causationType":"ShipOrder"},"globalPosition":3,"streamVersion":2,"recordedAt":"2026-01-27T10:30:03.000000Z"})"
          "\n],\"next\":null}\n");
  CHECK(console.run("trace order-12345@2 --up -o csv").out ==
        "depth,globalPosition,recordedAt,kind,name,aggregateId,streamVersion,causationType,applied,passed,id,data\r\n"
        "0,,,command,ShipOrder,order-12345,,,,," +
            command_uuid(3).to_string() +
            ",\r\n"
            "1,3,2026-01-27T10:30:03.000000Z,event,OrderShipped,order-12345,2,ShipOrder,,," +
            event_uuid(3).to_string() + ",{}\r\n");
  CHECK(console.run("trace payment-12345@2 --flat --columns position,kind,type,stream").out ==
        "POSITION  KIND     TYPE             STREAM\n"
        "          command  PlaceOrder       order-12345\n"
        "       1  event    OrderPlaced v2   order-12345@1\n"
        "          command  TakePayment      payment-12345\n"
        "       2  event    PaymentTaken     payment-12345@1\n"
        "          command  ShipOrder        order-12345\n"
        "       3  event    OrderShipped     order-12345@2\n"
        "       7  event    PaymentRefunded  payment-12345@2\n");
  CHECK(count(console.run("trace @1 -o jsonl").out, "\n") == 7);
}

TEST_CASE("read models stand below the events that they have applied, or not yet; a damaged one is named") {
  console console;
  tests::models_beside models;
  models.add("order_summary", *console.log, 9);
  models.add("stock_levels", *console.log, 2);
  const auto source = models.around(console.around.store_at(""));
  console.around.store_at = [source](const std::string&) { return source; };
  CHECK(console.run("trace @3 --up").out ==
        R"(correlation 019bff00-c840-7415-8321-f3bc0f4c1fa1 · 2 messages · 1 stream · 3.00 s · 2026-01-27T10:30:00.000Z

CMD ShipOrder        order-12345        +0 ms
└─ EVT OrderShipped  order-12345@2  #3  +3.00 s  ←
   ├─ PRJ passed by order_summary
   └─ PRJ not yet in stock_levels
)");
  models.write("broken.current", "broken.1.1.db\n");
  models.write("broken.1.1.db", "no database");
  const ran ran = console.run("trace @7 --up --columns type,passed-by");
  CHECK(ran.out ==
        "TYPE             PASSED BY\nTakePayment\nPaymentTaken     order_summary,stock_levels\nPaymentRefunded  "
        "order_summary\n");
  CHECK(ran.err == "read model broken cannot be read: whence projection status broken\n");
  CHECK(ran.exit == 0);
}
