// a decision model is not the fold of a stream: `load_for<Model>(command)` gives what a command is decided on
#include "tests/compile_errors/shop.hpp"

using namespace shop;

struct Stock {
  static constexpr whence::decision_model type{"Stock"};
  using events = whence::events<StockReserved>;
  void apply(const StockReserved&) {}
};
auto wrong(const whence::repository& stocks, const whence::id<Stock>& stock) { return stocks.load(stock); }
