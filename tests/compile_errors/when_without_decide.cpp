// a command needs `whence::outcome<Aggregate> decide(const Aggregate&, const Command&)` beside the aggregate whose id it is sent to
#include "tests/compile_errors/testing.hpp"

using namespace shop;

struct ShipOrder {};

void wrong() { given<Order>(OrderPlaced{"ada"}).when(ShipOrder{}).then_rejected("order.unpaid"); }
