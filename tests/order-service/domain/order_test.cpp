// What an order decides.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <domain/order.hpp>
#include <whence/testing/given.hpp>

using namespace shop;
using whence::testing::given;

namespace {

const Line cup{"71053", "CUP", 3, Money{33'900}};
const OrderPlaced placed{"1", "ada", "France", {cup}, Money{101'700}};

PlaceOrder order_of(std::vector<Line> lines) { return {"1", "ada", "France", std::move(lines)}; }

}  // namespace

TEST_CASE("an order is placed with what its lines come to") {
  given<Order>().when(order_of({cup})).then(placed).then_state([](const Order& order) {
    CHECK(order.status == Order::Status::placed);
    CHECK(order.total == Money{101'700});
  });
}

TEST_CASE("an order without a line is refused") { given<Order>().when(order_of({})).then_rejected("order.empty"); }

TEST_CASE("an order with a line that makes no sense is refused") {
  const auto nothing = given<Order>();
  nothing.when(order_of({{"71053", "", 0, Money{1}}})).then_rejected("line.quantity");
  nothing.when(order_of({{"71053", "", -1, Money{1}}})).then_rejected("line.quantity");
  nothing.when(order_of({{"71053", "", 1'000'000'000, Money{1}}})).then_rejected("line.quantity");
  nothing.when(order_of({{"", "", 1, Money{1}}})).then_rejected("line.item");
  nothing.when(order_of({{"71053", "", 1, Money{-1}}})).then_rejected("line.price");
  nothing.when(order_of({cup, {"71053", "", 1, Money{1, "EUR"}}})).then_rejected("amount.currency");
}

TEST_CASE("an order whose total does not fit is refused, not wrapped") {
  const auto nothing = given<Order>();
  const Line dear{"X", "", 922, Money{9'999'999'999'999'999}};
  nothing.when(order_of({{"X", "", 999'999'999, Money{9'999'999'999'999'999}}})).then_rejected("amount.overflow");
  nothing.when(order_of({dear, dear})).then_rejected("amount.overflow");
  nothing.when(order_of({dear})).then(OrderPlaced{"1", "ada", "France", {dear}, Money{9'219'999'999'999'999'078}});
}

TEST_CASE("an order larger than an event is refused") {
  given<Order>()
      .when(order_of(std::vector<Line>(200, Line{"X", std::string(65'536, 'x'), 1, Money{1}})))
      .then_rejected("order.too_large");
}

TEST_CASE("a gift costs nothing and is a line like others") {
  const Line gift{"71053", "", 1, Money{0}};
  given<Order>().when(order_of({gift})).then(OrderPlaced{"1", "ada", "France", {gift}, Money{0}});
}

TEST_CASE("an order is placed once") {
  given<Order>(placed).when(order_of({cup})).then_rejected("order.exists");
  given<Order>(placed, OrderCancelled{"why"}).when(order_of({cup})).then_rejected("order.exists");
}

TEST_CASE("an order is shipped once, and never when cancelled") {
  given<Order>().when(ShipOrder{}).then_rejected("order.missing");
  given<Order>(placed).when(ShipOrder{}).then(OrderShipped{}).when(ShipOrder{}).then_rejected("order.shipped");
  given<Order>(placed, OrderCancelled{"why"}).when(ShipOrder{}).then_rejected("order.cancelled");
}

TEST_CASE("an order is cancelled once, with a reason, and never when shipped") {
  given<Order>().when(CancelOrder{"why"}).then_rejected("order.missing");
  given<Order>(placed).when(CancelOrder{""}).then_rejected("order.reason");
  given<Order>(placed)
      .when(CancelOrder{"why"})
      .then(OrderCancelled{"why"})
      .when(CancelOrder{"why"})
      .then_rejected("order.cancelled");
  given<Order>(placed, OrderShipped{}).when(CancelOrder{"why"}).then_rejected("order.shipped");
}
