/// Events of former days, for tests of upcasters that are wrong.
#pragma once

#include <whence/testing/given_stored.hpp>

#include "tests/compile_errors/shop.hpp"

namespace shop {

struct Priced {
  static constexpr whence::event_type type{"Priced", 2};
  int cents = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("cents", cents));
  }
};

inline whence::upcasters shop_upcasters() {
  return whence::upcasters::of(
      whence::upcast<Priced, 1>([](whence::document& data) { data.rename("price", "cents"); }));
}

using whence::testing::given_stored, whence::testing::in, whence::testing::stored;

}  // namespace shop
