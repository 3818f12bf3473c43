// the names that `names_of` returns must differ from each other and must not be empty
#include "tests/compile_errors/shop.hpp"

using namespace shop;

enum class Colour { red, green };
constexpr auto names_of(Colour) { return std::array<std::string_view, 2>{"red", "red"}; }
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
