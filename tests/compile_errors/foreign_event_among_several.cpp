// an outcome takes events that are in the aggregate's `events`, or `whence::rejected`
#include "tests/compile_errors/shop.hpp"

using namespace shop;

whence::outcome<Order> wrong() { return {OrderPaid{450}, StockReserved{}}; }
