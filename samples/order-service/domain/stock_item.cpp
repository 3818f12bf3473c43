#include <domain/stock_item.hpp>

namespace shop {

// Only what `decide` has let through is applied, and its sum fits.
void StockItem::apply(const StockAdjusted& adjustment) { adjusted += adjustment.quantity; }

whence::outcome<StockItem> decide(const StockItem& item, const AdjustStock& command) {
  if (command.item.empty()) return whence::rejected{"line.item", "an adjustment needs a stock code"};
  if (command.quantity == 0) return whence::rejected{"stock.nothing", "an adjustment by 0 is none"};
  std::int64_t sum = 0;
  if (__builtin_add_overflow(item.adjusted, command.quantity, &sum))
    return whence::rejected{"amount.overflow", "the sum of adjustments does not fit into 64 bits"};
  return StockAdjusted{command.item, command.quantity, command.origin};
}

}  // namespace shop
