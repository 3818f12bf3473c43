// The events as they stand in the log: a name that changes here would leave old logs behind.
#include <doctest/doctest.h>

#include <optional>
#include <string>

#include <domain/credit_note.hpp>
#include <domain/order.hpp>
#include <domain/payment.hpp>
#include <domain/stock_item.hpp>
#include <whence/serialization/json.hpp>
#include <whence/testing/generated.hpp>
#include <whence/testing/json_forms.hpp>

using namespace shop;

namespace {

template <class Event>
std::string stored(const Event& event) {
  std::string text(Event::type.name);
  return text.append(" ").append(std::to_string(Event::type.version)).append(" ").append(whence::encode(event));
}

const Line cup{"71053", "CUP", 3, Money{33'900}};
const std::string line =
    R"({"item":"71053","description":"CUP","quantity":3,"price":{"tenThousandths":33900,"currency":"GBP"}})";
const std::string total = R"({"tenThousandths":101700,"currency":"GBP"})";

}  // namespace

TEST_CASE("events are stored under these names, with these members") {
  CHECK(stored(OrderPlaced{"1", "ada", "France", {cup}, Money{101'700}}) ==
        R"(OrderPlaced 2 {"number":"1","customer":"ada","country":"France","lines":[)" + line + R"(],"total":)" +
            total + "}");
  CHECK(stored(OrderShipped{}) == "OrderShipped 1 {}");
  CHECK(stored(OrderCancelled{"why"}) == R"(OrderCancelled 1 {"reason":"why"})");
  CHECK(stored(PaymentTaken{order_id("1"), Money{101'700}}) ==
        R"(PaymentTaken 1 {"order":"order-1","amount":)" + total + "}");
  CHECK(stored(RefundGranted{"why"}) == R"(RefundGranted 1 {"reason":"why"})");
  CHECK(stored(PaymentRefunded{order_id("1"), Money{101'700}}) ==
        R"(PaymentRefunded 2 {"order":"order-1","amount":)" + total + "}");
  CHECK(stored(StockAdjusted{"71053", -10, "536589"}) ==
        R"(StockAdjusted 2 {"item":"71053","quantity":-10,"origin":"536589"})");
  CHECK(stored(CreditNoteIssued{"C1", "ada", "EIRE", {cup}, Money{101'700}}) ==
        R"(CreditNoteIssued 2 {"number":"C1","customer":"ada","country":"EIRE","lines":[)" + line + R"(],"total":)" +
            total + "}");
}

TEST_CASE("a guest is nobody, not somebody without a name") {
  CHECK(stored(OrderPlaced{"1", std::nullopt, "France", {}, Money{0}}) ==
        R"(OrderPlaced 2 {"number":"1","country":"France","lines":[],"total":{"tenThousandths":0,"currency":"GBP"}})");
  CHECK(stored(CreditNoteIssued{"C1", std::nullopt, "France", {}, Money{0}}) ==
        R"(CreditNoteIssued 2 {"number":"C1","country":"France","lines":[],)"
        R"("total":{"tenThousandths":0,"currency":"GBP"}})");
}

TEST_CASE("every event comes back from its forms, and its schema says what reading says") {
  using whence::testing::round_trips;
  round_trips<OrderPlaced>();
  round_trips<OrderCancelled>();
  round_trips<PaymentTaken>();
  round_trips<PaymentRefunded>();
  round_trips<StockAdjusted>();
  round_trips<CreditNoteIssued>();
}

TEST_CASE("a guest may be written out, and a customer is a text") {
  whence::testing::reads_json(R"({"number":"C1","customer":null,"country":"France","lines":[],"total":)" + total + "}",
                              CreditNoteIssued{"C1", std::nullopt, "France", {}, Money{101'700}});
  whence::testing::refuses_json<CreditNoteIssued>(R"({"number":"C1","customer":7})", "/customer");
  whence::testing::writes_json(Money{33'900}, R"({"tenThousandths":33900,"currency":"GBP"})");
}
