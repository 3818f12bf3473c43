/// The read model order_summary: each order with its lines and how far it has come. `show` asks it.
#pragma once

#include <whence/projection/event_context.hpp>
#include <whence/projection/projection_info.hpp>
#include <whence/serialization/event_type.hpp>
#include <whence/sql/database.hpp>

#include <domain/order.hpp>
#include <domain/payment.hpp>

namespace shop {

/// An order's status is "placed", "paid", "shipped" or "cancelled"; times are RFC 3339; amounts are ten-thousandths; a
/// guest's customer is an empty text.
struct OrderSummary {
  static constexpr whence::projection_info info{"order_summary", 1};
  using events = whence::events<OrderPlaced, OrderShipped, OrderCancelled, PaymentTaken, PaymentRefunded>;

  void create(whence::sql::database& db);

  void on(const OrderPlaced& placed, const whence::event_context& context, whence::sql::database& db);
  void on(const OrderShipped&, const whence::event_context& context, whence::sql::database& db);
  void on(const OrderCancelled& cancelled, const whence::event_context& context, whence::sql::database& db);
  void on(const PaymentTaken& taken, const whence::event_context& context, whence::sql::database& db);
  void on(const PaymentRefunded& refunded, const whence::event_context& context, whence::sql::database& db);
};

}  // namespace shop
