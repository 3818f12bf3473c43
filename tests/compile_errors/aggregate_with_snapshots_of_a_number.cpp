// an aggregate says `static constexpr whence::snapshot_policy snapshots{.every = 100}`, or nothing of that name
#include "tests/compile_errors/shop.hpp"

using namespace shop;

struct Basket {
  static constexpr whence::aggregate_type type{"Basket"};
  static constexpr int snapshots = 500;
  using events = whence::events<OrderPlaced>;
  int orders = 0;
  void apply(const OrderPlaced&) { ++orders; }
};
void wrong(whence::command_bus& bus) { bus.add<Basket>(); }
