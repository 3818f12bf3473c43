// an upcaster is a function that takes `whence::document&` and returns nothing (or a bool), or one that takes a struct with `serialize` and returns another
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
  return whence::upcasters::of(whence::upcast<Priced, 2>([](int cents) { return cents + 1; }));
}
