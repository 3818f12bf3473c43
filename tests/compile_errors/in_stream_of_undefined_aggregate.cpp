// `in(id, event)` takes an event that is in the `events` of the id's aggregate, whose definition is included
#include "tests/compile_errors/testing.hpp"

using namespace shop;

struct Payment;

auto wrong(const whence::id<Payment>& payment) { return given_events(in(payment, OrderPaid{450})); }
