// an upcaster leads to a version that is merged with its neighbour: events are merged as they are stored; merge the version that it begins at too, and lead it beyond
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
  return whence::upcasters::of(whence::upcast<Priced, 1>([](whence::document& data) { data.set("cents", 0); }),
                               whence::upcast<Priced, 2>().merged_with<OrderPaid, 1>().to<OrderPlaced, 1>(
                                   [](whence::document&, const whence::document&) {}));
}
