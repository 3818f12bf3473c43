// say what happens then: `.then(…)`
#include "tests/compile_errors/testing.hpp"

using namespace shop;

void wrong() { given<Order>(OrderPlaced{"ada"}).when(PayOrder{450}); }
