/// What the shop does that takes more than one command, and so more than one aggregate.
///
/// Each command takes effect by itself; the rules between aggregates are kept by the order of the steps: whoever pays
/// looks at the order again afterwards, whoever cancels looks at the payment afterwards. So of a payment and a
/// cancellation at the same time, the second sees the first, and the payment is given back.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <whence/app/application.hpp>
#include <whence/core/async.hpp>
#include <whence/core/position.hpp>
#include <whence/modelling/command_outcome.hpp>
#include <whence/modelling/rejected.hpp>

#include <domain/credit_note.hpp>
#include <domain/order.hpp>
#include <domain/payment.hpp>
#include <domain/stock_item.hpp>
#include <service/command_series.hpp>

namespace shop {

/// How a request ended. Steps before a refused one stand.
struct answer {
  std::optional<whence::rejected> refusal;
  std::size_t events = 0;  ///< that were not there before
  whence::token token;     ///< what a query has to include to see all of it
};

/// A sale as it stands on an invoice: goods sold, and corrections of the stock noted beside them.
struct Sale {
  whence::id<Order> order;
  PlaceOrder place;  ///< without lines: no order, corrections only
  std::vector<AdjustStock> adjustments;
};

/// Again    a named series may be sent again: what took effect is not repeated, the rest follows. A series that was
///          recorded with another correlation is refused (`series.differs`) at its first command.
/// Threads  any. A copy is the same shop. Lives shorter than the application.
class shop_service {
 public:
  explicit shop_service(const whence::application& app) : app_(&app) {}

  whence::async<answer> place(whence::id<Order> order, PlaceOrder command, command_series series) const;

  /// Refused: `order.missing`, `order.cancelled` (also meanwhile: the payment is given back), `payment.taken`.
  whence::async<answer> pay(whence::id<Order> order, command_series series) const;

  /// Refused: `order.missing`, `order.unpaid`, `order.shipped`, `order.cancelled`.
  whence::async<answer> ship(whence::id<Order> order, command_series series) const;

  /// Gives the payment back, if there is one; also that of an order whose cancellation was interrupted before that.
  /// Refused: `order.missing`, `order.shipped`, `order.cancelled`, `order.reason`.
  whence::async<answer> cancel(whence::id<Order> order, std::string reason, command_series series) const;

  whence::async<answer> credit(whence::id<CreditNote> note, IssueCreditNote command, command_series series) const;

  /// Places, takes the payment and ships, then adjusts the stock, under one correlation id.
  whence::async<answer> sell(Sale sale, command_series series) const;

 private:
  /// A series on its way, handed from step to step.
  struct progress;

  whence::async<progress> placed(whence::id<Order> order, PlaceOrder command, progress so_far) const;
  whence::async<progress> paid(whence::id<Order> order, progress so_far) const;
  whence::async<progress> shipped(whence::id<Order> order, progress so_far) const;
  whence::async<progress> cancelled(whence::id<Order> order, std::string reason, progress so_far) const;
  whence::async<progress> refunded(whence::id<Order> order, std::string reason, progress so_far) const;
  whence::async<progress> adjusted(AdjustStock command, progress so_far) const;

  const whence::application* app_;
};

}  // namespace shop
