// `then` takes events that are in the aggregate's `events`; a refusal is expected with `then_rejected`
#include "tests/compile_errors/testing.hpp"

using namespace shop;

void wrong() { given<Order>().when(PayOrder{450}).then(whence::rejected{"order.missing", "there is no such order"}); }
