// `then` takes at least one event; that nothing happens is expected with `then_nothing()`, that it is accepted, whatever happens, with `then_accepted()`
#include "tests/compile_errors/run.hpp"

using namespace shop;

void wrong(application_run& run, const whence::id<Order>& order) { run.send<PlaceOrder>(order, "ada").then(); }
