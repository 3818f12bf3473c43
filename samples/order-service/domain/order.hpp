/// An order: placed, then shipped or cancelled. What is paid for it is another aggregate's concern (payment.hpp).
#pragma once

#include <array>
#include <cereal/cereal.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <whence/modelling/aggregate.hpp>
#include <whence/modelling/outcome.hpp>
#include <whence/serialization/event_type.hpp>

#include <domain/line.hpp>
#include <domain/money.hpp>
#include <domain/names.hpp>

namespace shop {

struct OrderPlaced {
  static constexpr whence::event_type type{"OrderPlaced", 2};
  std::string number;                   ///< of the invoice
  std::optional<std::string> customer;  ///< a guest has none
  std::string country;
  std::vector<Line> lines;
  Money total;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("number", number), cereal::make_nvp("customer", customer), cereal::make_nvp("country", country),
       cereal::make_nvp("lines", lines), cereal::make_nvp("total", total));
  }
};

struct OrderShipped {
  static constexpr whence::event_type type{"OrderShipped"};
  template <class Archive>
  void serialize(Archive&) {}
};

struct OrderCancelled {
  static constexpr whence::event_type type{"OrderCancelled"};
  std::string reason;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("reason", reason));
  }
};

struct PlaceOrder {
  std::string number;
  std::optional<std::string> customer;
  std::string country;
  std::vector<Line> lines;
};
struct ShipOrder {};
struct CancelOrder {
  std::string reason;
};

struct Order {
  static constexpr whence::aggregate_type type{"Order"};
  using events = whence::events<OrderPlaced, OrderShipped, OrderCancelled>;

  enum class Status { none, placed, shipped, cancelled };
  Status status = Status::none;
  Money total;

  void apply(const OrderPlaced& placed);
  void apply(const OrderShipped&);
  void apply(const OrderCancelled&);

  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("status", status), cereal::make_nvp("total", total));
  }
};

constexpr auto names_of(Order::Status) {
  return std::array<std::string_view, 4>{"none", "placed", "shipped", "cancelled"};
}

whence::outcome<Order> decide(const Order& order, const PlaceOrder& command);

/// Whether the order is paid is for the sender to see to.
whence::outcome<Order> decide(const Order& order, const ShipOrder& command);

whence::outcome<Order> decide(const Order& order, const CancelOrder& command);

}  // namespace shop
