// an upcaster returns another event than the one that it leads to, or another version of it: return that one, or a struct with `serialize` as that version was
#include "tests/compile_errors/stored.hpp"

using namespace shop;

whence::upcasters wrong() {
  return whence::upcasters::of(
      whence::upcast<OrderPlaced, 1>().to<Priced, 2>([](const OrderPlaced&) { return OrderPaid{450}; }));
}
