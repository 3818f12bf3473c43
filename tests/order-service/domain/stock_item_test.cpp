// What a stock item decides, as the plain function that this is.
#include <doctest/doctest.h>

#include <limits>

#include <domain/stock_item.hpp>

#include "tests/order-service/domain/decisions.hpp"

using decisions::after;
using decisions::text;
using namespace shop;

TEST_CASE("stock is adjusted up and down, also below zero") {
  CHECK(text(decide(StockItem{}, AdjustStock{"71053", -10, "536589"})) ==
        "StockAdjusted {\"item\":\"71053\",\"quantity\":-10,\"reference\":\"536589\"}\n");
  CHECK(text(decide(after<StockItem>(StockAdjusted{"71053", -10, "x"}), AdjustStock{"71053", 4, "x"}))
            .starts_with("StockAdjusted"));
}

TEST_CASE("an adjustment by nothing, or of nothing, is refused") {
  CHECK(text(decide(StockItem{}, AdjustStock{"71053", 0, "x"})) == "rejected stock.nothing");
  CHECK(text(decide(StockItem{}, AdjustStock{"", 1, "x"})) == "rejected line.item");
}

TEST_CASE("adjustments whose sum does not fit are refused, not wrapped") {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  const auto full = after<StockItem>(StockAdjusted{"71053", most, "x"});
  CHECK(text(decide(full, AdjustStock{"71053", 1, "x"})) == "rejected amount.overflow");
  CHECK(text(decide(full, AdjustStock{"71053", -1, "x"})).starts_with("StockAdjusted"));
}
