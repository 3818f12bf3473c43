#include <import/sale_record.hpp>

#include <algorithm>

#include <whence/core/json_text.hpp>

#include <domain/text.hpp>

namespace shop {
namespace {

/// Spreadsheets write a number as one with a decimal: "17850.0" is the customer 17850.
std::string parse_customer(std::string_view text) {
  constexpr std::string_view decimal = ".0";
  if (text.ends_with(decimal) && are_digits(text.substr(0, text.size() - decimal.size())))
    text.remove_suffix(decimal.size());
  return std::string{text};
}

/// What is wrong with the record's form, whatever its fields say.
std::optional<reject_reason> broken_form(const csv_record& record) {
  if (record.quote_open) return rejects::quote_open;
  if (record.field_count != sale_columns::names.size()) return rejects::not_eight_fields;
  if (record.field_too_long) return rejects::field_too_long;
  if (!std::all_of(record.fields.begin(), record.fields.end(),
                   [](const auto& field) { return whence::is_utf8(field); }))
    return rejects::not_utf8;
  return std::nullopt;
}

}  // namespace

std::optional<sale_columns> sale_columns::from_header(const csv_record& header) {
  if (broken_form(header)) return std::nullopt;
  sale_columns columns;
  for (std::size_t column = 0; column < names.size(); ++column) {
    const auto found = std::find(header.fields.begin(), header.fields.end(), names[column]);
    if (found == header.fields.end()) return std::nullopt;
    columns.places_[column] = static_cast<std::size_t>(found - header.fields.begin());
  }
  return columns;
}

std::vector<std::string> invoices_cut_in(const csv_record& last, const sale_columns& columns,
                                         const std::string& invoice_before) {
  const std::size_t place = columns.place(sale_columns::invoice);
  const bool is_reached = place < last.fields.size();
  const std::string number = is_reached ? last.fields[place] : std::string();
  std::vector<std::string> found;
  if (is_reached) found.push_back(number);
  const bool may_be_cut = place + 1 >= last.fields.size();
  if (may_be_cut && invoice_before != number && invoice_before.starts_with(number)) found.push_back(invoice_before);
  return found;
}

std::variant<sale_record, reject_reason> read_sale(const csv_record& record, const sale_columns& columns) {
  if (const auto broken = broken_form(record)) return *broken;
  const auto field = [&](sale_columns::column which) -> const std::string& { return columns.of(record, which); };

  if (field(sale_columns::invoice).empty()) return rejects::invoice_empty;
  if (field(sale_columns::stock_code).empty()) return rejects::stock_code_empty;
  const auto quantity = parse_count(field(sale_columns::quantity));
  if (!quantity) return rejects::quantity_malformed;
  if (*quantity == 0) return rejects::quantity_zero;
  const auto price = parse_price(field(sale_columns::price));
  if (!price) return rejects::price_malformed;
  const auto date = parse_invoice_date(field(sale_columns::date));
  if (!date) return rejects::date_malformed;

  sale_record sale{.line = record.line,
                   .invoice = field(sale_columns::invoice),
                   .stock_code = field(sale_columns::stock_code),
                   .description = field(sale_columns::description),
                   .quantity = *quantity,
                   .date = *date,
                   .price = *price,
                   .customer = parse_customer(field(sale_columns::customer)),
                   .country = field(sale_columns::country)};
  // An adjustment moves goods, no money.
  if (!sale.is_adjustment() && !times(sale.price, sale.quantity)) return rejects::amount_overflow;
  return sale;
}

}  // namespace shop
