// Upcasters by themselves: a stored event goes in, what it is today comes out.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <whence/serialization/binary.hpp>
#include <whence/upcasting/upcasters.hpp>

#include <tests/upcasting/shop.hpp>

using namespace whence;

namespace {

using today = std::vector<upcast_event>;

stored_event stored(std::string_view type, std::uint32_t version, std::string_view data) {
  return {.type = type, .version = version, .data = data};
}

}  // namespace

TEST_CASE("an event goes through each version, up to today's") {
  const auto upcasters = shop::upcasters();
  const today expected{{{"OrderPlaced", 3}, R"({"customer":"ada","amount":7,"currency":"EUR"})"}};
  CHECK(upcasters.upcast(stored("OrderPlaced", 1, R"({"custId":"ada","amount":7})")) == expected);
  CHECK(upcasters.upcast(stored("OrderPlaced", 2, R"({"customer":"ada","amount":7})")) == expected);
}

TEST_CASE("an event that has another name today goes on from there") {
  CHECK(shop::upcasters().upcast(stored("OrderCreated", 1, R"({"custId":"ada","amount":7})")) ==
        today{{{"OrderPlaced", 3}, R"({"customer":"ada","amount":7,"currency":"EUR"})"}});
}

TEST_CASE("an event becomes several, each of which goes on by itself; a function may say that there is none") {
  const auto upcasters = shop::upcasters();
  CHECK(upcasters.upcast(stored("OrderClosed", 1, R"({"carrier":"dhl","amount":7})")) ==
        today{{{"OrderShipped", 2}, R"({"carrier":"dhl","at":"unknown"})"}, {{"OrderBilled", 1}, R"({"amount":7})"}});
  CHECK(upcasters.upcast(stored("OrderClosed", 1, R"({"carrier":"dhl","amount":0})")) ==
        today{{{"OrderShipped", 2}, R"({"carrier":"dhl","at":"unknown"})"}});
}

TEST_CASE("an event is no longer told") { CHECK(shop::upcasters().upcast(stored("OrderTouched", 1, "{}")).empty()); }

TEST_CASE("two events become one, if they are those two in that order; alone each goes its own way") {
  const auto upcasters = shop::upcasters();
  const auto price = stored("PriceSet", 1, R"({"amount":7})");
  const auto opened = stored("OrderOpened", 1, R"({"customer":"ada"})");
  CHECK(upcasters.merge(price, opened));
  CHECK_FALSE(upcasters.merge(opened, price));
  CHECK_FALSE(upcasters.merge(price, price));
  CHECK(upcasters.upcast(price, opened) ==
        today{{{"OrderPlaced", 3}, R"({"customer":"ada","amount":7,"currency":"EUR"})"}});
  CHECK(upcasters.upcast(price) == today{{{"OrderBilled", 1}, R"({"amount":7})"}});
  CHECK(upcasters.upcast(opened) == today{{{"OrderOpened", 1}, R"({"customer":"ada"})"}});
  CHECK(upcasters.upcast(price, price).size() == 2);
}

TEST_CASE("an event of today, and one that nobody knows, stay what they are") {
  const auto upcasters = shop::upcasters();
  for (const auto& event :
       {stored("OrderPlaced", 3, R"({"customer":"a"})"), stored("OrderPlaced", 4, "{}"), stored("Else", 1, "[1, 2]")})
    CHECK(upcasters.upcast(event) == today{{{event.type, event.version}, std::string(event.data)}});
  CHECK(whence::upcasters().upcast(stored("OrderPlaced", 1, "{}")).size() == 1);
}

TEST_CASE("what is stored as binary is upcast as its JSON") {
  const auto upcasters = shop::upcasters();
  const std::string binary = encode_binary(shop::OrderPlacedV1{.customer = "ada", .amount = 7});
  CHECK(upcasters.upcast(stored("OrderPlaced", 2, binary)) ==
        today{{{"OrderPlaced", 3}, R"({"customer":"ada","amount":7,"currency":"EUR"})"}});
}

TEST_CASE("an event that is not as its upcaster expects is named, with the place") {
  const auto problem = [](const stored_event& event) -> std::string {
    try {
      static_cast<void>(shop::upcasters().upcast(event));
    } catch (const upcast_failed& failed) {
      CHECK(failed.event_type == event.type);
      CHECK(failed.version == event.version);
      return failed.problem;
    }
    return "none";
  };
  CHECK(problem(stored("OrderPlaced", 1, R"({"customer":"ada"})")) == "/custId: is missing");
  CHECK(problem(stored("OrderPlaced", 2, R"({"customer":"ada","amount":"7"})")) ==
        "/amount: expected a whole number, found \"7\"");
  CHECK(problem(stored("OrderCreated", 1, "[]")) == "expected an object");
  CHECK(problem(stored("OrderClosed", 1, R"({"carrier":"dhl"})")) == "/amount: is missing");
}

TEST_CASE("what a function throws is told") {
  const auto upcasters = whence::upcasters::of(
      upcast<shop::OrderShipped, 1>([](document&) { throw std::runtime_error("the carrier is bankrupt"); }));
  CHECK_THROWS_WITH_AS(static_cast<void>(upcasters.upcast(stored("OrderShipped", 1, "{}"))),
                       doctest::Contains("the carrier is bankrupt"), upcast_failed);
}

TEST_CASE("who wants events of today is given the names under which they are stored") {
  const std::vector<std::string> placed{"OrderPlaced"}, billed{"OrderBilled"}, other{"Else"};
  const auto upcasters = shop::upcasters();
  using names = std::vector<std::string>;
  CHECK(upcasters.stored_names_of(placed) == names{"OrderPlaced", "OrderCreated", "OrderOpened", "PriceSet"});
  CHECK(upcasters.stored_names_of(billed) == names{"OrderBilled", "OrderClosed", "PriceSet"});
  CHECK(upcasters.stored_names_of(other) == other);
  CHECK(whence::upcasters().stored_names_of(placed) == placed);
}

TEST_CASE("the steps to the events that one asks about are told, and no others") {
  const std::vector<std::string> billed{"OrderBilled"};
  CHECK(shop::upcasters().ways_of(billed) ==
        "OrderClosed v1 -> OrderShipped v2 OrderBilled v1\n"
        "PriceSet v1 -> OrderBilled v1\n");
  const std::vector<std::string> touched{"OrderTouched"};
  CHECK(shop::upcasters().ways_of(touched) == "OrderTouched v1 ->\nOrderTouched v2 ->\n");
  const std::vector<std::string> opened{"OrderOpened"};
  CHECK(shop::upcasters().ways_of(opened) == "PriceSet v1 + OrderOpened v1 -> OrderPlaced v3\n");
  const std::vector<std::string> nobody{"Nobody"};
  CHECK(shop::upcasters().ways_of(nobody).empty());
  CHECK(upcasters().ways_of(billed).empty());
}

TEST_CASE("where a stored version leads is known without an event of it") {
  const auto upcasters = shop::upcasters();
  const auto ways = [&](const char* name, std::uint32_t version) {
    std::string all;
    for (const upcast_way& way : upcasters.ways_from({name, version})) {
      if (!way.next.name.empty()) all += "before " + std::string(way.next.name) + " ";
      for (const event_type& type : way.today) all += std::string(type.name) + std::to_string(type.version) + " ";
      all += "|";
    }
    return all;
  };
  CHECK(ways("OrderPlaced", 1) == "OrderPlaced3 |");
  CHECK(ways("OrderPlaced", 2) == "OrderPlaced3 |");
  CHECK(ways("OrderPlaced", 3) == "");
  CHECK(ways("OrderCreated", 1) == "OrderPlaced3 |");
  CHECK(ways("OrderTouched", 1) == "|");
  CHECK(ways("Else", 1) == "");
  CHECK(upcasters.version_of_today("OrderPlaced") == 3);
  CHECK(upcasters.version_of_today("Else") == 0);
  CHECK(whence::upcasters().ways_from({"OrderPlaced", 1}).empty());
}

TEST_CASE("the way of an event is told upcaster by upcaster, up to the one that fails") {
  const auto told = [](const std::vector<upcast_step>& steps) {
    std::string lines;
    for (const upcast_step& step : steps) {
      lines += std::string(step.from.name) + std::to_string(step.from.version);
      if (!step.next.name.empty()) lines += "+" + std::string(step.next.name) + std::to_string(step.next.version);
      lines +=
          " " + std::string(step.to.name) + std::to_string(step.to.version) + " " + step.data + step.problem + "\n";
    }
    return lines;
  };
  const auto upcasters = shop::upcasters();
  CHECK(told(upcasters.steps(stored("OrderCreated", 1, R"({"custId":"ada","amount":7})"))) ==
        "OrderCreated1 OrderPlaced1 {\"custId\":\"ada\",\"amount\":7}\n"
        "OrderPlaced1 OrderPlaced2 {\"customer\":\"ada\",\"amount\":7}\n"
        "OrderPlaced2 OrderPlaced3 {\"customer\":\"ada\",\"amount\":7,\"currency\":\"EUR\"}\n");
  CHECK(told(upcasters.steps(stored("OrderPlaced", 1, R"({"custId":"ada","amount":"7"})"))) ==
        "OrderPlaced1 OrderPlaced2 {\"customer\":\"ada\",\"amount\":\"7\"}\n"
        "OrderPlaced2 OrderPlaced3 /amount: expected a whole number, found \"7\"\n");
  CHECK(told(upcasters.steps(stored("OrderClosed", 1, R"({"carrier":"dhl","amount":7})"))) ==
        "OrderClosed1 OrderShipped1 {\"carrier\":\"dhl\"}\n"
        "OrderShipped1 OrderShipped2 {\"carrier\":\"dhl\",\"at\":\"unknown\"}\n"
        "OrderClosed1 OrderBilled1 {\"amount\":7}\n");
  CHECK(told(upcasters.steps(stored("PriceSet", 1, R"({"amount":7})"),
                             stored("OrderOpened", 1, R"({"customer":"ada"})"))) ==
        "PriceSet1+OrderOpened1 OrderPlaced2 {\"customer\":\"ada\",\"amount\":7}\n"
        "OrderPlaced2 OrderPlaced3 {\"customer\":\"ada\",\"amount\":7,\"currency\":\"EUR\"}\n");
  CHECK(told(upcasters.steps(stored("OrderPlaced", 1, "[]"))) == "OrderPlaced1 OrderPlaced2 expected an object\n");
  CHECK(upcasters.steps(stored("OrderTouched", 1, "{}")).empty());
  CHECK(upcasters.steps(stored("Else", 1, "{}")).empty());
}
