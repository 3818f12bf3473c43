// an upcaster returns another event than the one that it leads to, or another version of it: return that one, or a struct with `serialize` as that version was
#include "tests/compile_errors/stored.hpp"

using namespace shop;

struct PricedOnce {
  int price = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("price", price));
  }
};
whence::upcasters wrong() {
  return whence::upcasters::of(whence::upcast<Priced, 1>([](const PricedOnce& old) { return OrderPaid{old.price}; }));
}
