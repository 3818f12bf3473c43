// a decision model needs `static whence::event_query query(const Command&)` for every command that is sent to it
#include "tests/compile_errors/shop.hpp"

using namespace shop;

struct Stock {
  static constexpr whence::decision_model type{"Stock"};
  using events = whence::events<StockReserved>;
  void apply(const StockReserved&) {}
};
struct ReserveStock {};
whence::outcome<Stock> decide(const Stock&, const ReserveStock&) { return StockReserved{}; }
auto wrong(whence::command_bus& bus, const whence::id<Stock>& stock) { return bus.send<ReserveStock>(stock); }
