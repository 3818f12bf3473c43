/// A correct domain, from which each wrong program departs in one way.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <whence/modelling/command_bus.hpp>
#include <whence/modelling/repository.hpp>

namespace shop {

using cereal::make_nvp;

struct Order;
struct StockItem;

enum class Channel { web, phone };
constexpr auto names_of(Channel) { return std::array<std::string_view, 2>{"web", "phone"}; }

struct OrderPlaced {
  static constexpr whence::event_type type{"OrderPlaced"};
  std::string customer;
  Channel channel = Channel::web;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("customer", customer), make_nvp("channel", channel));
  }
};
struct OrderPaid {
  static constexpr whence::event_type type{"OrderPaid"};
  int cents = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("cents", cents));
  }
};
struct StockReserved {
  static constexpr whence::event_type type{"StockReserved"};
  template <class Archive>
  void serialize(Archive&) {}
};

struct PlaceOrder {
  std::string customer;
};
struct PayOrder {
  int cents;
};

struct Order {
  static constexpr whence::aggregate_type type{"Order"};
  using events = whence::events<OrderPlaced, OrderPaid>;
  bool placed = false;
  void apply(const OrderPlaced&) { placed = true; }
  void apply(const OrderPaid&) {}
};
inline whence::outcome<Order> decide(const Order& order, const PlaceOrder& command) {
  if (order.placed) return whence::rejected{"order.exists", "already placed"};
  return OrderPlaced{command.customer};
}
inline whence::outcome<Order> decide(const Order&, const PayOrder& command) { return OrderPaid{command.cents}; }

struct StockItem {
  static constexpr whence::aggregate_type type{"StockItem"};
  using events = whence::events<StockReserved>;
  void apply(const StockReserved&) {}
};

}  // namespace shop
