// Tests that fail, to see what is printed: docs/testing.md shows it.
#include <doctest/doctest.h>

#include <whence/testing/given.hpp>
#include <whence/testing/given_events.hpp>

#include "tests/testing/shop.hpp"
#include "tests/testing/sums.hpp"

using namespace shop;
using whence::testing::given, whence::testing::given_events, whence::testing::in;

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
