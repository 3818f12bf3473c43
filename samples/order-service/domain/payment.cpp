#include <domain/payment.hpp>

namespace shop {

void Payment::apply(const PaymentTaken& taken) {
  status = Status::taken;
  order = taken.order;
  amount = taken.amount;
}
void Payment::apply(const PaymentRefunded&) { status = Status::refunded; }

whence::outcome<Payment> decide(const Payment& payment, const TakePayment& command) {
  switch (payment.status) {
    case Payment::Status::taken: return whence::rejected{"payment.taken", "it is paid already"};
    case Payment::Status::refunded: return whence::rejected{"payment.refunded", "its payment was given back"};
    case Payment::Status::none: break;
  }
  if (command.amount.ten_thousandths < 0) return whence::rejected{"payment.negative", "a payment is not negative"};
  return PaymentTaken{command.order, command.amount};
}

whence::outcome<Payment> decide(const Payment& payment, const RefundPayment& command) {
  switch (payment.status) {
    case Payment::Status::none: return whence::rejected{"payment.missing", "nothing was paid"};
    case Payment::Status::refunded: return whence::rejected{"payment.refunded", "its payment was given back"};
    case Payment::Status::taken: break;
  }
  return {RefundGranted{command.reason}, PaymentRefunded{payment.order, payment.amount}};
}

}  // namespace shop
