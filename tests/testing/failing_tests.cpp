// Tests that fail, to see what is printed: docs/testing.md shows it.
#include <doctest/doctest.h>

#include <whence/testing/application_run.hpp>
#include <whence/testing/given.hpp>
#include <whence/testing/given_events.hpp>
#include <whence/testing/given_stored.hpp>
#include <whence/testing/json_forms.hpp>

#include "tests/testing/shop.hpp"
#include "tests/testing/sums.hpp"

using namespace shop;
using whence::testing::application_run, whence::testing::given, whence::testing::given_events;
using whence::testing::given_stored, whence::testing::in;
using whence::testing::refuses_json, whence::testing::stored, whence::testing::writes_json;

TEST_CASE("a placed order is paid") {
  const OrderPlaced placed{"ada", {{"tea", 2}}};
  given<Order>().when(PlaceOrder{"ada", {{"tea", 3}}}).then(placed);
  given<Order>(placed).when(PayOrder{450}).then(OrderPaid{500}, OrderClosed{});
  given<Order>().when(PayOrder{450}).then_rejected("order.exists");
}

TEST_CASE("payments add up") {
  const whence::id<Order> first{"order-1"};
  given_events(in(first, OrderPaid{450}), in(first, OrderPaid{50}))
      .into<Sums>()
      .then_rows("SELECT stream, cents FROM sums ORDER BY stream", {{"order-1", 450}, {"order-2", 50}});
}

TEST_CASE("orders of former days are read as of today") {
  const auto upcasters = whence::upcasters::of(
      whence::upcast<OrderPlaced, 1>([](whence::document& data) { data.rename("name", "customer"); }));
  const OrderPlaced today{"ada", {{"tea", 2}}};
  given_stored(stored("OrderPlaced", 1, R"({"name":"ada","lines":[{"item":"tea","quantity":3}]})"))
      .through(upcasters)
      .then(today);
  given_stored(stored("OrderPlaced", 1, R"({"name":"ada"})")).through(upcasters).then(today);
  given_stored(stored("OrderPlaced", 1, R"({"lines":[]})")).through(upcasters).then(today);
}

TEST_CASE("a payment is written in cents") {
  writes_json(OrderPaid{450}, R"({"cents":451})");
  refuses_json<OrderPaid>(R"({"cents":true})", "/card");
}

TEST_CASE("a payment back is added up") {
  const whence::id<Order> first{"order-1"};
  application_run run(whence::application::on(whence::memory()).aggregate<Order>().projection<Sums>());
  run.send<PlaceOrder>(first, "ada").then_accepted();
  run.send<PayOrder>(first, -50).then(OrderPaid{-50}, OrderClosed{});
}
