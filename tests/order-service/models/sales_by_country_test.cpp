// What was sold and credited, by country, and what the report makes of it.
#include <doctest/doctest.h>

#include <string>

#include <models/report.hpp>
#include <models/sales_by_country.hpp>
#include <whence/testing/given_events.hpp>

using namespace shop;
using whence::testing::given_events, whence::testing::in;

namespace {

constexpr auto figures =
    "SELECT country, orders, order_lines, units, gross, credit_notes, credited FROM sales_by_country ORDER BY country";

whence::testing::given_event placed(const std::string& number, const std::string& country, Money total) {
  return in(order_id(number), OrderPlaced{number, "ada", country, {{"A", "", 3, total}}, total});
}
whence::testing::given_event credited(const std::string& number, const std::string& country, Money total) {
  return in(credit_note_id(number), CreditNoteIssued{number, "ada", country, {{"A", "", 1, total}}, total});
}

}  // namespace

TEST_CASE("orders and credit notes count where their invoice went") {
  given_events(placed("1", "France", Money{10'000}), placed("2", "France", Money{5'001}),
               placed("3", "EIRE", Money{2'500}), credited("C1", "France", Money{3}), credited("C2", "Spain", Money{7}))
      .into<SalesByCountry>()
      .then_rows(figures, {{"EIRE", 1, 1, 3, "0.2500", 0, "0.0000"},
                           {"France", 2, 2, 6, "1.5001", 1, "0.0003"},
                           {"Spain", 0, 0, 0, "0.0000", 1, "0.0007"}});
}

TEST_CASE("a cancelled order counts nowhere, a shipped one for ever") {
  given_events(placed("1", "France", Money{10'000}), placed("2", "France", Money{5'000}),
               in(order_id("1"), OrderCancelled{"why"}), in(order_id("2"), OrderShipped{}))
      .into<SalesByCountry>()
      .then_rows(figures, {{"France", 1, 1, 3, "0.5000", 0, "0.0000"}})
      .then_rows("SELECT * FROM open_order", {});
}

TEST_CASE("the report adds up the countries, to the penny, and leaves out those where nothing is left") {
  given_events(placed("1", "France", Money{10'000}), placed("2", "EIRE", Money{2'500}),
               placed("3", "Spain", Money{2'500}), credited("C1", "France", Money{3}),
               in(order_id("3"), OrderCancelled{"why"}), in(stock_item("A"), StockAdjusted{"A", -4, "broken"}),
               in(stock_item("A"), StockAdjusted{"A", 9, "found"}))
      .into<SalesByCountry>()
      .then_model([](whence::sql::database& db) {
        const sales_figures sales = read_sales(db);
        CHECK(sales.orders == 2);
        CHECK(sales.units == 6);
        CHECK(sales.credit_notes == 1);
        CHECK(sales.stock_adjustments == 2);
        CHECK(sales.net().exact() == "1.2497");
        CHECK(sales.by_country.size() == 2);
        CHECK(sales.by_country.at("France").gross.exact() == "1.0000");
      });
}
