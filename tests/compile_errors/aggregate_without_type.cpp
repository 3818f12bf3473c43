// an aggregate needs `static constexpr whence::aggregate_type type{"Name"}`, `using events = whence::events<…>` and a default constructor
#include "tests/compile_errors/shop.hpp"

using namespace shop;

struct Basket {
  using events = whence::events<OrderPlaced>;
  void apply(const OrderPlaced&) {}
};
void wrong(whence::command_bus& bus) { bus.add<Basket>(); }
