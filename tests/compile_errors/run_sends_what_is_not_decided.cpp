// a command needs `whence::outcome<Aggregate> decide(const Aggregate&, const Command&)` beside the aggregate whose id it is sent to
#include "tests/compile_errors/run.hpp"

using namespace shop;

void wrong(application_run& run, const whence::id<Order>& order) { run.send<StockReserved>(order).then_accepted(); }
