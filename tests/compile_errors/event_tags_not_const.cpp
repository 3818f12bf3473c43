// the `tags` of an event are `std::vector<std::string> tags() const`
#include "tests/compile_errors/shop.hpp"

using namespace shop;

struct StockCounted {
  static constexpr whence::event_type type{"StockCounted"};
  std::vector<std::string> tags() { return {"stock"}; }
  template <class Archive>
  void serialize(Archive&) {}
};
struct Stock {
  static constexpr whence::aggregate_type type{"Stock"};
  using events = whence::events<StockCounted>;
  void apply(const StockCounted&) {}
};
struct CountStock {};
whence::outcome<Stock> decide(const Stock&, const CountStock&) { return StockCounted{}; }
