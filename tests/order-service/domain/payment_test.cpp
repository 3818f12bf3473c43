// What a payment decides.
#include <doctest/doctest.h>

#include <domain/payment.hpp>
#include <whence/testing/given.hpp>

using namespace shop;
using whence::testing::given;

namespace {
const whence::id<Order> order{"order-1"};
const TakePayment take{order, Money{25'500}};
const PaymentTaken taken{order, Money{25'500}};
const RefundGranted granted{"why"};
const PaymentRefunded given_back{order, Money{25'500}};
}  // namespace

TEST_CASE("a payment is taken once") {
  given<Payment>().when(take).then(taken).when(take).then_rejected("payment.taken");
  given<Payment>(taken, granted, given_back).when(take).then_rejected("payment.refunded");
}

TEST_CASE("a payment of nothing is one, of less is none") {
  given<Payment>().when(TakePayment{order, Money{0}}).then(PaymentTaken{order, Money{0}});
  given<Payment>().when(TakePayment{order, Money{-1}}).then_rejected("payment.negative");
}

TEST_CASE("what was paid is given back whole, once") {
  given<Payment>().when(RefundPayment{"why"}).then_rejected("payment.missing");
  given<Payment>(taken)
      .when(RefundPayment{"why"})
      .then(granted, given_back)
      .when(RefundPayment{"why"})
      .then_rejected("payment.refunded");
}
