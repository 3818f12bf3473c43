// say what happens then: `.then(…)`, `.then_accepted()`
#include "tests/compile_errors/run.hpp"

using namespace shop;

void wrong(application_run& run, const whence::id<Order>& order) { run.send<PlaceOrder>(order, "ada"); }
