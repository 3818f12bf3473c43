// `rehearse`: an application's program, tried on a log.
#include <string>

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <tests/cli/console.hpp>
#include <tests/cli/shop_log.hpp>
#include <tests/cli/shop_types.hpp>
#include <tests/temporary_folder.hpp>

using tests::ran;

namespace {

/// Of another build, which knows no items.
namespace next_build {
struct Order {
  static constexpr whence::aggregate_type type{"Order"};
  using events = whence::events<tests::shop_types::OrderPlaced>;
  std::string status = "placed";
  void apply(const tests::shop_types::OrderPlaced&) {}
  void serialize(whence::archive& ar) { ar(cereal::make_nvp("status", status)); }
};
}  // namespace next_build

std::unique_ptr<tests::console> application() {
  auto console = tests::empty_console();
  console->around.types = &tests::shop_types::all();
  console->around.program = "shop";
  return console;
}

void place(tests::console& console, const std::string& order, std::uint64_t number) {
  whence::new_event placed =
      tests::event_of("OrderPlaced", R"({"customerId":"c","items":[],"note":null,"total":null,"empty":null})", number);
  placed.version = 2;
  tests::append_event(*console.log, order, "Order", placed);
}

}  // namespace

TEST_CASE("a program that a log suits passes, and says what it looked at") {
  const auto console = application();
  place(*console, "order-1", 1);
  tests::append_event(*console->log, "order-1", "Order", tests::event_of("OrderShipped", "{}", 2));
  const ran found = console->run("rehearse");
  CHECK(found.err == "");
  CHECK(found.exit == 0);
  CHECK(found.out ==
        "shop.db\n"
        "events      2, all can be read\n"
        "not handled none\n"
        "aggregates  1, all can be folded\n");
}

TEST_CASE("an event that it cannot read is shown with its place, and the exit code stops a deployment") {
  const auto console = application();
  place(*console, "order-1", 1);
  tests::append_event(*console->log, "order-1", "Order", tests::event_of("OrderNoted", R"({"remark":"late"})", 2));
  tests::append_event(*console->log, "audit-1", "Audit", tests::event_of("Audited", "{}", 3));
  const ran found = console->run("rehearse");
  CHECK(found.exit == 1);
  CHECK(found.out ==
        "shop.db\n"
        "events      2 of 3 can be read\n"
        "not handled 1 of 1 type: Audited v1 of Audit\n"
        "aggregates  0 of 1 can be folded\n"
        "            1 stream of types that this program does not have\n"
        "\n"
        "FOUND  EVENT  STREAM   TYPE           WHAT\n"
        "event      2  order-1  OrderNoted v1  /note: is missing\n");
  CHECK(found.err ==
        "shop: shop.db: 1 finding; this program would not run on it as it should\n"
        "  where: event #2, order-1, OrderNoted v1\n"
        "  why:   /note: is missing\n"
        "  do:    shop event show @2 --raw  [rehearsal.failed, exit 1]\n");

  const ran json = console->run("rehearse -o json");
  CHECK(json.exit == 1);
  const auto document = nlohmann::json::parse(json.out);
  CHECK(document["status"] == "fail");
  CHECK(document["data"]["broken"] == 1);
  CHECK(document["data"]["findings"][0]["globalPosition"] == 2);
  CHECK(document["data"]["findings"][0]["code"] == "data.unreadable");
  CHECK(document["data"]["kinds"][0]["firstBroken"] == 2);
  CHECK(document["diagnostics"][0]["code"] == "rehearsal.failed");
}

TEST_CASE("states are saved by one build, and the next one is held against them") {
  const tests::temporary_folder folder;
  const auto console = application();
  place(*console, "order-1", 1);
  const std::string file = folder.file("shop.states");
  const ran saved = console->run({"rehearse", "--save", file});
  CHECK(saved.exit == 0);
  CHECK(saved.out.ends_with("saved       " + file + "\n"));
  const ran same = console->run({"rehearse", "--against", file});
  CHECK(same.exit == 0);
  CHECK(same.out.ends_with("compared    1, all are as they were saved\n"));

  const auto next = whence::cli_types("shop").aggregate<next_build::Order>();
  console->around.types = &next;
  const ran other = console->run({"rehearse", "--against", file});
  CHECK(other.exit == 1);
  CHECK(other.out.find("compared    0 of 1 are as they were saved\n") != std::string::npos);
  CHECK(other.out.find("its state at version 1 is not the one that was saved") != std::string::npos);
  CHECK(other.err.find("do:    shop stream state order-1 --at 1  [") != std::string::npos);
}

TEST_CASE("streams that the new name of an aggregate has lost stop a deployment; another application's do not") {
  const auto console = application();
  tests::append_event(*console->log, "audit-1", "Audit", tests::event_of("Audited", "{}", 1));
  CHECK(console->run("rehearse").exit == 0);
  tests::append_event(*console->log, "order-1", "Bestellung", tests::event_of("OrderShipped", "{}", 2));
  const ran found = console->run("rehearse");
  CHECK(found.exit == 1);
  CHECK(
      found.out.find("            2 streams of types that this program does not have; 1 with events that it lists\n") !=
      std::string::npos);
  CHECK(
      found.err.find("  where: event #2, order-1, Bestellung\n"
                     "  why:   no command reaches it: this program does not know its type, and Order lists its events; "
                     "an aggregate keeps its stored name\n") != std::string::npos);
  const auto data = nlohmann::json::parse(console->run("rehearse -o json").out).at("data");
  CHECK(data.at("ofNoType") == 2);
  CHECK(data.at("orphaned") == 1);
}

TEST_CASE("the stock program has nothing to rehearse") {
  tests::console console;
  const ran found = console.run("rehearse");
  CHECK(found.exit == 7);
  CHECK(found.err.find("PROGRAM whence rehearse  [types.missing, exit 7]") != std::string::npos);
}
