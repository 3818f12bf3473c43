// A log that reads as of today: what every reader of it sees.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <whence/modelling/repository.hpp>
#include <whence/serialization/errors.hpp>
#include <whence/upcasting/upcasting_log.hpp>

#include <tests/upcasting/old_log.hpp>
#include <tests/upcasting/shop.hpp>

using namespace whence;
using tests::old_log;

TEST_CASE("every way of reading gives today's events") {
  old_log given;
  given.append("order-1", {{"OrderCreated", 1, R"({"custId":"ada","amount":7})"},
                           {"OrderTouched", 1, "{}"},
                           {"OrderClosed", 1, R"({"carrier":"dhl","amount":7})"}});
  const auto log = given.open();
  const std::string all =
      "1/1 OrderPlaced 3 {\"customer\":\"ada\",\"amount\":7,\"currency\":\"EUR\"}\n"
      "3/3 OrderShipped 2 {\"carrier\":\"dhl\",\"at\":\"unknown\"}\n"
      "3/3 OrderBilled 1 {\"amount\":7}\n";
  CHECK(old_log::told(log->read({})) == all);
  CHECK(old_log::told(log->read_stream("order-1")) == all);
  CHECK(old_log::told(log->read_linked(event_link::tag("t"))) == all);
  CHECK(old_log::told(log->read_stream("order-1", stream_version{UINT64_MAX}, read_direction::backward)) ==
        "3/3 OrderBilled 1 {\"amount\":7}\n"
        "3/3 OrderShipped 2 {\"carrier\":\"dhl\",\"at\":\"unknown\"}\n"
        "1/1 OrderPlaced 3 {\"customer\":\"ada\",\"amount\":7,\"currency\":\"EUR\"}\n");
  CHECK(log->read({}).at_end());
  CHECK(log->read({}).scanned_to() == global_position{3});
  CHECK(log->stored().read({}).size() == 3);
  CHECK(log->stored().read({})[0].type == "OrderCreated");
}

TEST_CASE("a filter lets events through by what they are today") {
  old_log given;
  given.append("order-1", {{"OrderCreated", 1, R"({"custId":"ada","amount":7})"},
                           {"OrderClosed", 1, R"({"carrier":"dhl","amount":7})"},
                           {"OrderShipped", 2, R"({"carrier":"ups","at":"noon"})"},
                           {"OrderTouched", 1, "{}"}});
  const auto log = given.open();
  const auto by_type = [&](std::string type) {
    return old_log::told(log->read({}, {.aggregate_types = {}, .event_types = {std::move(type)}}));
  };
  CHECK(by_type("OrderShipped") ==
        "2/2 OrderShipped 2 {\"carrier\":\"dhl\",\"at\":\"unknown\"}\n"
        "3/3 OrderShipped 2 {\"carrier\":\"ups\",\"at\":\"noon\"}\n");
  CHECK(by_type("OrderBilled") == "2/2 OrderBilled 1 {\"amount\":7}\n");
  CHECK(by_type("OrderPlaced") == "1/1 OrderPlaced 3 {\"customer\":\"ada\",\"amount\":7,\"currency\":\"EUR\"}\n");
  CHECK(by_type("OrderCreated").empty());
  CHECK(by_type("OrderTouched").empty());
}

TEST_CASE("a query finds events by what they are today, and a condition rules out what may have become one of them") {
  old_log given;
  given.append("order-1", {{"OrderCreated", 1, R"({"custId":"ada","amount":7})"},
                           {"OrderClosed", 1, R"({"carrier":"dhl","amount":7})"},
                           {"OrderTouched", 1, "{}"}});
  const auto log = given.open();
  const auto query = [](std::string type, std::string tag) {
    return event_query{{{.event_types = {std::move(type)}, .tags = {std::move(tag)}}}};
  };
  CHECK(old_log::told(log->read_matching(query("OrderPlaced", "t"))) ==
        "1/1 OrderPlaced 3 {\"customer\":\"ada\",\"amount\":7,\"currency\":\"EUR\"}\n");
  CHECK(old_log::told(log->read_matching(query("OrderBilled", "t"))) == "2/2 OrderBilled 1 {\"amount\":7}\n");
  CHECK(log->read_matching(query("OrderCreated", "t")).empty());
  CHECK(log->read_matching(query("OrderBilled", "another")).empty());
  CHECK(log->read_matching(query("OrderBilled", "t")).scanned_to() == global_position{3});

  const auto holds = [&](const event_query& condition, std::uint64_t after) {
    append_batch batch = old_log::batch("order-2", {{"Asked", 1, "{}"}});
    batch.streams[0].events[0].tags.clear();
    batch.conditions.push_back({condition, global_position{after}});
    return log->append(std::move(batch)).get().committed() != nullptr;
  };
  CHECK_FALSE(holds(query("OrderPlaced", "t"), 0));
  CHECK(holds(query("OrderPlaced", "t"), 1));
  CHECK_FALSE(holds(query("OrderShipped", "t"), 1));
  CHECK_FALSE(holds(query("OrderBilled", "t"), 1));
  CHECK(holds(query("OrderBilled", "another"), 0));
}

TEST_CASE("an aggregate is folded from today's events, and its version is that of the stream, whatever was dropped") {
  old_log given;
  given.append("order-1", {{"OrderCreated", 1, R"({"custId":"ada","amount":7})"},
                           {"OrderClosed", 1, R"({"carrier":"dhl","amount":7})"},
                           {"OrderTouched", 1, "{}"},
                           {"OrderTouched", 2, "{}"}});
  given.append("order-2", {{"OrderTouched", 1, "{}"}});
  const repository aggregates(given.open());
  const auto order = aggregates.load(id<shop::Order>{"order-1"});
  CHECK(order.state.story == "placed ada EUR; shipped dhl unknown; billed 7; ");
  CHECK(order.version == stream_version{4});
  CHECK(order.position == global_position{4});
  const auto touched = aggregates.load(id<shop::Order>{"order-2"});
  CHECK(touched.state.story.empty());
  CHECK(touched.version == stream_version{1});
}

TEST_CASE("books that were closed by an event of former days are closed, whatever was dropped behind it") {
  for (int dropped = 0; dropped < 600; dropped = dropped * 2 + 1) {
    old_log given;
    std::vector<tests::old_event> events{{"OrderCreated", 1, R"({"custId":"ada","amount":7})"},
                                         {"OrderClosed", 1, R"({"carrier":"dhl","amount":7})"},
                                         {"OrderShipped", 1, R"({"carrier":"ups"})"}};
    for (int touched = 0; touched < dropped; ++touched) events.push_back({"OrderTouched", 1, "{}"});
    given.append("order-1", events);
    const auto order = repository(given.open()).load(id<shop::BilledOrder>{"order-1"});
    CHECK(order.state.story == "billed 7; shipped ups unknown; ");
    CHECK(order.version == stream_version{events.size()});
    CHECK(order.position == global_position{events.size()});
  }
}

TEST_CASE("what cannot be read before the books were closed is no concern of the aggregate") {
  for (const int behind : {0, 1, 300}) {
    CAPTURE(behind);
    old_log given;
    std::vector<tests::old_event> events{{"OrderCreated", 1, R"({"amount":7})"}, {"OrderBilled", 1, R"({"amount":3})"}};
    for (int touched = 0; touched < behind; ++touched) events.push_back({"OrderShipped", 1, R"({"carrier":"ups"})"});
    given.append("order-1", events);
    CHECK(repository(given.open()).load(id<shop::BilledOrder>{"order-1"}).state.story.starts_with("billed 3; "));
    CHECK_THROWS_AS(static_cast<void>(repository(given.open()).load(id<shop::Order>{"order-1"})), upcast_failed);
  }
}

TEST_CASE("an event that cannot be upcast ends the page before it, and is refused by the read that begins with it") {
  old_log given;
  given.append("order-1", {{"OrderShipped", 1, R"({"carrier":"dhl"})"},
                           {"OrderTouched", 1, "{}"},
                           {"OrderCreated", 1, R"({"amount":7})"},
                           {"OrderShipped", 1, R"({"carrier":"ups"})"}});
  const auto log = given.open();
  const event_page page = log->read({});
  CHECK(page.size() == 1);
  CHECK(page.scanned_to() == global_position{2});
  CHECK_FALSE(page.at_end());
  try {
    static_cast<void>(log->read(page.scanned_to()));
    FAIL("it was read");
  } catch (const upcast_failed& failed) {
    CHECK(failed.problem == "/custId: is missing");
    CHECK(failed.text().where == "order-1 version 3, position 3");
  }
  CHECK(log->read_stream("order-1").last_looked_at().version == stream_version{2});
  CHECK_THROWS_AS(static_cast<void>(log->read_stream("order-1", stream_version{3})), upcast_failed);
  CHECK_THROWS_AS(static_cast<void>(repository(log).load(id<shop::Order>{"order-1"})), upcast_failed);
}

TEST_CASE("a version that no upcaster begins at is never passed over in silence") {
  old_log given;
  given.append("order-1", {{"OrderCreated", 2, "{}"}});
  const auto log = given.open();
  // Who reads everything is shown it as it is; who wants what it may have become is told that it is not known.
  CHECK(old_log::told(log->read({})) == "1/1 OrderCreated 2 {}\n");
  try {
    static_cast<void>(log->read({}, {.aggregate_types = {}, .event_types = {"OrderPlaced"}}));
    FAIL("it was read");
  } catch (const unknown_event_version& unknown) {
    CHECK(unknown.text().where == "order-1 version 1, position 1");
    CHECK(unknown.position == global_position{1});
  }
  CHECK(log->read({}, {.aggregate_types = {}, .event_types = {"OrderShipped"}}).empty());
  CHECK_THROWS_AS(static_cast<void>(repository(log).load(id<shop::Order>{"order-1"})), unlisted_event);
}

TEST_CASE("pages of any size give the same events") {
  old_log given;
  for (int order = 0; order < 20; ++order)
    given.append("order-" + std::to_string(order), {{"OrderCreated", 1, R"({"custId":"ada","amount":7})"},
                                                    {"OrderTouched", 1, "{}"},
                                                    {"OrderClosed", 1, R"({"carrier":"dhl","amount":7})"},
                                                    {"OrderShipped", 2, R"({"carrier":"ups","at":"noon"})"}});
  const auto log = given.open();
  const std::string all = old_log::told(log->read({}));
  for (std::size_t events = 1; events < 9; ++events) {
    std::string told;
    global_position at;
    for (bool at_end = false; !at_end;) {
      const event_page page = log->read(at, {}, {.events = events});
      told += old_log::told(page);
      CHECK(page.scanned_to() > at);
      at = page.scanned_to();
      at_end = page.at_end();
    }
    CHECK(told == all);
  }
}

TEST_CASE("what is only read any more is not appended; what is of today is") {
  old_log given;
  const auto log = given.open();
  for (const auto& [type, version] :
       {std::pair{"OrderCreated", 1u}, {"OrderPlaced", 2u}, {"OrderOpened", 1u}, {"PriceSet", 1u}}) {
    const auto outcome = log->append(old_log::batch("order-1", {{type, version, "{}"}})).get();
    REQUIRE(outcome.refused());
    CHECK(outcome.refused()->why == append_refused::reason::invalid);
    CHECK(outcome.refused()->detail.find(std::string(type) + " version") == 0);
  }
  CHECK(log->head() == global_position{});
  CHECK(log->append(old_log::batch("order-1", {{"OrderPlaced", 3, "{}"}})).get().committed());
}

TEST_CASE("what was sent before its version was only read any more may be sent again") {
  old_log given;
  const append_batch sent = old_log::batch("order-1", {{"OrderCreated", 1, R"({"custId":"ada","amount":7})"}});
  given.append(sent);
  const auto log = given.open();
  const auto again = log->append(sent).get();
  REQUIRE(again.committed());
  CHECK(again.committed()->repeated);
  CHECK(log->head() == global_position{1});
}
