// an upcaster names an event, which has `static constexpr whence::event_type type{"Name", version}`, and one of its versions, from 1 to that one
#include "tests/compile_errors/stored.hpp"

using namespace shop;

struct Touched {};
whence::upcasters wrong() {
  return whence::upcasters::of(whence::upcast<OrderPaid, 1>().merged_with<Touched, 1>().to<Priced, 2>(
      [](whence::document&, const whence::document&) {}));
}
