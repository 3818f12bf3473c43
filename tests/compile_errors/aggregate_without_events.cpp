// an aggregate needs `static constexpr whence::aggregate_type type{"Name"}`, `using events = whence::events<…>` and a default constructor
#include "tests/compile_errors/shop.hpp"

using namespace shop;

struct Basket {
  static constexpr whence::aggregate_type type{"Basket"};
};
void wrong(whence::repository& baskets) { static_cast<void>(baskets.load(whence::id<Basket>{"basket-1"})); }
