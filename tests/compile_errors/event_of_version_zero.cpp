// an event needs `static constexpr whence::event_type type{"Name", version}` (version from 1), a default constructor and `template <class Archive> void serialize(Archive& ar)`
#include "tests/compile_errors/shop.hpp"

using namespace shop;

struct Filled {
  static constexpr whence::event_type type{"Filled", 0};
  template <class Archive>
  void serialize(Archive&) {}
};
struct Basket {
  static constexpr whence::aggregate_type type{"Basket"};
  using events = whence::events<Filled>;
  void apply(const Filled&) {}
};
void wrong(whence::command_bus& bus) { bus.add<Basket>(); }
