// a time is archived in microseconds or coarser: use `whence::timestamp`
#include "tests/compile_errors/shop.hpp"

using namespace shop;

struct Filled {
  static constexpr whence::event_type type{"Filled"};
  std::chrono::system_clock::time_point value{};
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
