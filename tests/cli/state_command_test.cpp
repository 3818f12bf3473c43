// What needs an application's own types: without them, with some, with all.
#include <filesystem>
#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include <whence/store/audit_event.hpp>
#include <whence/upcasting/upcasters.hpp>

#include <tests/cli/console.hpp>
#include <tests/cli/damaged_log.hpp>
#include <tests/cli/models_beside.hpp>
#include <tests/cli/shop_log.hpp>
#include <tests/cli/shop_types.hpp>
#include <tests/temporary_folder.hpp>

using namespace whence;
using tests::ran;

namespace {

// Only read any more.
struct OrderTouched {
  static constexpr event_type type{"OrderTouched", 1};
};
struct OrderRemarked {
  static constexpr event_type type{"OrderRemarked", 1};
};

/// The shop's executable.
struct application : tests::console {
  application() {
    around.types = &tests::shop_types::all();
    around.program = around.types->program();
  }
};

}  // namespace

TEST_CASE("a state is what the application makes of events as they are today, as lists are") {
  const auto console = tests::empty_console();
  tests::append_event(*console->log, "order-1", "Order", tests::event_of("OrderTouched", "{}", 1));
  tests::append_event(*console->log, "order-1", "Order", tests::event_of("OrderRemarked", R"({"text":"late"})", 2));
  const auto types = cli_types("order-service whence")
                         .aggregate<tests::shop_types::Order>()
                         .upcasting(upcasters::of(upcast<OrderTouched, 1>().dropped(),
                                                  upcast<OrderRemarked, 1>().to<tests::shop_types::OrderNoted, 1>(
                                                      [](document& data) { data.rename("text", "note"); })));
  console->around.types = &types;
  const ran shown = console->run("stream state order-1 -o json");
  CHECK(shown.err == "");
  CHECK(shown.out.find(R"("streamVersion":2)") != std::string::npos);
  CHECK(shown.out.find(R"("note":"late")") != std::string::npos);
  const ran listed = console->run("event list -o jsonl");
  CHECK(listed.out.find(R"("eventType":"OrderTouched")") == std::string::npos);
  CHECK(listed.out.find(R"("eventType":"OrderNoted")") != std::string::npos);
  console->around.types = &tests::shop_types::all();
  CHECK(console->run("stream state order-1").exit != 0);
}

TEST_CASE("the stock program has no types, and says who has them") {
  tests::console console;
  const ran ran = console.run("stream state order-12345");
  CHECK(ran.exit == 7);
  CHECK(ran.out == "");
  CHECK(ran.err ==
        "whence: this needs the type \"Order\", which the stock binary does not have\n"
        "  where: shop.db\n"
        "  why:   a state is what the application's own code makes of the events\n"
        "  do:    run it with the application's own executable, that of order-service: PROGRAM whence stream state "
        "order-12345  [types.missing, exit 7]\n");
  const tests::ran json = console.run("stream state order-12345 -o json");
  CHECK(json.exit == 7);
  CHECK(
      json.out.starts_with("{\"version\":1,\"command\":\"stream state\",\"status\":\"error\",\"data\":null,"
                           "\"diagnostics\":[{\"code\":\"types.missing\""));
  CHECK(console.run("stream state nope").exit == 3);

  // Where it is, it is named as a shell finds it.
  const tests::temporary_folder folder;
  std::ofstream(folder.file("order-service")) << "#!/bin/sh\n";
  console.with("PATH", "/nowhere:" + folder.path().string());
  CHECK(console.run("stream state order-12345").err.find(": PROGRAM whence") != std::string::npos);
  std::filesystem::permissions(folder.file("order-service"), std::filesystem::perms::owner_all);
  CHECK(console.run("stream state order-12345").err.find("  do:    order-service whence stream state order-12345  [") !=
        std::string::npos);
  console.with("PATH", "");
  console.around.directory = folder.path().string();
  CHECK(
      console.run("stream state order-12345").err.find("  do:    ./order-service whence stream state order-12345  [") !=
      std::string::npos);
}

TEST_CASE("a program's name that no shell should see is not taken from the log") {
  tests::console console;
  new_event event = tests::event_of("Happened", "{}", 50);
  event.metadata.source = "x; rm -rf ~";
  tests::append_event(*console.log, "thing-1", "Thing", event);
  CHECK(console.run("stream state thing-1").err.find("own executable: PROGRAM whence stream state thing-1  [") !=
        std::string::npos);
}

TEST_CASE("what operators did has no state, whatever types there are") {
  application application;
  const log_operation operation{.name = "event append", .reason = "a test", .by = this_operator("whence")};
  REQUIRE(application.log->append({{audit_of(operation, application.around.runtime)}}).get().committed() != nullptr);
  const ran ran = application.run("stream state whence-operations");
  CHECK(ran.exit == 7);
  CHECK(ran.err ==
        "order-service whence: the operations on a log have no state: they are events, and nothing is folded of them\n"
        "  where: shop.db\n"
        "  do:    order-service whence stream show whence-operations  [types.missing, exit 7]\n");
  CHECK(application.run("stream show whence-operations").exit == 0);
}

TEST_CASE("an application that lacks a type, or its serialize, is told what to add") {
  application application;
  CHECK(application.run("stream state payment-12345").err ==
        "order-service whence: this needs the type \"Payment\", which this program does not name to its inspector\n"
        "  where: shop.db\n"
        "  do:    add .aggregate<Payment>() to the whence::cli_types that it calls run_cli with  [types.missing, exit "
        "7]\n");
  application.around.program = "whence";
  const ran ran = application.run("stream state stock-A1");
  CHECK(ran.exit == 7);
  CHECK(ran.err ==
        "whence: the state of \"StockItem\" cannot be shown: the aggregate has no serialize\n"
        "  where: shop.db\n"
        "  do:    give it one, as its events have: template <class Archive> void serialize(Archive& ar)  "
        "[types.no_serialize, exit 7]\n");
}

TEST_CASE("a moment at which there is no state is said") {
  application application;
  struct what {
    const char* line;
    int exit;
    const char* says;
  };
  for (const what& what : {
           what{"stream state order-12345 --at 0", 3,
                "has no state at version 0\n  where: shop.db\n  why:   it has @1 to @3\n"},
           what{"stream state order-12345 --at 4", 3,
                "has no state at version 4\n  where: shop.db\n  why:   it has @1 to @3\n"},
           what{"stream state order-12345 --at 1h", 3, "its first event was recorded at 2026-01-27T10:30:01.000000Z"},
           what{"stream state order-12345 --at 2020-01-01", 3, "has no state at 2020-01-01"},
           what{"stream state order-12345 --at soon", 2, "--at cannot be \"soon\""},
           what{"stream state order-12345 --at -1", 2, "--at cannot be \"-1\""},
           what{"stream state order-12346", 3, "closest names: order-12345"},
           what{"stream state", 2, "`stream state` needs to know which: STREAM"},
           what{"stream state a b", 2, "has no place for \"b\""},
           what{"stream state order-12345 -o csv", 2, "-o cannot be \"csv\""},
       }) {
    CAPTURE(what.line);
    const ran ran = application.run(what.line);
    CAPTURE(ran.err);
    CHECK(ran.exit == what.exit);
    CHECK(ran.out == "");
    CHECK(ran.err.find(what.says) != std::string::npos);
  }
}

TEST_CASE("events that the types cannot read are named") {
  application application;
  const ran old = application.run("stream state order-99");  // its OrderPlaced is of version 1
  CHECK(old.exit == 6);
  CHECK(old.err.find("[event.unknown_version, exit 6]") != std::string::npos);
  tests::append_event(*application.log, "order-12345", "Order", tests::event_of("OrderMelted", "{}", 60));
  const ran unlisted = application.run("stream state order-12345");
  CHECK(unlisted.out == "");
  CHECK(unlisted.err.find("[aggregate.unlisted_event, exit ") != std::string::npos);
  CHECK(application.run("stream state order-12345 --at 3").exit == 0);  // before it
  tests::append_event(*application.log, "order-7", "Order", tests::event_of("OrderShipped", "{\"by\":\"boat\"}", 61));
  CHECK(application.run("stream state order-7").err.find("[data.unreadable, exit 6]") != std::string::npos);
}

TEST_CASE("a damaged event ends it: there is no half state") {
  application application;
  const auto source = application.around.store_at("");
  application.around.store_at = [source](const std::string&) {
    return log_source(
        {.name = "shop.db", .models_directory = "", .open = nullptr, .visit = [source](const runtime& runtime) {
           return std::make_unique<tests::damaged_log>(source.visit(runtime), 3);
         }});
  };
  const ran ran = application.run("stream state order-12345");
  CHECK(ran.exit == 6);
  CHECK(ran.out == "");
  CHECK(application.run("stream state order-12345 --at 1").exit == 0);  // before it
}

TEST_CASE("the state as of the last event, of a version, of a time") {
  application application;
  CHECK(application.run("stream state order-12345").out ==
        "order-12345@3   Order   #9   2026-01-27T10:30:09.000Z\n"
        "  status    \"shipped\"\n"
        "  items[0]  { sku \"A1\", qty 2, price \"19.90 EUR\" }\n"
        "  items[1]  { sku \"B7\", qty 1 }\n"
        "  note      \"left at the door\"\n");
  CHECK(application.run("stream state order-12345 --at 1").out ==
        "order-12345@1   Order   #1   2026-01-27T10:30:01.000Z\n"
        "  status    \"placed\"\n"
        "  items[0]  { sku \"A1\", qty 2, price \"19.90 EUR\" }\n"
        "  items[1]  { sku \"B7\", qty 1 }\n");
  CHECK(application.run("stream state order-12345 --at 3s -o json").out ==
        "{\"aggregateId\":\"order-12345\",\"aggregateType\":\"Order\",\"streamVersion\":2,\"globalPosition\":3,"
        "\"recordedAt\":\"2026-01-27T10:30:03.000000Z\",\"state\":{\"status\":\"shipped\",\"items\":[{\"sku\":\"A1\","
        "\"qty\":2,"
        "\"price\":\"19.90 EUR\"},{\"sku\":\"B7\",\"qty\":1}]}}\n");
  CHECK(
      application.run("stream state order-12345 --at 2026-01-27T10:30:01Z -o jsonl").out.find("\"streamVersion\":1") !=
      std::string::npos);
}

TEST_CASE("nothing in a state moves a terminal's cursor") {
  application application;
  tests::append_event(*application.log, "order-12345", "Order",
                      tests::event_of("OrderNoted", "{\"note\":\"\\u001b[2J\xE2\x80\xAE\"}", 62));
  application.terminal(60).with("NO_COLOR", "1");
  for (const char* const line : {"stream state order-12345", "stream state order-12345 -o json"}) {
    const std::string out = application.run(line).out;
    CHECK(out.find('\x1b') == std::string::npos);
    CHECK(out.find("\xE2\x80\xAE") == std::string::npos);
  }
}

TEST_CASE("with the projections' code a trace shows who handles what, and a model of an older version is outdated") {
  application application;
  const tests::models_beside models;
  models.add("order_summary", *application.log, 9);
  models.add("stock", *application.log, 9);
  const auto source = models.around(application.around.store_at(""));
  application.around.store_at = [source](const std::string&) { return source; };
  // Of "stock" there is no code: it has passed the events, and more is not known.
  CHECK(application.run("trace payment-12345@1 --flat --columns type,applied-by,passed-by").out ==
        "TYPE             APPLIED BY     PASSED BY\n"
        "PlaceOrder\n"
        "OrderPlaced v2   order_summary  stock\n"
        "TakePayment\n"
        "PaymentTaken                    stock\n"
        "ShipOrder\n"
        "OrderShipped     order_summary  stock\n"
        "PaymentRefunded                 stock\n");
  CHECK(application.run("trace payment-12345@1").out.find("PRJ applied by order_summary\n") != std::string::npos);
  CHECK(application.run("trace payment-12345@1").out.find("PRJ passed by stock\n") != std::string::npos);
  const std::string json = application.run("trace payment-12345@2 --flat -o jsonl").out;
  CHECK(json.find("\"applied\":[\"order_summary\"],\"passed\":[\"stock\"],\"notYet\":[]") != std::string::npos);
  CHECK(json.find("\"applied\":[],\"passed\":[\"stock\"],\"notYet\":[]") != std::string::npos);
  CHECK(application.run("projection status --columns projection,state")
            .out.ends_with("PROJECTION     STATE\norder_summary  outdated\nstock          live\n"));
}
