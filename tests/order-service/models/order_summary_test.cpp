// How far an order has come, whatever comes first.
#include <doctest/doctest.h>

#include <models/order_summary.hpp>
#include <whence/testing/given_events.hpp>

using namespace shop;
using whence::testing::given_events, whence::testing::in;

namespace {

constexpr auto progress = "SELECT status, paid_at, shipped_at, cancelled_at, refunded_at, reason FROM order_summary";

const auto order = order_id("1");
const auto placed =
    in(order, OrderPlaced{"1", "ada", "France", {{"A", "CUP", 2, Money{100}}, {"B", "", 1, Money{0}}}, Money{200}});
const auto paid = in(payment_of(order), PaymentTaken{order, Money{200}});
const auto shipped = in(order, OrderShipped{});
const auto cancelled = in(order, OrderCancelled{"changed my mind"});
const auto refunded = in(payment_of(order), PaymentRefunded{order, Money{200}});

}  // namespace

TEST_CASE("a placed order shows what it is, and its lines in order") {
  given_events(placed)
      .into<OrderSummary>()
      .then_rows("SELECT * FROM order_summary",
                 {{"order-1", "1", "ada", "France", 2, 3, 200, "GBP", "placed", "2026-01-01T00:00:00.000000Z", nullptr,
                   nullptr, nullptr, nullptr, nullptr}})
      .then_rows("SELECT * FROM order_line ORDER BY line",
                 {{"order-1", 1, "A", "CUP", 2, 100}, {"order-1", 2, "B", "", 1, 0}});
}

TEST_CASE("an order is paid and shipped when that happened, not when it was written down") {
  const auto noon = whence::parse_rfc3339("2010-12-01T12:00:00Z");
  given_events(placed, in(payment_of(order), PaymentTaken{order, Money{200}}, {.occurred_at = noon}), shipped)
      .into<OrderSummary>()
      .then_rows(progress, {{"shipped", "2010-12-01T12:00:00.000000Z", "2026-01-01T00:00:02.000000Z", nullptr, nullptr,
                             nullptr}});
}

TEST_CASE("a cancelled order stays cancelled, though its payment is taken after it") {
  given_events(placed, cancelled, paid, refunded)
      .into<OrderSummary>()
      .then_rows(progress, {{"cancelled", "2026-01-01T00:00:02.000000Z", nullptr, "2026-01-01T00:00:01.000000Z",
                             "2026-01-01T00:00:03.000000Z", "changed my mind"}});
}
