// `upcasters::of` takes upcasters, each made by `whence::upcast<Event, N>(…)`
#include "tests/compile_errors/stored.hpp"

using namespace shop;

whence::upcasters wrong() { return whence::upcasters::of(3); }
