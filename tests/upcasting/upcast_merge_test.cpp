// Two events of a stream that are one today.
#include <string>

#include <doctest/doctest.h>

#include <whence/modelling/repository.hpp>
#include <whence/upcasting/upcasting_log.hpp>

#include <tests/upcasting/old_log.hpp>
#include <tests/upcasting/shop.hpp>

using namespace whence;
using tests::old_log;

namespace {

/// order-1: a price, and behind events of others its order; order-2: a price alone; order-4: price, price, order.
old_log prices_and_orders() {
  old_log given;
  given.append("order-1", {{"PriceSet", 1, R"({"amount":1})"}});
  given.append("order-2", {{"PriceSet", 1, R"({"amount":2})"}});
  given.append("order-1", {{"OrderOpened", 1, R"({"customer":"ada"})"}});
  given.append("order-3", {{"OrderShipped", 2, R"({"carrier":"ups","at":"noon"})"}});
  given.append("order-4", {{"PriceSet", 1, R"({"amount":3})"},
                           {"PriceSet", 1, R"({"amount":4})"},
                           {"OrderOpened", 1, R"({"customer":"bob"})"}});
  return given;
}

constexpr std::string_view all =
    "2/1 OrderBilled 1 {\"amount\":2}\n"
    "3/2 OrderPlaced 3 {\"customer\":\"ada\",\"amount\":1,\"currency\":\"EUR\"}\n"
    "4/1 OrderShipped 2 {\"carrier\":\"ups\",\"at\":\"noon\"}\n"
    "5/1 OrderBilled 1 {\"amount\":3}\n"
    "7/3 OrderPlaced 3 {\"customer\":\"bob\",\"amount\":4,\"currency\":\"EUR\"}\n";

}  // namespace

TEST_CASE(
    "events that stand together in their stream become one, wherever in the log they are; alone they go their own "
    "way") {
  const old_log given = prices_and_orders();
  const auto log = given.open();
  CHECK(old_log::told(log->read({})) == all);
  CHECK(old_log::told(log->read_stream("order-1")) ==
        "3/2 OrderPlaced 3 {\"customer\":\"ada\",\"amount\":1,\"currency\":\"EUR\"}\n");
}

TEST_CASE("it makes no difference where a page begins or ends") {
  const old_log given = prices_and_orders();
  const auto log = given.open();
  for (std::size_t events = 1; events < 8; ++events) {
    std::string told;
    global_position at;
    for (bool at_end = false; !at_end;) {
      const event_page page = log->read(at, {}, {.events = events});
      told += old_log::told(page);
      at = page.scanned_to();
      at_end = page.at_end();
    }
    CHECK(told == all);
  }
  CHECK(old_log::told(log->read_stream("order-4", stream_version{3}, read_direction::backward, {.events = 1})) ==
        "7/3 OrderPlaced 3 {\"customer\":\"bob\",\"amount\":4,\"currency\":\"EUR\"}\n");
  CHECK(log->read_stream("order-4", stream_version{2}, read_direction::backward, {.events = 1}).empty());
}

TEST_CASE("a filter brings the other one along") {
  const old_log given = prices_and_orders();
  const auto log = given.open();
  CHECK(old_log::told(log->read({}, {.aggregate_types = {}, .event_types = {"OrderBilled"}})) ==
        "2/1 OrderBilled 1 {\"amount\":2}\n5/1 OrderBilled 1 {\"amount\":3}\n");
}

TEST_CASE("an aggregate that is folded in parts is the one that is folded at once") {
  const old_log given = prices_and_orders();
  const auto log = given.open();
  const auto whole = repository(log).load(id<shop::Order>{"order-4"});
  CHECK(whole.state.story == "billed 3; placed bob EUR; ");
  shop::Order state;
  detail::fold_end end;
  const auto& facts = detail::facts_of<shop::Order>;
  for (std::uint64_t version = 1; version <= 3; ++version)
    end = detail::fold_stream(*log, "order-4", facts, &state, end,
                              [&](const recorded_event& event) { return event.version.value() <= version; });
  CHECK(state.story == whole.state.story);
  CHECK(end.version == whole.version);
}
