/// What is paid for an order, once, and given back at most once.
#pragma once

#include <array>
#include <cereal/cereal.hpp>
#include <string>
#include <string_view>

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

/// The shop's decision; that the money is on its way back is another fact.
struct RefundGranted {
  static constexpr whence::event_type type{"RefundGranted"};
  std::string reason;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("reason", reason));
  }
};

struct PaymentRefunded {
  static constexpr whence::event_type type{"PaymentRefunded", 2};
  whence::id<Order> order;
  Money amount;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("order", order), cereal::make_nvp("amount", amount));
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
  using events = whence::events<PaymentTaken, RefundGranted, PaymentRefunded>;

  enum class Status { none, taken, refunded };
  Status status = Status::none;
  whence::id<Order> order;
  Money amount;

  void apply(const PaymentTaken& taken);
  void apply(const RefundGranted&) {}  // it stands until it is given back
  void apply(const PaymentRefunded&);

  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("status", status), cereal::make_nvp("order", order), cereal::make_nvp("amount", amount));
  }
};

constexpr auto names_of(Payment::Status) { return std::array<std::string_view, 3>{"none", "taken", "refunded"}; }

whence::outcome<Payment> decide(const Payment& payment, const TakePayment& command);
whence::outcome<Payment> decide(const Payment& payment, const RefundPayment& command);

}  // namespace shop
