#include <import/record_invoice.hpp>

#include <optional>
#include <string>
#include <string_view>

#include <domain/names.hpp>
#include <domain/text.hpp>

namespace shop {
namespace {

/// Each part with its length before it, so that no two lists of parts read the same.
std::string joined(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text.append(std::to_string(part.size())).append(":").append(part);
  return text;
}

std::string content_of(const sale_record& record) {
  return joined({record.invoice, record.stock_code, record.description, std::to_string(record.quantity),
                 std::to_string(record.date.time_since_epoch().count()), to_text(record.price), record.customer,
                 record.country});
}

command_series series_of(const staged_invoice& invoice) {
  whence::uuid content = whence::derive(invoice.date, "invoice");
  for (const sale_record& record : invoice.records) content = whence::derive(content, content_of(record));
  // The name must not change when the content does, so it carries no time.
  const whence::uuid name = whence::derive(whence::timestamp{}, joined({"import", invoice.number}));
  return {invoice.date, name, whence::correlation_id{content}};
}

}  // namespace

std::vector<Line> lines_of(const staged_invoice& invoice) {
  std::vector<Line> lines;
  for (const sale_record& record : invoice.records)
    if (!record.is_adjustment())
      lines.push_back({record.stock_code, record.description, record.is_credit() ? -record.quantity : record.quantity,
                       record.price});
  return lines;
}

whence::async<answer> record_invoice(const shop_service& shop, const staged_invoice& invoice) {
  const std::optional<std::string> customer = unless_empty(invoice.customer);
  if (invoice.is_credit()) {
    IssueCreditNote issue{invoice.number, customer, invoice.country, lines_of(invoice)};
    return shop.credit(credit_note_id(invoice.number), std::move(issue), series_of(invoice));
  }
  Sale sale{order_id(invoice.number), {invoice.number, customer, invoice.country, lines_of(invoice)}, {}};
  for (const sale_record& record : invoice.records)
    if (record.is_adjustment()) sale.adjustments.push_back({record.stock_code, record.quantity, invoice.number});
  return shop.sell(std::move(sale), series_of(invoice));
}

whence::command_id first_command_of(const staged_invoice& invoice) { return series_of(invoice).next().id.value(); }

}  // namespace shop
