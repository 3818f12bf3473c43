// What a stock item decides.
#include <doctest/doctest.h>

#include <cstdint>
#include <limits>

#include <domain/stock_item.hpp>
#include <whence/testing/given.hpp>

using namespace shop;
using whence::testing::given;

TEST_CASE("stock is adjusted up and down, also below zero") {
  given<StockItem>()
      .when(AdjustStock{"71053", -10, "536589"})
      .then(StockAdjusted{"71053", -10, "536589"})
      .when(AdjustStock{"71053", 4, "x"})
      .then(StockAdjusted{"71053", 4, "x"})
      .then_state([](const StockItem& item) { CHECK(item.adjusted == -6); });
}

TEST_CASE("an adjustment by nothing, or of nothing, is refused") {
  given<StockItem>().when(AdjustStock{"71053", 0, "x"}).then_rejected("stock.nothing");
  given<StockItem>().when(AdjustStock{"", 1, "x"}).then_rejected("line.item");
}

TEST_CASE("adjustments whose sum does not fit are refused, not wrapped") {
  const auto full = given<StockItem>(StockAdjusted{"71053", std::numeric_limits<std::int64_t>::max(), "x"});
  full.when(AdjustStock{"71053", 1, "x"}).then_rejected("amount.overflow");
  full.when(AdjustStock{"71053", -1, "x"}).then(StockAdjusted{"71053", -1, "x"});
}
