// `in(id, event)` takes an event that is in the `events` of the id's aggregate, whose definition is included
#include "tests/compile_errors/testing.hpp"

using namespace shop;

auto wrong(const whence::id<StockItem>& item) { return given_events(in(item, OrderPlaced{"ada"})); }
