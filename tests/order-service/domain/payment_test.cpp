// What a payment decides, as the plain functions that these are.
#include <doctest/doctest.h>

#include <domain/payment.hpp>

#include "tests/order-service/domain/decisions.hpp"

using decisions::after;
using decisions::text;
using namespace shop;

namespace {
const whence::id<Order> order{"order-1"};
const PaymentTaken taken{order, Money{25'500}};
const PaymentRefunded given_back{order, Money{25'500}, "why"};
}  // namespace

TEST_CASE("a payment is taken once") {
  CHECK(text(decide(Payment{}, TakePayment{order, Money{25'500}})) ==
        "PaymentTaken {\"order\":\"order-1\",\"amount\":{\"tenThousandths\":25500,\"currency\":\"GBP\"}}\n");
  CHECK(text(decide(after<Payment>(taken), TakePayment{order, Money{25'500}})) == "rejected payment.taken");
  CHECK(text(decide(after<Payment>(taken, given_back), TakePayment{order, Money{25'500}})) ==
        "rejected payment.refunded");
}

TEST_CASE("a payment of nothing is one, of less is none") {
  CHECK(text(decide(Payment{}, TakePayment{order, Money{0}})).starts_with("PaymentTaken"));
  CHECK(text(decide(Payment{}, TakePayment{order, Money{-1}})) == "rejected payment.negative");
}

TEST_CASE("what was paid is given back whole, once") {
  CHECK(text(decide(Payment{}, RefundPayment{"why"})) == "rejected payment.missing");
  CHECK(text(decide(after<Payment>(taken), RefundPayment{"why"})) ==
        "PaymentRefunded "
        "{\"order\":\"order-1\",\"amount\":{\"tenThousandths\":25500,\"currency\":\"GBP\"},\"reason\":\"why\"}\n");
  CHECK(text(decide(after<Payment>(taken, given_back), RefundPayment{"why"})) == "rejected payment.refunded");
}
