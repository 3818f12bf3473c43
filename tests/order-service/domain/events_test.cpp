// The events as they stand in the log: a name that changes here would leave old logs behind.
#include <doctest/doctest.h>

#include <string>

#include <domain/credit_note.hpp>
#include <domain/order.hpp>
#include <domain/payment.hpp>
#include <domain/stock_item.hpp>
#include <whence/serialization/json.hpp>

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
        R"(OrderPlaced 1 {"number":"1","customer":"ada","country":"France","lines":[)" + line + R"(],"total":)" +
            total + "}");
  CHECK(stored(OrderShipped{}) == "OrderShipped 1 {}");
  CHECK(stored(OrderCancelled{"why"}) == R"(OrderCancelled 1 {"reason":"why"})");
  CHECK(stored(PaymentTaken{order_id("1"), Money{101'700}}) ==
        R"(PaymentTaken 1 {"order":"order-1","amount":)" + total + "}");
  CHECK(stored(PaymentRefunded{order_id("1"), Money{101'700}, "why"}) ==
        R"(PaymentRefunded 1 {"order":"order-1","amount":)" + total + R"(,"reason":"why"})");
  CHECK(stored(StockAdjusted{"71053", -10, "536589"}) ==
        R"(StockAdjusted 1 {"item":"71053","quantity":-10,"reference":"536589"})");
  CHECK(stored(CreditNoteIssued{"C1", "", "EIRE", {cup}, Money{101'700}}) ==
        R"(CreditNoteIssued 1 {"number":"C1","customer":"","country":"EIRE","lines":[)" + line + R"(],"total":)" +
            total + "}");
}
