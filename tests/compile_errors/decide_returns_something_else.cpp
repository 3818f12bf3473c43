// a command needs `whence::outcome<Aggregate> decide(const Aggregate&, const Command&)` beside the aggregate whose id it is sent to
#include "tests/compile_errors/shop.hpp"

using namespace shop;

namespace shop {
struct ShipOrder {};
inline OrderPaid decide(const Order&, const ShipOrder&) { return {}; }
}  // namespace shop
auto wrong(whence::command_bus& bus, const whence::id<Order>& order) { return bus.send<ShipOrder>(order); }
