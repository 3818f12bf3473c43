// an upcaster changes the `whence::document&` that it takes; what it changes in one that it takes by value or as const is lost
#include "tests/compile_errors/stored.hpp"

using namespace shop;

whence::upcasters wrong() {
  return whence::upcasters::of(whence::upcast<Priced, 1>([](const whence::document& data) {
    whence::document copy = data;
    copy.rename("price", "cents");
  }));
}
