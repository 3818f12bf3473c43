// `then` takes events that are in the aggregate's `events`; a refusal is expected with `then_rejected`
#include "tests/compile_errors/testing.hpp"

using namespace shop;

void wrong() { given<Order>(OrderPlaced{"ada"}).when(PayOrder{450}).then(OrderPaid{450}, StockReserved{}); }
