// `ar(…)` takes members by name: `cereal::make_nvp("name", member)`, of the member itself (no copy, no const)
#include "tests/compile_errors/shop.hpp"

using namespace shop;

struct Filled {
  static constexpr whence::event_type type{"Filled"};
  int value{};
  template <class Archive>
  void serialize(Archive& ar) {
    ar(value);
  }
};
struct Basket {
  static constexpr whence::aggregate_type type{"Basket"};
  using events = whence::events<Filled>;
  void apply(const Filled&) {}
};
void wrong(whence::command_bus& bus) { bus.add<Basket>(); }
