// a decision model has neither `snapshots` nor `books_closed_by`: it is not the fold of one stream
#include "tests/compile_errors/shop.hpp"

using namespace shop;

struct Stock {
  static constexpr whence::decision_model type{"Stock"};
  static constexpr whence::snapshot_policy snapshots{.every = 100};
  using events = whence::events<StockReserved>;
  void apply(const StockReserved&) {}
  template <class Archive>
  void serialize(Archive&) {}
};
void wrong(whence::command_bus& bus) { bus.add<Stock>(); }
