// upcasters lead round in a circle
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
  return whence::upcasters::of(whence::upcast<Priced, 3>().to<OrderPaid, 1>(),
                               whence::upcast<OrderPaid, 1>().to<Priced, 3>());
}
