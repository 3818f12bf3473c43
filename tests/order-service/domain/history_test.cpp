// What the shop's events of version 1 are today. A log that is full of them: old_shop_test.cpp.
#include <doctest/doctest.h>

#include <optional>
#include <string>

#include <domain/credit_note.hpp>
#include <domain/history.hpp>
#include <domain/order.hpp>
#include <domain/payment.hpp>
#include <domain/stock_item.hpp>
#include <whence/testing/given_stored.hpp>

using namespace shop;
using whence::testing::given_stored, whence::testing::stored;

namespace {

const std::string two_pounds = R"({"tenThousandths":20000,"currency":"GBP"})";

/// Of an order or a credit note, with the customer as JSON has it.
std::string of_customer(const std::string& customer) {
  return R"({"number":"1","customer":)" + customer + R"(,"country":"France","lines":[],"total":)" + two_pounds + "}";
}

}  // namespace

TEST_CASE("what was never an event of version 1 is refused, not guessed at") {
  const auto refused = [](const char* type, const std::string& data, const char* problem) {
    given_stored(stored(type, 1, data)).through(shop_upcasters()).then_refused("event.upcast_failed", problem);
  };
  refused("OrderPlaced", R"({"number":"1"})", "/customer: is missing");
  refused("OrderPlaced", of_customer("7"), "/customer: expected a string, found number");
  refused("CreditNoteIssued", "{}", "/customer: is missing");
  refused("StockAdjusted", R"({"item":"A","quantity":1})", "/reference: is missing");
  refused("PaymentRefunded", R"({"order":"order-1","reason":"why"})", "/amount: is missing");
  refused("PaymentRefunded", R"({"order":"order-1","amount":)" + two_pounds + "}", "/reason: is missing");
}

TEST_CASE("an order or a credit note of a customer without a name is one of a guest") {
  given_stored(stored("OrderPlaced", 1, of_customer(R"("")")), stored("CreditNoteIssued", 1, of_customer(R"("")")))
      .through(shop_upcasters())
      .then(OrderPlaced{"1", std::nullopt, "France", {}, Money{20'000}},
            CreditNoteIssued{"1", std::nullopt, "France", {}, Money{20'000}});
}

TEST_CASE("a customer who had a name keeps it") {
  given_stored(stored("OrderPlaced", 1, of_customer(R"("Zo\u00eb \"O\"")")),
               stored("OrderPlaced", 1, of_customer(R"(" ")")), stored("CreditNoteIssued", 1, of_customer(R"("ada")")))
      .through(shop_upcasters())
      .then(OrderPlaced{"1", "Zo\xC3\xAB \"O\"", "France", {}, Money{20'000}},
            OrderPlaced{"1", " ", "France", {}, Money{20'000}},
            CreditNoteIssued{"1", "ada", "France", {}, Money{20'000}});
}

TEST_CASE("where an adjustment comes from is called its origin") {
  given_stored(stored("StockAdjusted", 1, R"({"item":"A","quantity":-2,"reference":"536365"})"))
      .through(shop_upcasters())
      .then(StockAdjusted{"A", -2, "536365"});
}

TEST_CASE("a payment that was given back for a reason is a decision, and what was done about it") {
  given_stored(stored("PaymentRefunded", 1, R"({"order":"order-1","amount":)" + two_pounds + R"(,"reason":"why"})"))
      .through(shop_upcasters())
      .then(RefundGranted{"why"}, PaymentRefunded{order_id("1"), Money{20'000}});
}

TEST_CASE("an event of today is left as it is") {
  given_stored(stored("OrderShipped", 1, "{}"), stored("RefundGranted", 1, R"({"reason":"why"})"),
               stored("PaymentRefunded", 2, R"({"order":"order-1","amount":)" + two_pounds + "}"),
               stored("StockAdjusted", 2, R"({"item":"A","quantity":-2,"origin":"536365"})"))
      .through(shop_upcasters())
      .then(OrderShipped{}, RefundGranted{"why"}, PaymentRefunded{order_id("1"), Money{20'000}},
            StockAdjusted{"A", -2, "536365"});
}
