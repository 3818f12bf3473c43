// `then_model` takes a function that returns nothing, of `whence::sql::database&`, or of `const Projection&` if the projection keeps its state in itself: it checks by itself, with the test framework's means
#include "tests/compile_errors/testing.hpp"

using namespace shop;

void wrong() {
  given_events(OrderPlaced{"ada"}).into<Channels>().then_model([](whence::sql::database&) {});
}
