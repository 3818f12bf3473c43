// A shop whose events have changed over the years.
#pragma once

#include <string>

#include <whence/modelling/aggregate.hpp>
#include <whence/upcasting/upcasters.hpp>

namespace shop {

struct OrderPlacedV1 {
  std::string customer;
  int amount = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("customer", customer), cereal::make_nvp("amount", amount));
  }
};

struct OrderPlaced {
  static constexpr whence::event_type type{"OrderPlaced", 3};
  std::string customer;
  int amount = 0;
  std::string currency;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("customer", customer), cereal::make_nvp("amount", amount),
       cereal::make_nvp("currency", currency));
  }
};

struct OrderShipped {
  static constexpr whence::event_type type{"OrderShipped", 2};
  std::string carrier;
  std::string at;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("carrier", carrier), cereal::make_nvp("at", at));
  }
};

struct OrderBilled {
  static constexpr whence::event_type type{"OrderBilled", 1};
  int amount = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("amount", amount));
  }
};

// Only read any more.
struct OrderCreated {
  static constexpr whence::event_type type{"OrderCreated", 1};
};
struct OrderClosed {
  static constexpr whence::event_type type{"OrderClosed", 1};
};
struct OrderTouched {
  static constexpr whence::event_type type{"OrderTouched", 2};
};
struct PriceSet {
  static constexpr whence::event_type type{"PriceSet", 1};
};
struct OrderOpened {
  static constexpr whence::event_type type{"OrderOpened", 1};
};

/// 1: {"custId", "amount"}. 2: {"customer", "amount"}. 3: with a currency.
inline whence::upcasters upcasters() {
  return whence::upcasters::of(
      whence::upcast<OrderPlaced, 1>([](whence::document& data) { data.rename("custId", "customer"); }),
      whence::upcast<OrderPlaced, 2>([](const OrderPlacedV1& old) {
        return OrderPlaced{.customer = old.customer, .amount = old.amount, .currency = "EUR"};
      }),
      whence::upcast<OrderCreated, 1>().to<OrderPlaced, 1>(),
      whence::upcast<OrderShipped, 1>([](whence::document& data) { data.set("at", "unknown"); }),
      whence::upcast<OrderClosed, 1>()
          .to<OrderShipped, 1>([](whence::document& data) { data.remove("amount"); })
          .to<OrderBilled, 1>([](whence::document& data) {
            data.remove("carrier");
            return data.get<int>("amount") != 0;
          }),
      whence::upcast<OrderTouched, 1>().dropped(), whence::upcast<OrderTouched, 2>().dropped(),
      whence::upcast<PriceSet, 1>().merged_with<OrderOpened, 1>().to<OrderPlaced, 2>(
          [](whence::document& data, const whence::document& price) { data.set("amount", price.get<int>("amount")); }),
      whence::upcast<PriceSet, 1>().to<OrderBilled, 1>());
}

struct Order {
  static constexpr whence::aggregate_type type{"Order"};
  using events = whence::events<OrderPlaced, OrderShipped, OrderBilled>;
  void apply(const OrderPlaced& event) { story += "placed " + event.customer + " " + event.currency + "; "; }
  void apply(const OrderShipped& event) { story += "shipped " + event.carrier + " " + event.at + "; "; }
  void apply(const OrderBilled& event) { story += "billed " + std::to_string(event.amount) + "; "; }
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("story", story));
  }
  std::string story;
};

/// The same, whose books are closed by a bill.
struct BilledOrder : Order {
  using books_closed_by = whence::events<OrderBilled>;
};

}  // namespace shop
