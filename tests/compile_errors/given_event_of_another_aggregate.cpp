// `given<Aggregate>(…)` takes events that are in the aggregate's `events`
#include "tests/compile_errors/testing.hpp"

using namespace shop;

void wrong() { given<Order>(StockReserved{}).when(PayOrder{450}).then(OrderPaid{450}); }
