#include <cli/inspector.hpp>
#include <string_view>

#include <whence/cli/exit_code.hpp>
#include <whence/cli/run_cli.hpp>

#include <domain/credit_note.hpp>
#include <domain/order.hpp>
#include <domain/payment.hpp>
#include <domain/stock_item.hpp>
#include <models/order_summary.hpp>
#include <models/sales_by_country.hpp>
#include <models/stock_levels.hpp>

namespace shop {

bool is_for_inspector(int argc, char** argv) noexcept { return argc > 1 && std::string_view{argv[1]} == "whence"; }

int run_inspector(int argc, char** argv) noexcept {
  try {
    return whence::run_cli(argc - 1, argv + 1, inspected_types());
  } catch (...) {  // there is no memory even for the names of the types
    return static_cast<int>(whence::exit_code::not_now);
  }
}

whence::cli_types inspected_types() {
  return whence::cli_types("order-service whence")
      .aggregate<Order>()
      .aggregate<Payment>()
      .aggregate<StockItem>()
      .aggregate<CreditNote>()
      .projection<OrderSummary>()
      .projection<SalesByCountry>()
      .projection<StockLevels>();
}

}  // namespace shop
