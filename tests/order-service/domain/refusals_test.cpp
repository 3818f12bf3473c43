// What each refusal of the domain says, in full.
#include <doctest/doctest.h>

#include <limits>
#include <string>

#include <domain/credit_note.hpp>
#include <domain/order.hpp>
#include <domain/payment.hpp>
#include <domain/stock_item.hpp>

#include "tests/order-service/domain/decisions.hpp"

using decisions::after;
using namespace shop;

namespace {

const Line tea{"TEA", "", 1, Money{45'000}};

template <class Aggregate, class Command>
std::string refusal(const Aggregate& state, const Command& command) {
  const auto decided = decide(state, command);
  return decided.rejection() ? decided.rejection()->code + ": " + decided.rejection()->message : "accepted";
}

std::string place(Line line) { return refusal(Order{}, PlaceOrder{"1", "", "France", {std::move(line)}}); }
std::string credit(std::vector<Line> lines) {
  return refusal(CreditNote{}, IssueCreditNote{"C1", "", "", std::move(lines)});
}

/// Lines of 1 KiB, beyond the 4 MiB that one event can hold.
std::vector<Line> too_many() { return std::vector<Line>(4 * 1'024, Line{"TEA", std::string(1'024, 'x'), 1, Money{1}}); }

}  // namespace

TEST_CASE("lines that are none") {
  CHECK(place({"", "", 1, Money{1}}) == "line.item: a line needs a stock code");
  CHECK(place({"TEA", "", 0, Money{1}}) == "line.quantity: a quantity has one to nine digits and is not 0");
  CHECK(place({"TEA", "", -1, Money{1}}) == "line.quantity: an order's quantities are positive");
  CHECK(place({"TEA", "", 1, Money{-1}}) == "line.price: a price is not negative");
  CHECK(place({"TEA", "", 1, Money{1, "EUR"}}) == "amount.currency: this shop sells in GBP");
  CHECK(place({"TEA", "", 999'999'999, Money{9'999'999'999'999'999}}) ==
        "amount.overflow: the total does not fit into 64 bits");
}

TEST_CASE("orders that cannot go on") {
  const PlaceOrder again{"1", "", "France", {tea}};
  const Order placed = after<Order>(OrderPlaced{});
  const Order shipped = after<Order>(OrderPlaced{}, OrderShipped{});
  const Order cancelled = after<Order>(OrderPlaced{}, OrderCancelled{});
  CHECK(refusal(Order{}, PlaceOrder{"1", "", "France", {}}) == "order.empty: it needs at least one line");
  CHECK(refusal(Order{}, PlaceOrder{"1", "", "France", too_many()}) ==
        "order.too_large: it has more lines than one event can hold");
  CHECK(refusal(placed, again) == "order.exists: it is placed already");
  CHECK(refusal(placed, CancelOrder{""}) == "order.reason: a cancellation needs a reason");
  CHECK(refusal(shipped, CancelOrder{"late"}) == "order.shipped: it is shipped already");
  CHECK(refusal(cancelled, ShipOrder{}) == "order.cancelled: it is cancelled");
  CHECK(refusal(Order{}, ShipOrder{}) == "order.missing: there is no such order");
}

TEST_CASE("payments that cannot be") {
  const whence::id<Order> order{"order-1"};
  const Payment taken = after<Payment>(PaymentTaken{});
  const Payment refunded = after<Payment>(PaymentTaken{}, PaymentRefunded{});
  CHECK(refusal(Payment{}, TakePayment{order, Money{-1}}) == "payment.negative: a payment is not negative");
  CHECK(refusal(taken, TakePayment{order, Money{1}}) == "payment.taken: it is paid already");
  CHECK(refusal(refunded, TakePayment{order, Money{1}}) == "payment.refunded: its payment was given back");
  CHECK(refusal(refunded, RefundPayment{"late"}) == "payment.refunded: its payment was given back");
  CHECK(refusal(Payment{}, RefundPayment{"late"}) == "payment.missing: nothing was paid");
}

TEST_CASE("credit notes that cannot be issued") {
  CHECK(credit({}) == "credit.empty: it needs at least one line");
  CHECK(credit(too_many()) == "credit.too_large: it has more lines than one event can hold");
  CHECK(refusal(after<CreditNote>(CreditNoteIssued{}), IssueCreditNote{"C1", "", "", {tea}}) ==
        "credit.exists: it is issued already");
}

TEST_CASE("adjustments that are none") {
  CHECK(refusal(StockItem{}, AdjustStock{"TEA", 0, "1"}) == "stock.nothing: an adjustment by 0 is none");
  CHECK(refusal(StockItem{}, AdjustStock{"", 1, "1"}) == "line.item: an adjustment needs a stock code");
}
