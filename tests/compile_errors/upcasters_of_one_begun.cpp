// an upcaster says what becomes of the event: behind `upcast<Event, N>()`, and `.merged_with<…>()`, comes `.to<Other, M>(…)` or `.dropped()`
#include "tests/compile_errors/stored.hpp"

using namespace shop;

whence::upcasters wrong() { return whence::upcasters::of(whence::upcast<OrderPaid, 1>()); }
