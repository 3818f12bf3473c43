// one upcaster is not yet the upcasters of a log: write `whence::upcasters::of(…)` around it
#include "tests/compile_errors/stored.hpp"

using namespace shop;

whence::upcasters wrong() { return whence::upcast<OrderPaid, 1>().dropped(); }
