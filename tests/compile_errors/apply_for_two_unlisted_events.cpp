// an aggregate has an `apply` for an event that is not in its `events`
#include "tests/compile_errors/shop.hpp"

using namespace shop;

struct Basket {
  static constexpr whence::aggregate_type type{"Basket"};
  using events = whence::events<OrderPlaced>;
  void apply(const OrderPlaced&) {}
  void apply(const OrderPaid&) {}
  void apply(const StockReserved&) {}
};
void wrong(whence::command_bus& bus) { bus.add<Basket>(); }
