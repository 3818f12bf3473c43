// an event that is merged as the second of two is merged as the first of two as well: what belongs together would depend on where one begins to read
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
  const auto merge = [](whence::document&, const whence::document&) {};
  return whence::upcasters::of(whence::upcast<OrderPlaced, 1>().merged_with<OrderPaid, 1>().to<Priced, 3>(merge),
                               whence::upcast<OrderPaid, 1>().merged_with<StockReserved, 1>().to<Priced, 3>(merge));
}
