// an optional of an optional cannot be archived: JSON has one null
#include "tests/compile_errors/shop.hpp"

using namespace shop;

struct Filled {
  static constexpr whence::event_type type{"Filled"};
  std::optional<std::optional<int>> value{};
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("value", value));
  }
};
struct Basket {
  static constexpr whence::aggregate_type type{"Basket"};
  using events = whence::events<Filled>;
  void apply(const Filled&) {}
};
void wrong(whence::command_bus& bus) { bus.add<Basket>(); }
