// say how they are read: `.through(upcasters)`
#include "tests/compile_errors/stored.hpp"

using namespace shop;

void wrong() { given_stored(stored("Priced", 1, R"({"price":450})")); }
