// an upcaster changes the `whence::document&` that it takes; what it changes in one that it takes by value or as const is lost
#include "tests/compile_errors/stored.hpp"

using namespace shop;

bool with_price(whence::document data) { return data.has("price"); }
whence::upcasters wrong() { return whence::upcasters::of(whence::upcast<OrderPaid, 1>().to<Priced, 2>(&with_price)); }
