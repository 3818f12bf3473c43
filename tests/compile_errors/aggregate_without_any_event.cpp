// an aggregate needs at least one event in its `events`
#include "tests/compile_errors/shop.hpp"

using namespace shop;

struct Basket {
  static constexpr whence::aggregate_type type{"Basket"};
  using events = whence::events<>;
};
void wrong(whence::repository& baskets) { static_cast<void>(baskets.load(whence::id<Basket>{"basket-1"})); }
