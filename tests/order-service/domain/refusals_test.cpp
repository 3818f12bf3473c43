// What each refusal of the domain says, in full.
#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <domain/credit_note.hpp>
#include <domain/order.hpp>
#include <domain/payment.hpp>
#include <domain/stock_item.hpp>
#include <whence/testing/given.hpp>

using namespace shop;
using whence::testing::given;

namespace {

const Line tea{"TEA", "", 1, Money{45'000}};

PlaceOrder order_of(std::vector<Line> lines) { return {"1", std::nullopt, "France", std::move(lines)}; }
IssueCreditNote note_of(std::vector<Line> lines) { return {"C1", std::nullopt, "", std::move(lines)}; }

/// Lines of 1 KiB, beyond the 4 MiB that one event can hold.
std::vector<Line> too_many() { return std::vector<Line>(4 * 1'024, Line{"TEA", std::string(1'024, 'x'), 1, Money{1}}); }

}  // namespace

TEST_CASE("lines that are none") {
  const auto none = given<Order>();
  none.when(order_of({{"", "", 1, Money{1}}})).then_rejected("line.item", "a line needs a stock code");
  none.when(order_of({{"TEA", "", 0, Money{1}}}))
      .then_rejected("line.quantity", "a quantity has one to nine digits and is not 0");
  none.when(order_of({{"TEA", "", -1, Money{1}}})).then_rejected("line.quantity", "an order's quantities are positive");
  none.when(order_of({{"TEA", "", 1, Money{-1}}})).then_rejected("line.price", "a price is not negative");
  none.when(order_of({{"TEA", "", 1, Money{1, "EUR"}}})).then_rejected("amount.currency", "this shop sells in GBP");
  none.when(order_of({{"TEA", "", 999'999'999, Money{9'999'999'999'999'999}}}))
      .then_rejected("amount.overflow", "the total does not fit into 64 bits");
}

TEST_CASE("orders that cannot go on") {
  const auto none = given<Order>();
  const auto placed = given<Order>(OrderPlaced{});
  const auto shipped = given<Order>(OrderPlaced{}, OrderShipped{});
  const auto cancelled = given<Order>(OrderPlaced{}, OrderCancelled{});
  none.when(order_of({})).then_rejected("order.empty", "it needs at least one line");
  none.when(order_of(too_many())).then_rejected("order.too_large", "it has more lines than one event can hold");
  none.when(PlaceOrder{"1", "", "France", {tea}})
      .then_rejected("order.customer", "a customer has a name; a guest has no customer");
  placed.when(order_of({tea})).then_rejected("order.exists", "it is placed already");
  placed.when(CancelOrder{""}).then_rejected("order.reason", "a cancellation needs a reason");
  shipped.when(CancelOrder{"late"}).then_rejected("order.shipped", "it is shipped already");
  cancelled.when(ShipOrder{}).then_rejected("order.cancelled", "it is cancelled");
  none.when(ShipOrder{}).then_rejected("order.missing", "there is no such order");
}

TEST_CASE("payments that cannot be") {
  const whence::id<Order> order{"order-1"};
  const auto none = given<Payment>();
  const auto taken = given<Payment>(PaymentTaken{});
  const auto refunded = given<Payment>(PaymentTaken{}, RefundGranted{}, PaymentRefunded{});
  none.when(TakePayment{order, Money{-1}}).then_rejected("payment.negative", "a payment is not negative");
  taken.when(TakePayment{order, Money{1}}).then_rejected("payment.taken", "it is paid already");
  refunded.when(TakePayment{order, Money{1}}).then_rejected("payment.refunded", "its payment was given back");
  refunded.when(RefundPayment{"late"}).then_rejected("payment.refunded", "its payment was given back");
  none.when(RefundPayment{"late"}).then_rejected("payment.missing", "nothing was paid");
}

TEST_CASE("credit notes that cannot be issued") {
  const auto none = given<CreditNote>();
  none.when(note_of({})).then_rejected("credit.empty", "it needs at least one line");
  none.when(note_of(too_many())).then_rejected("credit.too_large", "it has more lines than one event can hold");
  none.when(IssueCreditNote{"C1", "", "", {tea}})
      .then_rejected("credit.customer", "a customer has a name; a guest has no customer");
  given<CreditNote>(CreditNoteIssued{}).when(note_of({tea})).then_rejected("credit.exists", "it is issued already");
}

TEST_CASE("adjustments that are none") {
  const auto none = given<StockItem>();
  none.when(AdjustStock{"TEA", 0, "1"}).then_rejected("stock.nothing", "an adjustment by 0 is none");
  none.when(AdjustStock{"", 1, "1"}).then_rejected("line.item", "an adjustment needs a stock code");
}
