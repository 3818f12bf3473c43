/// The read model stock_levels: what should be on the shelves: adjustments − sold + credited. It may be negative.
#pragma once

#include <whence/projection/event_context.hpp>
#include <whence/projection/projection_info.hpp>
#include <whence/serialization/event_type.hpp>
#include <whence/sql/database.hpp>

#include <domain/credit_note.hpp>
#include <domain/order.hpp>
#include <domain/stock_item.hpp>

namespace shop {

/// Goods are sold when the order is placed, and back on the shelf when it is cancelled. The lines of an order are kept
/// apart until it is shipped, for that.
struct StockLevels {
  static constexpr whence::projection_info info{"stock_levels", 1};
  using events = whence::events<OrderPlaced, OrderShipped, OrderCancelled, CreditNoteIssued, StockAdjusted>;

  void create(whence::sql::database& db);

  void on(const OrderPlaced& placed, const whence::event_context& context, whence::sql::database& db);
  void on(const OrderShipped&, const whence::event_context& context, whence::sql::database& db);
  void on(const OrderCancelled&, const whence::event_context& context, whence::sql::database& db);
  void on(const CreditNoteIssued& issued, const whence::event_context&, whence::sql::database& db);
  void on(const StockAdjusted& adjusted, const whence::event_context&, whence::sql::database& db);
};

}  // namespace shop
