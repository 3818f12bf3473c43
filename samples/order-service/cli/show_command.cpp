#include <iomanip>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <whence/core/json_text.hpp>

#include <cli/commands.hpp>
#include <cli/failure.hpp>
#include <cli/shell_text.hpp>
#include <cli/text_table.hpp>
#include <domain/text.hpp>
#include <models/order_summary.hpp>
#include <service/open_shop.hpp>

namespace shop {
namespace {

/// An order as order_summary has it.
struct shown_order {
  std::string status, number, customer, country, placed_at, paid_at, shipped_at, cancelled_at, refunded_at, reason;
  Money total;
  std::vector<Line> lines;
};

std::optional<shown_order> find(whence::sql::database& db, const whence::id<Order>& id) {
  auto row = db.prepare(
      "SELECT status, number, customer, country, placed_at, paid_at, shipped_at, cancelled_at, refunded_at, reason, "
      "total,"
      " currency FROM order_summary WHERE order_id = ?");
  row.bind(1, id.value());
  if (!row.step()) return std::nullopt;
  const auto text = [&](int column) { return std::string{row.text(column)}; };
  shown_order order{text(0), text(1), text(2), text(3), text(4), text(5), text(6), text(7), text(8), text(9), {}, {}};
  order.total = Money{row.integer(10), text(11)};

  auto line = db.prepare("SELECT item, description, quantity, price FROM order_line WHERE order_id = ? ORDER BY line");
  line.bind(1, id.value());
  while (line.step())
    order.lines.push_back({std::string{line.text(0)}, std::string{line.text(1)}, line.integer(2),
                           Money{line.integer(3), order.total.currency}});
  return order;
}

void print_json(const whence::id<Order>& id, const shown_order& order, const std::optional<failure>& loss,
                std::ostream& out) {
  const auto optional = [&](const char* name, const std::string& value) {
    if (!value.empty()) out << ", \"" << name << "\": " << whence::json_string(value);
  };
  out << "{\"order\": " << whence::json_string(id.value()) << ", \"status\": " << whence::json_string(order.status)
      << ", \"number\": " << whence::json_string(order.number);
  optional("customer", order.customer);
  out << ", \"country\": " << whence::json_string(order.country) << ", \"total\": \"" << to_text(order.total)
      << "\", \"currency\": " << whence::json_string(order.total.currency);
  optional("placedAt", order.placed_at);
  optional("paidAt", order.paid_at);
  optional("shippedAt", order.shipped_at);
  optional("cancelledAt", order.cancelled_at);
  optional("refundedAt", order.refunded_at);
  optional("reason", order.reason);
  out << ", \"lines\": [";
  const char* separator = "";
  for (const Line& line : order.lines) {
    out << separator << "{\"item\": " << whence::json_string(line.item)
        << ", \"description\": " << whence::json_string(line.description) << ", \"quantity\": " << line.quantity
        << ", \"price\": \"" << to_text(line.price) << "\"}";
    separator = ", ";
  }
  out << "]" << diagnostics_member(loss) << "}\n";
}

void print_table(const whence::id<Order>& id, const shown_order& order, std::ostream& out) {
  const auto field = [&](const char* name, const std::string& value) {
    if (!value.empty()) out << std::left << std::setw(11) << name << shown(value) << "\n";
  };
  out << shown(id.value()) << "  " << order.status << "\n";
  field("customer", order.customer.empty() ? "guest" : order.customer);
  field("country", order.country);
  field("total", to_text(order.total) + " " + order.total.currency);
  field("placed", order.placed_at);
  field("paid", order.paid_at);
  field("shipped", order.shipped_at);
  field("cancelled", order.cancelled_at);
  field("refunded", order.refunded_at);
  field("reason", order.reason);

  text_table lines({{"QUANTITY", text_table::right},
                    {"PRICE", text_table::right},
                    {"ITEM", text_table::left},
                    {"DESCRIPTION", text_table::left}});
  for (const Line& line : order.lines)
    lines.add({std::to_string(line.quantity), to_text(line.price), line.item, line.description});
  out << "\n" << lines;
}

}  // namespace

void carry_out(const show_request& command, const request& asked, const terminal& terminal) {
  const auto shop = visit_shop(asked.store, terminal.lost);
  const auto summary = shop.model<OrderSummary>(command.wait);
  const auto order = summary.read([&](whence::sql::database& db) { return find(db, command.order); });
  if (!order && *terminal.loss)
    throw failure(exit_code::not_readable, "order.missing",
                  {.what = "order " + command.order.value() + " is not in what is intact of the log",
                   .where = asked.store,
                   .why = "whether it was in what is lost, nobody can tell",
                   .remedy = list_of_orders(asked.store)});
  if (!order)
    throw failure(exit_code::not_there, "order.missing",
                  {.what = "there is no order " + command.order.value(),
                   .where = asked.store,
                   .remedy = list_of_orders(asked.store)});
  if (asked.form == output_form::json)
    print_json(command.order, *order, *terminal.loss, terminal.out);
  else
    print_table(command.order, *order, terminal.out);
}

}  // namespace shop
