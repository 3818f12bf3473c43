// an aggregate's `books_closed_by` is `whence::events<…>` of events that are in its `events`
#include "tests/compile_errors/shop.hpp"

using namespace shop;

struct Basket {
  static constexpr whence::aggregate_type type{"Basket"};
  using events = whence::events<OrderPlaced>;
  using books_closed_by = OrderPlaced;
  void apply(const OrderPlaced&) {}
};
void wrong(whence::command_bus& bus) { bus.add<Basket>(); }
