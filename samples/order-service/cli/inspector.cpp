#include <algorithm>
#include <cli/inspector.hpp>
#include <vector>

#include <whence/cli/exit_code.hpp>
#include <whence/cli/run_cli.hpp>

#include <cli/command_line.hpp>
#include <domain/credit_note.hpp>
#include <domain/history.hpp>
#include <domain/order.hpp>
#include <domain/payment.hpp>
#include <domain/stock_item.hpp>
#include <models/order_summary.hpp>
#include <models/sales_by_country.hpp>
#include <models/stock_levels.hpp>

namespace shop {

std::optional<int> run_inspector(int argc, char** argv) noexcept {
  try {
    const auto place = inspector_in({argv + std::min(argc, 1), argv + argc});
    if (!place) return std::nullopt;
    // The options before the word are the inspector's too: it has all of them.
    const auto word = argv + 1 + *place;
    std::vector<char*> words{*word};
    words.insert(words.end(), argv + 1, word);
    words.insert(words.end(), word + 1, argv + argc);
    words.push_back(nullptr);
    return whence::run_cli(static_cast<int>(words.size()) - 1, words.data(), inspected_types());
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
      .projection<StockLevels>()
      .upcasting(shop_upcasters());
}

}  // namespace shop
