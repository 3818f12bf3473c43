// What should be on the shelves, as orders, credit notes and corrections come and go.
#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include <models/stock_levels.hpp>
#include <whence/testing/given_events.hpp>

using namespace shop;
using whence::testing::given_events, whence::testing::in;

namespace {

constexpr auto levels = "SELECT item, level FROM stock_levels ORDER BY item";

const std::vector<Line> lines{{"A", "", 2, Money{1}}, {"B", "", 5, Money{1}}, {"A", "", 3, Money{1}}};

OrderPlaced placed(std::vector<Line> what) { return {"1", "", "France", std::move(what), Money{10}}; }

}  // namespace

TEST_CASE("goods leave the shelf when they are ordered, and the level may be negative") {
  given_events(in(order_id("1"), placed(lines))).into<StockLevels>().then_rows(levels, {{"A", -5}, {"B", -5}});
  given_events(in(order_id("1"), placed(lines)), in(order_id("1"), OrderShipped{}))
      .into<StockLevels>()
      .then_rows(levels, {{"A", -5}, {"B", -5}});
}

TEST_CASE("goods of a cancelled order are back, line by line, and other orders' are not") {
  given_events(in(order_id("1"), placed(lines)), in(order_id("2"), placed({{"A", "", 1, Money{1}}})),
               in(order_id("1"), OrderCancelled{"why"}))
      .into<StockLevels>()
      .then_rows(levels, {{"A", -1}, {"B", 0}});
}

TEST_CASE("corrections and credit notes move the level") {
  const CreditNoteIssued credit{"C1", "", "France", {{"A", "", 2, Money{1}}, {"A", "", -1, Money{1}}}, Money{1}};
  given_events(in(order_id("1"), placed(lines)), in(stock_item("A"), StockAdjusted{"A", 100, "delivery"}),
               in(stock_item("C"), StockAdjusted{"C", -4, "broken"}), in(credit_note_id("C1"), credit))
      .into<StockLevels>()
      .then_rows(levels, {{"A", 96}, {"B", -5}, {"C", -4}});
}

TEST_CASE("what a shipped or cancelled order took no more room is needed for") {
  given_events(in(order_id("1"), placed(lines)), in(order_id("1"), OrderShipped{}), in(order_id("2"), placed(lines)),
               in(order_id("2"), OrderCancelled{"why"}), in(order_id("3"), placed(lines)))
      .into<StockLevels>()
      .then_rows("SELECT level FROM stock_levels WHERE item = 'A'", {{-10}})
      .then_rows("SELECT order_id, count(*) FROM open_line GROUP BY order_id", {{"order-3", 3}});
}
