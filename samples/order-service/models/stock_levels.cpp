#include <models/stock_levels.hpp>

namespace shop {

void StockLevels::create(whence::sql::database& db) {
  db.run(R"(
    CREATE TABLE stock_levels (
      item TEXT PRIMARY KEY, adjustments INTEGER NOT NULL DEFAULT 0, adjusted INTEGER NOT NULL DEFAULT 0,
      sold INTEGER NOT NULL DEFAULT 0, credited INTEGER NOT NULL DEFAULT 0,
      level INTEGER NOT NULL AS (adjusted - sold + credited)
    ) WITHOUT ROWID;
    CREATE TABLE open_line (
      order_id TEXT NOT NULL, line INTEGER NOT NULL, item TEXT NOT NULL, quantity INTEGER NOT NULL,
      PRIMARY KEY (order_id, line)
    ) WITHOUT ROWID;
  )");
}

void StockLevels::on(const OrderPlaced& placed, const whence::event_context& context, whence::sql::database& db) {
  int number = 0;
  for (const Line& line : placed.lines) {
    db.run("INSERT INTO stock_levels (item, sold) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET sold = sold + ?2",
           {line.item, line.quantity});
    db.run("INSERT INTO open_line (order_id, line, item, quantity) VALUES (?, ?, ?, ?)",
           {context.stream, ++number, line.item, line.quantity});
  }
}

void StockLevels::on(const OrderShipped&, const whence::event_context& context, whence::sql::database& db) {
  db.run("DELETE FROM open_line WHERE order_id = ?", {context.stream});
}

void StockLevels::on(const OrderCancelled&, const whence::event_context& context, whence::sql::database& db) {
  db.run(
      "UPDATE stock_levels SET sold = sold - back.quantity"
      " FROM (SELECT item, sum(quantity) AS quantity FROM open_line WHERE order_id = ? GROUP BY item) AS back"
      " WHERE stock_levels.item = back.item",
      {context.stream});
  db.run("DELETE FROM open_line WHERE order_id = ?", {context.stream});
}

void StockLevels::on(const CreditNoteIssued& issued, const whence::event_context&, whence::sql::database& db) {
  for (const Line& line : issued.lines)
    db.run(
        "INSERT INTO stock_levels (item, credited) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET credited = credited + ?2",
        {line.item, line.quantity});
}

void StockLevels::on(const StockAdjusted& adjusted, const whence::event_context&, whence::sql::database& db) {
  db.run(
      "INSERT INTO stock_levels (item, adjustments, adjusted) VALUES (?1, 1, ?2)"
      " ON CONFLICT DO UPDATE SET adjustments = adjustments + 1, adjusted = adjusted + ?2",
      {adjusted.item, adjusted.quantity});
}

}  // namespace shop
