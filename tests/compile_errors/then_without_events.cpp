// `then` takes at least one event; that nothing happens is expected with `then_nothing()`
#include "tests/compile_errors/testing.hpp"

using namespace shop;

void wrong() { given<Order>(OrderPlaced{"ada"}).when(PayOrder{0}).then(); }
