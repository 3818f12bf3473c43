// say what is read then: `.then(…)`
#include "tests/compile_errors/stored.hpp"

using namespace shop;

void wrong() { given_stored(stored("Priced", 1, R"({"price":450})")).through(shop_upcasters()); }
