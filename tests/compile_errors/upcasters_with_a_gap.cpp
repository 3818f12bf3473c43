// an upcaster leads to a version that is not the event's version of today, and no other upcaster goes on from there: a step is missing
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
  return whence::upcasters::of(whence::upcast<Priced, 1>([](whence::document& data) { data.set("cents", 0); }));
}
