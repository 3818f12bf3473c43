// What an order decides, as the plain functions that these are.
#include <doctest/doctest.h>

#include <domain/order.hpp>

#include "tests/order-service/domain/decisions.hpp"

using decisions::after;
using decisions::text;
using namespace shop;

namespace {

const Line cup{"71053", "CUP", 3, Money{33'900}};
const OrderPlaced placed{"1", "ada", "France", {cup}, Money{101'700}};

std::string place(std::vector<Line> lines) {
  return text(decide(Order{}, PlaceOrder{"1", "ada", "France", std::move(lines)}));
}

}  // namespace

TEST_CASE("an order is placed with what its lines come to") {
  CHECK(place({cup}) ==
        "OrderPlaced "
        "{\"number\":\"1\",\"customer\":\"ada\",\"country\":\"France\",\"lines\":[{\"item\":\"71053\",\"description\":"
        "\"CUP\","
        "\"quantity\":3,\"price\":{\"tenThousandths\":33900,\"currency\":\"GBP\"}}],"
        "\"total\":{\"tenThousandths\":101700,\"currency\":\"GBP\"}}\n");
}

TEST_CASE("an order without a line is refused") { CHECK(place({}) == "rejected order.empty"); }

TEST_CASE("an order with a line that makes no sense is refused") {
  CHECK(place({{"71053", "", 0, Money{1}}}) == "rejected line.quantity");
  CHECK(place({{"71053", "", -1, Money{1}}}) == "rejected line.quantity");
  CHECK(place({{"71053", "", 1'000'000'000, Money{1}}}) == "rejected line.quantity");
  CHECK(place({{"", "", 1, Money{1}}}) == "rejected line.item");
  CHECK(place({{"71053", "", 1, Money{-1}}}) == "rejected line.price");
  CHECK(place({cup, {"71053", "", 1, Money{1, "EUR"}}}) == "rejected amount.currency");
}

TEST_CASE("an order whose total does not fit is refused, not wrapped") {
  const Line dear{"X", "", 922, Money{9'999'999'999'999'999}};
  CHECK(place({{"X", "", 999'999'999, Money{9'999'999'999'999'999}}}) == "rejected amount.overflow");
  CHECK(place({dear, dear}) == "rejected amount.overflow");
  CHECK(place({dear}).starts_with("OrderPlaced"));
}

TEST_CASE("an order larger than an event is refused") {
  CHECK(place(std::vector<Line>(200, Line{"X", std::string(65'536, 'x'), 1, Money{1}})) == "rejected order.too_large");
}

TEST_CASE("a gift costs nothing and is a line like others") {
  CHECK(place({{"71053", "", 1, Money{0}}}).find("\"total\":{\"tenThousandths\":0") != std::string::npos);
}

TEST_CASE("an order is placed once") {
  CHECK(text(decide(after<Order>(placed), PlaceOrder{"1", "ada", "France", {cup}})) == "rejected order.exists");
  CHECK(text(decide(after<Order>(placed, OrderCancelled{"why"}), PlaceOrder{"1", "ada", "France", {cup}})) ==
        "rejected order.exists");
}

TEST_CASE("an order is shipped once, and never when cancelled") {
  CHECK(text(decide(Order{}, ShipOrder{})) == "rejected order.missing");
  CHECK(text(decide(after<Order>(placed), ShipOrder{})) == "OrderShipped {}\n");
  CHECK(text(decide(after<Order>(placed, OrderShipped{}), ShipOrder{})) == "rejected order.shipped");
  CHECK(text(decide(after<Order>(placed, OrderCancelled{"why"}), ShipOrder{})) == "rejected order.cancelled");
}

TEST_CASE("an order is cancelled once, with a reason, and never when shipped") {
  CHECK(text(decide(Order{}, CancelOrder{"why"})) == "rejected order.missing");
  CHECK(text(decide(after<Order>(placed), CancelOrder{""})) == "rejected order.reason");
  CHECK(text(decide(after<Order>(placed), CancelOrder{"why"})) == "OrderCancelled {\"reason\":\"why\"}\n");
  CHECK(text(decide(after<Order>(placed, OrderShipped{}), CancelOrder{"why"})) == "rejected order.shipped");
  CHECK(text(decide(after<Order>(placed, OrderCancelled{"why"}), CancelOrder{"why"})) == "rejected order.cancelled");
}
