#include <models/report.hpp>

namespace shop {

Total sales_figures::net() const {
  Total rest = gross;
  rest -= credited;
  return rest;
}

sales_figures read_sales(whence::sql::database& db) {
  sales_figures all;
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

std::int64_t read_adjustments(whence::sql::database& db) {
  return db.integer("SELECT coalesce(sum(adjustments), 0) FROM stock_levels").value_or(0);
}

}  // namespace shop
