// this type cannot be archived: it needs `template <class Archive> void serialize(Archive& ar)` or, if it is an enumeration, `constexpr auto names_of(Enum)` beside it
#include "tests/compile_errors/shop.hpp"

using namespace shop;

enum class Colour { red, green };
struct Filled {
  static constexpr whence::event_type type{"Filled"};
  Colour value{};
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
