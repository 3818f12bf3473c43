// `then_state` takes a function of `const Aggregate&` that returns nothing: it checks by itself, with the test framework's means
#include "tests/compile_errors/testing.hpp"

using namespace shop;

void wrong() {
  given<Order>(OrderPlaced{"ada"}).then_state([](const Order& order) { return order.placed; });
}
