// `through` takes the `whence::upcasters` with which the program opens its log: `.through(order_upcasters())`
#include "tests/compile_errors/stored.hpp"

using namespace shop;

void wrong() { given_stored(stored("Priced", 1, R"({"price":450})")).through(shop_upcasters).then(Priced{450}); }
