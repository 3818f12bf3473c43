// `in(id, stored(…))` takes the id of an aggregate, whose definition is included: the stream is of its type
#include "tests/compile_errors/stored.hpp"

using namespace shop;

struct Payment;

auto wrong(const whence::id<Payment>& payment) { return given_stored(in(payment, stored("Priced", 1, "{}"))); }
