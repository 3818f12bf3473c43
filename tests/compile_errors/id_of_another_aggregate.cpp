// a command needs `whence::outcome<Aggregate> decide(const Aggregate&, const Command&)` beside the aggregate whose id it is sent to
#include "tests/compile_errors/shop.hpp"

using namespace shop;

auto wrong(whence::command_bus& bus, const whence::id<StockItem>& tea) { return bus.send<PlaceOrder>(tea, "ada"); }
