#include <models/report.hpp>

namespace shop {

Total sales_figures::net() const {
  Total rest = gross;
  rest -= credited;
  return rest;
}

sales_figures read_sales(whence::sql::database& db) {
  sales_figures all;
  all.stock_adjustments = db.integer("SELECT number FROM stock_adjustments").value();
  auto row = db.prepare(
      "SELECT country, orders, order_lines, units, gross, credit_notes, credited FROM sales_by_country"
      " WHERE orders > 0 OR credit_notes > 0 ORDER BY country");
  while (row.step()) {
    const country_figures country{row.integer(1), Total::parse(row.text(4)), Total::parse(row.text(6))};
    all.orders += country.orders;
    all.order_lines += row.integer(2);
    all.units += row.integer(3);
    all.gross += country.gross;
    all.credit_notes += row.integer(5);
    all.credited += country.credited;
    all.by_country.emplace(row.text(0), country);
  }
  return all;
}

}  // namespace shop
