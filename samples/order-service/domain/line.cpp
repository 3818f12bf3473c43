#include <domain/line.hpp>

namespace shop {

std::variant<Money, whence::rejected> total_of(const std::vector<Line>& lines, const std::string& noun) {
  if (lines.empty()) return whence::rejected{noun + ".empty", "it needs at least one line"};

  Money total;
  for (const Line& line : lines) {
    if (line.item.empty()) return whence::rejected{"line.item", "a line needs a stock code"};
    if (line.quantity == 0 || line.quantity > quantity_max || line.quantity < -quantity_max)
      return whence::rejected{"line.quantity", "a quantity has one to nine digits and is not 0"};
    if (line.price.ten_thousandths < 0) return whence::rejected{"line.price", "a price is not negative"};
    if (line.price.currency != shop_currency)
      return whence::rejected{"amount.currency", "this shop sells in " + std::string{shop_currency}};

    const auto amount = times(line.price, line.quantity);
    const auto sum = amount ? plus(total, *amount) : std::nullopt;
    if (!sum) return whence::rejected{"amount.overflow", "the total does not fit into 64 bits"};
    total = *sum;
  }
  return total;
}

std::int64_t units_of(const std::vector<Line>& lines) {
  // At most nine digits a line, and fewer lines than an event has bytes: this cannot overflow.
  std::int64_t units = 0;
  for (const Line& line : lines) units += line.quantity;
  return units;
}

}  // namespace shop
