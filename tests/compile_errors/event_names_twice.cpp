// two events in one list have the same name
#include "tests/compile_errors/shop.hpp"

using namespace shop;

struct Placed {
  static constexpr whence::event_type type{"OrderPlaced", 2};
  template <class Archive>
  void serialize(Archive&) {}
};
struct Basket {
  static constexpr whence::aggregate_type type{"Basket"};
  using events = whence::events<OrderPlaced, Placed>;
  void apply(const OrderPlaced&) {}
  void apply(const Placed&) {}
};
void wrong(whence::command_bus& bus) { bus.add<Basket>(); }
