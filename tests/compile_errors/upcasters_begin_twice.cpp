// two upcasters begin at the same version of the same event
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
  return whence::upcasters::of(whence::upcast<Priced, 2>([](whence::document& data) { data.set("cents", 0); }),
                               whence::upcast<Priced, 2>().dropped());
}
