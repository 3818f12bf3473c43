// The shop as a whole: its service, aggregates, upcasters and read models, without a file, a thread or a second that passes.
#include <doctest/doctest.h>

#include <service/open_shop.hpp>
#include <service/shop_service.hpp>
#include <whence/testing/application_run.hpp>
#include <whence/testing/given_stored.hpp>

#include <domain/order.hpp>
#include <domain/payment.hpp>
#include <models/order_summary.hpp>
#include <models/stock_levels.hpp>

using namespace shop;
using whence::testing::application_run, whence::testing::given_stored, whence::testing::in, whence::testing::stored;

namespace {

constexpr auto levels = "SELECT item, level FROM stock_levels ORDER BY item";
const std::vector<Line> two_cups{{"CUP", "", 2, Money{10'000}}};

}  // namespace

TEST_CASE("an order that is not there is paid by nobody, and nothing comes of it") {
  application_run run(shop_on(whence::memory()));
  CHECK(shop_service(run.app()).pay(order_id("1"), {}).get().refusal->code == "order.missing");
  run.settle().then_nothing();
  run.send<ShipOrder>(order_id("1")).then_rejected("order.missing");
}

TEST_CASE("goods of a cancelled order are back on the shelf, and its payment is given back") {
  application_run run(shop_on(whence::memory()));
  const shop_service shop(run.app());
  const auto order = order_id("1");
  run.send<PlaceOrder>(order, "1", "ada", "France", two_cups).then_accepted();
  CHECK(shop.pay(order, {}).get().events == 1);
  run.then_rows<StockLevels>(levels, {{"CUP", -2}});

  CHECK(shop.cancel(order, "why", {}).get().events == 3);
  run.settle().then(in(payment_of(order), PaymentTaken{order, Money{20'000}}), in(order, OrderCancelled{"why"}),
                    in(payment_of(order), RefundGranted{"why"}),
                    in(payment_of(order), PaymentRefunded{order, Money{20'000}}));
  run.then_rows<StockLevels>(levels, {{"CUP", 0}});
}

TEST_CASE("an order of former years is shipped today") {
  const auto order = order_id("1");
  const auto years_ago = given_stored(in(order, stored("OrderPlaced", 1,
                                                       R"({"number":"1","customer":"","country":"France","lines":[],)"
                                                       R"("total":{"tenThousandths":20000,"currency":"GBP"}})")));
  application_run run(shop_on(years_ago.as_log()));
  run.send<ShipOrder>(order).then(OrderShipped{});
  run.then_rows<OrderSummary>("SELECT order_id, status FROM order_summary", {{"order-1", "shipped"}});
}
