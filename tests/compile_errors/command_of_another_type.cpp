// a command is built with braces from what follows the id: these arguments do not fit its members (their number, a type, or a number that would be narrowed)
#include "tests/compile_errors/shop.hpp"

using namespace shop;

auto wrong(whence::command_bus& bus, const whence::id<Order>& order) { return bus.send<PlaceOrder>(order, 7); }
