// an aggregate needs `static constexpr whence::aggregate_type type{"Name"}`, `using events = whence::events<…>` and a default constructor
#include "tests/compile_errors/shop.hpp"

using namespace shop;

struct Basket {
  static constexpr whence::aggregate_type type{"Basket"};
  using events = whence::events<OrderPlaced>;
  explicit Basket(int) {}
  void apply(const OrderPlaced&) {}
};
void wrong(whence::command_bus& bus) { bus.add<Basket>(); }
