// `stream state` and `stream diff` of a stream whose events are dropped, split and merged: a state at a version is what a program
// folds of a log that ends there.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <tests/cli/log_of_application.hpp>
#include <tests/upcasting/shop.hpp>

using namespace whence;
using nlohmann::json;
using tests::ran;

namespace {

struct written {
  const char* type;
  std::uint32_t version;
  const char* data;
};

const std::vector<written> life{
    {"OrderCreated", 1, R"({"custId":"ada","amount":7})"},
    {"OrderTouched", 1, "{}"},                               // dropped
    {"OrderClosed", 1, R"({"carrier":"dhl","amount":7})"},   // two events
    {"PriceSet", 1, R"({"amount":5})"},                      // alone: a bill
    {"OrderOpened", 1, R"({"customer":"bob","amount":0})"},  // with the price before it: one event
    {"OrderTouched", 2, "{}"},                               // dropped
};

const std::vector<std::string> stories{
    "placed ada EUR; ",
    "placed ada EUR; ",
    "placed ada EUR; shipped dhl unknown; billed 7; ",
    "placed ada EUR; shipped dhl unknown; billed 7; billed 5; ",
    "placed ada EUR; shipped dhl unknown; billed 7; placed bob EUR; ",
    "placed ada EUR; shipped dhl unknown; billed 7; placed bob EUR; ",
};

template <class Order>
const cli_types& types_with() {
  static const cli_types types = cli_types("shop").aggregate<Order>().upcasting(shop::upcasters());
  return types;
}

template <class Order = shop::Order>
struct a_shop : tests::log_of_application {
  explicit a_shop(std::size_t events = life.size()) : log_of_application(types_with<Order>()) {
    for (std::size_t i = 0; i < events; ++i) append(life[i].type, life[i].version, life[i].data);
  }
  json state(std::string_view rest = "") {
    const ran shown = run("stream state order-1 -o json" + std::string(rest));
    CHECK(shown.err == "");
    REQUIRE(shown.exit == 0);
    return json::parse(shown.out);
  }
  json changes(std::string_view versions) {
    return json::parse(run("stream diff order-1 " + std::string(versions) + " -o json").out).at("items");
  }
};

}  // namespace

TEST_CASE("a version that the stream does not have has no state, whatever its last event became") {
  a_shop shop;
  CHECK(shop.run("stream state order-1 --at 0").exit == 3);
  const ran beyond = shop.run("stream state order-1 --at 7");
  CHECK(beyond.exit == 3);
  CHECK(beyond.err.find("why:   it has @1 to @6") != std::string::npos);
}

TEST_CASE("the state at a version is the one that a program had when the stream ended there") {
  a_shop whole;
  for (std::size_t version = 1; version <= life.size(); ++version) {
    CAPTURE(version);
    const json at = whole.state(" --at " + std::to_string(version));
    CHECK(at.at("state").at("story") == stories[version - 1]);
    CHECK(at.at("streamVersion") == version);
    CHECK(at.at("globalPosition") == version);
    a_shop shorter(version);
    CHECK(shorter.state() == at);
  }
  CHECK(whole.state() == whole.state(" --at 6"));
}

TEST_CASE("a stream of which nothing is told any more has the state of one without events, and its version") {
  a_shop shop(0);
  shop.append("OrderTouched", 1, "{}");
  shop.append("OrderTouched", 2, "{}");
  CHECK(shop.state().at("state").at("story") == "");
  CHECK(shop.state().at("streamVersion") == 2);
  CHECK(shop.state(" --at 1").at("streamVersion") == 1);
}

TEST_CASE("what came after a version need not be readable") {
  a_shop shop(2);
  shop.append("OrderCreated", 1, R"({"amount":7})");
  CHECK(shop.run("stream state order-1").exit == 6);
  CHECK(shop.state(" --at 2").at("state").at("story") == stories[1]);
}

TEST_CASE("an event that changed nothing made no difference, and several that were one are told each") {
  a_shop shop;
  CHECK(shop.changes("1 2").empty());
  CHECK(shop.changes("5 6").empty());
  const json split = shop.changes("2 3").at(0);
  CHECK(split.at("before") == stories[1]);
  CHECK(split.at("after") == stories[2]);
  REQUIRE(split.at("by").size() == 2);
  CHECK(split.at("by")[0].at("eventType") == "OrderShipped");
  CHECK(split.at("by")[1].at("eventType") == "OrderBilled");
  CHECK(split.at("by")[1].at("streamVersion") == 3);
  CHECK(shop.changes("3 6").at(0).at("before") == stories[2]);
}

TEST_CASE("the first half of what is merged makes the difference that it made, and so does the second") {
  a_shop shop;
  const json first = shop.changes("3 4").at(0);
  CHECK(first.at("before") == stories[2]);
  CHECK(first.at("after") == stories[3]);
  CHECK(first.at("by")[0].at("eventType") == "OrderBilled");
  const json second = shop.changes("4 5").at(0);
  CHECK(second.at("before") == stories[3]);
  CHECK(second.at("after") == stories[4]);
  CHECK(second.at("by")[0].at("eventType") == "OrderPlaced");
}

TEST_CASE("what cannot be read before the books were closed is no concern of a state, as it is none of a load") {
  a_shop<shop::BilledOrder> shop(0);
  shop.append("OrderCreated", 1, R"({"amount":7})");
  shop.append("OrderBilled", 1, R"({"amount":3})");
  shop.append("OrderShipped", 1, R"({"carrier":"ups"})");
  CHECK(shop.run("stream state order-1 --at 1").exit == 6);
  CHECK(shop.state(" --at 2").at("state").at("story") == "billed 3; ");
  CHECK(shop.state().at("state").at("story") == "billed 3; shipped ups unknown; ");
  CHECK(shop.changes("2 3").at(0).at("by").size() == 1);
  CHECK(shop.run("stream diff order-1 1 3").exit == 6);
}
