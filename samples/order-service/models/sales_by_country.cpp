#include <models/sales_by_country.hpp>

#include <optional>
#include <string>

#include <domain/money.hpp>

namespace shop {
namespace {

/// What one order puts into its country's figures.
struct share {
  std::string country;
  std::int64_t lines = 0;
  std::int64_t units = 0;
  Money total;
};

/// The country's row is there afterwards.
void make_row(whence::sql::database& db, const std::string& country) {
  db.run("INSERT INTO sales_by_country (country) VALUES (?) ON CONFLICT DO NOTHING", {country});
}

Total gross_of(whence::sql::database& db, const std::string& country) {
  return Total::parse(db.text("SELECT gross FROM sales_by_country WHERE country = ?", {country}).value());
}

void set_in(whence::sql::database& db, const share& order) {
  make_row(db, order.country);
  Total gross = gross_of(db, order.country);
  gross += order.total;
  db.run(
      "UPDATE sales_by_country SET orders = orders + 1, order_lines = order_lines + ?, units = units + ?, gross = ?"
      " WHERE country = ?",
      {order.lines, order.units, gross.exact(), order.country});
}

void take_out(whence::sql::database& db, const share& order) {
  Total gross = gross_of(db, order.country);
  gross -= order.total;
  db.run(
      "UPDATE sales_by_country SET orders = orders - 1, order_lines = order_lines - ?, units = units - ?, gross = ?"
      " WHERE country = ?",
      {order.lines, order.units, gross.exact(), order.country});
}

std::optional<share> open_order(whence::sql::database& db, std::string_view order) {
  auto row = db.prepare("SELECT country, lines, units, total FROM open_order WHERE order_id = ?");
  row.bind(1, order);
  if (!row.step()) return std::nullopt;
  return share{std::string{row.text(0)}, row.integer(1), row.integer(2), Money{row.integer(3)}};
}

}  // namespace

void SalesByCountry::create(whence::sql::database& db) {
  db.run(R"(
    CREATE TABLE sales_by_country (
      country TEXT PRIMARY KEY, orders INTEGER NOT NULL DEFAULT 0, order_lines INTEGER NOT NULL DEFAULT 0,
      units INTEGER NOT NULL DEFAULT 0, gross TEXT NOT NULL DEFAULT '0.0000', credit_notes INTEGER NOT NULL DEFAULT 0,
      credited TEXT NOT NULL DEFAULT '0.0000'
    ) WITHOUT ROWID;
    CREATE TABLE open_order (
      order_id TEXT PRIMARY KEY, country TEXT NOT NULL, lines INTEGER NOT NULL, units INTEGER NOT NULL,
      total INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE stock_adjustments (number INTEGER NOT NULL);
    INSERT INTO stock_adjustments VALUES (0);
  )");
}

void SalesByCountry::on(const OrderPlaced& placed, const whence::event_context& context, whence::sql::database& db) {
  const share order{placed.country, static_cast<std::int64_t>(placed.lines.size()), units_of(placed.lines),
                    placed.total};
  set_in(db, order);
  db.run("INSERT INTO open_order (order_id, country, lines, units, total) VALUES (?, ?, ?, ?, ?)",
         {context.stream, order.country, order.lines, order.units, order.total.ten_thousandths});
}

// A shipped order cannot be cancelled any more.
void SalesByCountry::on(const OrderShipped&, const whence::event_context& context, whence::sql::database& db) {
  db.run("DELETE FROM open_order WHERE order_id = ?", {context.stream});
}

void SalesByCountry::on(const OrderCancelled&, const whence::event_context& context, whence::sql::database& db) {
  if (const auto order = open_order(db, context.stream)) take_out(db, *order);
  db.run("DELETE FROM open_order WHERE order_id = ?", {context.stream});
}

void SalesByCountry::on(const CreditNoteIssued& issued, const whence::event_context&, whence::sql::database& db) {
  make_row(db, issued.country);
  Total credited =
      Total::parse(db.text("SELECT credited FROM sales_by_country WHERE country = ?", {issued.country}).value());
  credited += issued.total;
  db.run("UPDATE sales_by_country SET credit_notes = credit_notes + 1, credited = ? WHERE country = ?",
         {credited.exact(), issued.country});
}

void SalesByCountry::on(const StockAdjusted&, const whence::event_context&, whence::sql::database& db) {
  db.run("UPDATE stock_adjustments SET number = number + 1", {});
}

}  // namespace shop
