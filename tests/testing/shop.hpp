/// A small domain for the tests of the kit: right, and wrong in ways that only a test can find.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <whence/modelling/aggregate.hpp>
#include <whence/modelling/outcome.hpp>

namespace shop {

using cereal::make_nvp;

struct Line {
  std::string item;
  int quantity = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("item", item), make_nvp("quantity", quantity));
  }
};
struct OrderPlaced {
  static constexpr whence::event_type type{"OrderPlaced", 2};
  std::string customer;
  std::vector<Line> lines;
  std::optional<std::string> note{};
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("customer", customer), make_nvp("lines", lines), make_nvp("note", note));
  }
};
struct OrderPaid {
  static constexpr whence::event_type type{"OrderPaid"};
  std::int64_t cents = 0;
  std::string card{};  ///< which `serialize` forgets
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("cents", cents));
  }
};
struct OrderClosed {
  static constexpr whence::event_type type{"OrderClosed"};
  template <class Archive>
  void serialize(Archive&) {}
};
/// Is written in one way and read in another.
struct OrderPacked {
  static constexpr whence::event_type type{"OrderPacked"};
  int parcels = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp(ar.writes() ? "parcels" : "boxes", parcels));
  }
};

struct Order {
  static constexpr whence::aggregate_type type{"Order"};
  using events = whence::events<OrderPlaced, OrderPaid, OrderClosed, OrderPacked>;
  bool placed = false;
  std::int64_t paid = 0;
  std::string card;
  void apply(const OrderPlaced&) { placed = true; }
  void apply(const OrderPaid& event) {
    paid += event.cents;
    card = event.card;
  }
  void apply(const OrderClosed&) {}
  void apply(const OrderPacked&) {}
};

struct PlaceOrder {
  std::string customer;
  std::vector<Line> lines{};
  std::optional<std::string> note{};
};
struct PayOrder {
  std::int64_t cents;
};
struct PackOrder {};
struct RenameOrder {};  ///< takes effect only the first time that it is decided
struct ShredOrder {};   ///< its decision throws
struct CountOrder {     ///< can only be moved
  std::unique_ptr<int> times;
};

inline whence::outcome<Order> decide(const Order& order, const PlaceOrder& command) {
  if (order.placed) return whence::rejected{"order.exists", "it is placed already"};
  return OrderPlaced{command.customer, command.lines, command.note};
}
inline whence::outcome<Order> decide(const Order& order, const PayOrder& command) {
  if (!order.placed) return whence::rejected{"order.missing", "there is no such order"};
  if (command.cents == 0) return {};
  if (command.cents < 0) return {OrderPaid{command.cents}, OrderClosed{}};
  return OrderPaid{command.cents};
}
inline whence::outcome<Order> decide(const Order&, const PackOrder&) { return OrderPacked{2}; }
inline whence::outcome<Order> decide(const Order&, const RenameOrder&) {
  static int times = 0;
  if (++times % 2 == 0) return whence::rejected{"order.renamed", "once is enough"};
  return OrderClosed{};
}
inline whence::outcome<Order> decide(const Order&, const ShredOrder&) { throw std::runtime_error("shredded"); }
inline whence::outcome<Order> decide(const Order&, const CountOrder& command) {
  whence::outcome<Order> all;
  for (int number = 1; number <= *command.times; ++number) all.add(OrderPaid{number});
  return all;
}

}  // namespace shop
