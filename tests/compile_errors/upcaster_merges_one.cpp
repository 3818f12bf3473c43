// an upcaster that merges two events is a function that takes `whence::document&` (the second one's data) and `const whence::document&` (the first one's), and returns nothing (or a bool)
#include "tests/compile_errors/application.hpp"

using namespace shop;

struct Priced {
  static constexpr whence::event_type type{"Priced", 3};
  int cents = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("cents", cents));
  }
};
whence::upcasters wrong() {
  return whence::upcasters::of(whence::upcast<OrderPlaced, 1>().merged_with<OrderPaid, 1>().to<Priced, 3>(
      [](whence::document& data) { data.set("cents", 0); }));
}
