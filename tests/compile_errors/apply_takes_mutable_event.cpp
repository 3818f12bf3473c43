// an aggregate needs `void apply(const Event&)` for every event in `events`
#include "tests/compile_errors/shop.hpp"

using namespace shop;

struct Basket {
  static constexpr whence::aggregate_type type{"Basket"};
  using events = whence::events<OrderPlaced>;
  void apply(OrderPlaced&) {}
};
void wrong(whence::command_bus& bus) { bus.add<Basket>(); }
