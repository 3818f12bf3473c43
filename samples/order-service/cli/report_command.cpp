#include <iomanip>
#include <optional>
#include <string>

#include <whence/core/json_text.hpp>

#include <cli/commands.hpp>
#include <cli/failure.hpp>
#include <cli/text_table.hpp>
#include <models/report.hpp>
#include <models/sales_by_country.hpp>
#include <service/open_shop.hpp>

namespace shop {
namespace {

void print_json(const sales_figures& sales, const std::optional<failure>& loss, std::ostream& out) {
  out << "{\"orders\": " << sales.orders << ", \"order_lines\": " << sales.order_lines << ", \"units\": " << sales.units
      << ", \"gross\": \"" << sales.gross.rounded() << "\", \"credit_notes\": " << sales.credit_notes
      << ", \"credited\": \"" << sales.credited.rounded() << "\", \"net\": \"" << sales.net().rounded()
      << "\", \"stock_adjustments\": " << sales.stock_adjustments << ", \"by_country\": {";
  const char* separator = "";
  for (const auto& [name, country] : sales.by_country) {
    out << separator << whence::json_string(name) << ": {\"orders\": " << country.orders << ", \"gross\": \""
        << country.gross.rounded() << "\", \"credited\": \"" << country.credited.rounded() << "\"}";
    separator = ", ";
  }
  out << "}" << diagnostics_member(loss) << "}\n";
}

void print_table(const sales_figures& sales, std::ostream& out) {
  const auto figure = [&](const char* name, const auto& value) {
    out << std::left << std::setw(19) << name << std::right << std::setw(16) << value << "\n";
  };
  figure("orders", sales.orders);
  figure("order lines", sales.order_lines);
  figure("units", sales.units);
  figure("gross", sales.gross.rounded());
  figure("credit notes", sales.credit_notes);
  figure("credited", sales.credited.rounded());
  figure("net", sales.net().rounded());
  figure("stock adjustments", sales.stock_adjustments);

  text_table countries({{"ORDERS", text_table::right},
                        {"GROSS", text_table::right},
                        {"CREDITED", text_table::right},
                        {"COUNTRY", text_table::left}});
  for (const auto& [name, country] : sales.by_country)
    countries.add({std::to_string(country.orders), country.gross.rounded(), country.credited.rounded(), name});
  out << "\n" << countries;
}

}  // namespace

void carry_out(const report_request& command, const request& asked, const terminal& terminal) {
  const auto shop = visit_shop(asked.store, terminal.lost);
  const sales_figures sales = shop.model<SalesByCountry>(command.wait).read(read_sales);
  if (asked.form == output_form::json)
    print_json(sales, *terminal.loss, terminal.out);
  else
    print_table(sales, terminal.out);
}

}  // namespace shop
