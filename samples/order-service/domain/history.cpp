#include <domain/history.hpp>

#include <string>

#include <domain/credit_note.hpp>
#include <domain/order.hpp>
#include <domain/payment.hpp>
#include <domain/stock_item.hpp>

namespace shop {
namespace {

/// A guest was a customer without a name.
void leave_out_guest(whence::document& data) {
  if (data.get<std::string>("customer").empty()) data.remove("customer");
}

/// One event said both why a payment is given back and that it is.
void keep_reason(whence::document& data) {
  data.remove("order");
  data.remove("amount");
}
void leave_out_reason(whence::document& data) { data.remove("reason"); }

}  // namespace

whence::upcasters shop_upcasters() {
  return whence::upcasters::of(
      whence::upcast<OrderPlaced, 1>(&leave_out_guest), whence::upcast<CreditNoteIssued, 1>(&leave_out_guest),
      whence::upcast<StockAdjusted, 1>([](whence::document& data) { data.rename("reference", "origin"); }),
      whence::upcast<PaymentRefunded, 1>()
          .to<RefundGranted, 1>(&keep_reason)
          .to<PaymentRefunded, 2>(&leave_out_reason));
}

}  // namespace shop
