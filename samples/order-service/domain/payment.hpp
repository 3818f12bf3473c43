/// What is paid for an order, once, and given back at most once.
#pragma once

#include <cereal/cereal.hpp>
#include <string>

#include <whence/core/id.hpp>
#include <whence/modelling/aggregate.hpp>
#include <whence/modelling/outcome.hpp>
#include <whence/serialization/event_type.hpp>

#include <domain/money.hpp>
#include <domain/names.hpp>

namespace shop {

struct PaymentTaken {
  static constexpr whence::event_type type{"PaymentTaken"};
  whence::id<Order> order;
  Money amount;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("order", order), cereal::make_nvp("amount", amount));
  }
};

struct PaymentRefunded {
  static constexpr whence::event_type type{"PaymentRefunded"};
  whence::id<Order> order;
  Money amount;
  std::string reason;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("order", order), cereal::make_nvp("amount", amount), cereal::make_nvp("reason", reason));
  }
};

struct TakePayment {
  whence::id<Order> order;
  Money amount;
};
struct RefundPayment {
  std::string reason;
};

struct Payment {
  static constexpr whence::aggregate_type type{"Payment"};
  using events = whence::events<PaymentTaken, PaymentRefunded>;

  enum class Status { none, taken, refunded };
  Status status = Status::none;
  whence::id<Order> order;
  Money amount;

  void apply(const PaymentTaken& taken);
  void apply(const PaymentRefunded&);
};

whence::outcome<Payment> decide(const Payment& payment, const TakePayment& command);
whence::outcome<Payment> decide(const Payment& payment, const RefundPayment& command);

}  // namespace shop
