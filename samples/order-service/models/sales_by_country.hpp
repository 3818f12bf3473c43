/// The read model sales_by_country: what was sold and credited, by the country of the invoice; and what else `report` says, which
/// has to be of the same moment: two models stand at two positions.
#pragma once

#include <whence/projection/event_context.hpp>
#include <whence/projection/projection_info.hpp>
#include <whence/serialization/event_type.hpp>
#include <whence/sql/database.hpp>

#include <domain/credit_note.hpp>
#include <domain/order.hpp>
#include <domain/stock_item.hpp>

namespace shop {

/// Cancelled orders count nowhere. An order counts from when it is placed, and is kept apart until it is shipped, so
/// that a cancellation can take out what it had put in. Amounts are exact decimals as text: a sum may be more than 64
/// bits hold.
struct SalesByCountry {
  static constexpr whence::projection_info info{"sales_by_country", 2};
  using events = whence::events<OrderPlaced, OrderShipped, OrderCancelled, CreditNoteIssued, StockAdjusted>;

  void create(whence::sql::database& db);

  void on(const OrderPlaced& placed, const whence::event_context& context, whence::sql::database& db);
  void on(const OrderShipped&, const whence::event_context& context, whence::sql::database& db);
  void on(const OrderCancelled&, const whence::event_context& context, whence::sql::database& db);
  void on(const CreditNoteIssued& issued, const whence::event_context&, whence::sql::database& db);
  void on(const StockAdjusted&, const whence::event_context&, whence::sql::database& db);
};

}  // namespace shop
