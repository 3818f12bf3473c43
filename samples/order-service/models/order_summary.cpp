#include <models/order_summary.hpp>

#include <whence/core/timestamp.hpp>

namespace shop {

void OrderSummary::create(whence::sql::database& db) {
  db.run(R"(
    CREATE TABLE order_summary (
      order_id TEXT PRIMARY KEY, number TEXT NOT NULL, customer TEXT NOT NULL, country TEXT NOT NULL,
      lines INTEGER NOT NULL, units INTEGER NOT NULL, total INTEGER NOT NULL, currency TEXT NOT NULL,
      status TEXT NOT NULL, placed_at TEXT NOT NULL, paid_at TEXT, shipped_at TEXT, cancelled_at TEXT, refunded_at TEXT, reason TEXT
    ) WITHOUT ROWID;
    CREATE TABLE order_line (
      order_id TEXT NOT NULL, line INTEGER NOT NULL, item TEXT NOT NULL, description TEXT NOT NULL,
      quantity INTEGER NOT NULL, price INTEGER NOT NULL, PRIMARY KEY (order_id, line)
    ) WITHOUT ROWID;
  )");
}

void OrderSummary::on(const OrderPlaced& placed, const whence::event_context& context, whence::sql::database& db) {
  db.run(
      "INSERT INTO order_summary (order_id, number, customer, country, lines, units, total, currency, status, "
      "placed_at)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'placed', ?)",
      {context.stream, placed.number, placed.customer.value_or(""), placed.country, placed.lines.size(),
       units_of(placed.lines), placed.total.ten_thousandths, placed.total.currency,
       whence::to_rfc3339(context.occurred_at)});
  int number = 0;
  for (const Line& line : placed.lines)
    db.run("INSERT INTO order_line (order_id, line, item, description, quantity, price) VALUES (?, ?, ?, ?, ?, ?)",
           {context.stream, ++number, line.item, line.description, line.quantity, line.price.ten_thousandths});
}

void OrderSummary::on(const OrderShipped&, const whence::event_context& context, whence::sql::database& db) {
  db.run("UPDATE order_summary SET status = 'shipped', shipped_at = ? WHERE order_id = ?",
         {whence::to_rfc3339(context.occurred_at), context.stream});
}

void OrderSummary::on(const OrderCancelled& cancelled, const whence::event_context& context,
                      whence::sql::database& db) {
  db.run("UPDATE order_summary SET status = 'cancelled', cancelled_at = ?, reason = ? WHERE order_id = ?",
         {whence::to_rfc3339(context.occurred_at), cancelled.reason, context.stream});
}

void OrderSummary::on(const PaymentTaken& taken, const whence::event_context& context, whence::sql::database& db) {
  // A payment is a stream of its own: it may have been taken just after the order was cancelled.
  db.run("UPDATE order_summary SET status = iif(status = 'placed', 'paid', status), paid_at = ? WHERE order_id = ?",
         {whence::to_rfc3339(context.occurred_at), taken.order.value()});
}

void OrderSummary::on(const PaymentRefunded& refunded, const whence::event_context& context,
                      whence::sql::database& db) {
  db.run("UPDATE order_summary SET refunded_at = ? WHERE order_id = ?",
         {whence::to_rfc3339(context.occurred_at), refunded.order.value()});
}

}  // namespace shop
