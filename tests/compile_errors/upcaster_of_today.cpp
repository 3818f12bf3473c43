// `upcast<Event, N>(function)` leads from version N to version N + 1: N is at least 1 and below the version in the event's `type`; to lead to another event, write `upcast<Event, N>().to<Other, M>(function)`
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
  return whence::upcasters::of(whence::upcast<Priced, 3>([](whence::document& data) { data.set("cents", 0); }));
}
