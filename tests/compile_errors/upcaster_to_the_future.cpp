// an upcaster names an event, which has `static constexpr whence::event_type type{"Name", version}`, and one of its versions, from 1 to that one
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
whence::upcasters wrong() { return whence::upcasters::of(whence::upcast<OrderPaid, 1>().to<Priced, 4>()); }
