// a projection needs `static constexpr whence::projection_info info{"name", 1}` and `using events = whence::events<…>` with at least one event
#include "tests/compile_errors/testing.hpp"

using namespace shop;

void wrong() { given_events(OrderPlaced{"ada"}).into<Order>().then_rows("SELECT customer FROM summary", {{"ada"}}); }
