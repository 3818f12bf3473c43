// `then` takes at least one event; that nothing is read any more is expected with `then_nothing()`
#include "tests/compile_errors/stored.hpp"

using namespace shop;

void wrong() { given_stored(stored("Priced", 1, R"({"price":450})")).through(shop_upcasters()).then(); }
