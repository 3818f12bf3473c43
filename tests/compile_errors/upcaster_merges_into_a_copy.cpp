// an upcaster changes the `whence::document&` that it takes; what it changes in one that it takes by value or as const is lost
#include "tests/compile_errors/stored.hpp"

using namespace shop;

whence::upcasters wrong() {
  return whence::upcasters::of(whence::upcast<OrderPlaced, 1>().merged_with<OrderPaid, 1>().to<Priced, 2>(
      [](whence::document data, const whence::document&) { data.set("cents", 0); }));
}
