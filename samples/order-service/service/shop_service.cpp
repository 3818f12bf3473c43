#include <service/shop_service.hpp>

#include <utility>

namespace shop {

struct shop_service::progress {
  command_series series;
  answer so_far;

  explicit progress(command_series commands) : series(std::move(commands)) {}

  bool refused() const { return so_far.refusal.has_value(); }

  progress refuse(std::string code, std::string message) && {
    so_far.refusal = whence::rejected{std::move(code), std::move(message)};
    return std::move(*this);
  }

  /// Takes in how the last command ended.
  progress after(const whence::command_outcome& outcome) && {
    if (const auto* refusal = outcome.rejection()) {
      so_far.refusal = *refusal;
      return std::move(*this);
    }
    so_far.token = outcome.token();
    if (const auto& recorded = outcome.recorded()) {
      if (outcome.repeated() && series.correlation() && *series.correlation() != recorded->correlation)
        return std::move(*this).refuse("series.differs", "it was recorded before with another content");
      series.follow(recorded->correlation);
    }
    if (!outcome.repeated()) so_far.events += outcome.events();
    return std::move(*this);
  }
};

whence::async<answer> shop_service::place(whence::id<Order> order, PlaceOrder command, command_series series) const {
  progress going(std::move(series));
  going = co_await placed(std::move(order), std::move(command), std::move(going));
  co_return std::move(going.so_far);
}

whence::async<answer> shop_service::pay(whence::id<Order> order, command_series series) const {
  progress going(std::move(series));
  going = co_await paid(std::move(order), std::move(going));
  co_return std::move(going.so_far);
}

whence::async<answer> shop_service::ship(whence::id<Order> order, command_series series) const {
  progress going(std::move(series));
  going = co_await shipped(std::move(order), std::move(going));
  co_return std::move(going.so_far);
}

whence::async<answer> shop_service::cancel(whence::id<Order> order, std::string reason, command_series series) const {
  progress going(std::move(series));
  going = co_await cancelled(std::move(order), std::move(reason), std::move(going));
  co_return std::move(going.so_far);
}

whence::async<answer> shop_service::credit(whence::id<CreditNote> note, IssueCreditNote command,
                                           command_series series) const {
  progress going(std::move(series));
  const whence::command_outcome outcome =
      co_await app_->with(going.series.next())
          .send<IssueCreditNote>(note, command.number, command.customer, command.country, command.lines);
  co_return std::move(going).after(outcome).so_far;
}

whence::async<answer> shop_service::sell(Sale sale, command_series series) const {
  progress going(std::move(series));
  if (!sale.place.lines.empty()) {
    going = co_await placed(sale.order, std::move(sale.place), std::move(going));
    if (!going.refused()) going = co_await paid(sale.order, std::move(going));
    if (!going.refused()) going = co_await shipped(sale.order, std::move(going));
  }
  for (AdjustStock& adjustment : sale.adjustments) {
    if (going.refused()) break;
    going = co_await adjusted(std::move(adjustment), std::move(going));
  }
  co_return std::move(going.so_far);
}

whence::async<shop_service::progress> shop_service::placed(whence::id<Order> order, PlaceOrder command,
                                                           progress going) const {
  const whence::command_outcome outcome =
      co_await app_->with(going.series.next())
          .send<PlaceOrder>(order, command.number, command.customer, command.country, std::move(command.lines));
  co_return std::move(going).after(outcome);
}

whence::async<shop_service::progress> shop_service::paid(whence::id<Order> order, progress going) const {
  const auto before = app_->load<Order>(order);
  if (before.state.status == Order::Status::none)
    co_return std::move(going).refuse("order.missing", "there is no such order");
  if (before.state.status == Order::Status::cancelled)
    co_return std::move(going).refuse("order.cancelled", "it is cancelled");

  const whence::command_outcome taken =
      co_await app_->with(going.series.next()).send<TakePayment>(payment_of(order), order, before.state.total);
  going = std::move(going).after(taken);
  if (going.refused()) co_return std::move(going);

  const auto now = app_->load<Order>(order);
  if (now.state.status != Order::Status::cancelled) co_return std::move(going);
  going = co_await refunded(order, "cancelled meanwhile", std::move(going));
  co_return std::move(going).refuse("order.cancelled", "it was cancelled meanwhile; the payment is given back");
}

whence::async<shop_service::progress> shop_service::shipped(whence::id<Order> order, progress going) const {
  if (app_->load<Order>(order).state.status == Order::Status::none)
    co_return std::move(going).refuse("order.missing", "there is no such order");
  // Who cancels refunds after the order is cancelled, and then it cannot be shipped: so a payment that stands here,
  // stands.
  if (app_->load<Payment>(payment_of(order)).state.status != Payment::Status::taken) {
    const bool cancelled = app_->load<Order>(order).state.status == Order::Status::cancelled;
    co_return cancelled ? std::move(going).refuse("order.cancelled", "it is cancelled")
                        : std::move(going).refuse("order.unpaid", "it is not paid");
  }
  const whence::command_outcome outcome = co_await app_->with(going.series.next()).send<ShipOrder>(order);
  co_return std::move(going).after(outcome);
}

whence::async<shop_service::progress> shop_service::cancelled(whence::id<Order> order, std::string reason,
                                                              progress going) const {
  const whence::command_outcome outcome = co_await app_->with(going.series.next()).send<CancelOrder>(order, reason);
  going = std::move(going).after(outcome);
  // An order that is cancelled already may lack the last step: then it is made up for.
  const bool was_cancelled = going.refused() && going.so_far.refusal->code == "order.cancelled";
  if (going.refused() && !was_cancelled) co_return std::move(going);
  if (app_->load<Payment>(payment_of(order)).state.status != Payment::Status::taken) co_return std::move(going);
  going.so_far.refusal.reset();
  co_return co_await refunded(order, std::move(reason), std::move(going));
}

whence::async<shop_service::progress> shop_service::refunded(whence::id<Order> order, std::string reason,
                                                             progress going) const {
  const whence::command_outcome outcome =
      co_await app_->with(going.series.next()).send<RefundPayment>(payment_of(order), reason);
  // Somebody else may have given it back meanwhile.
  if (const auto* refusal = outcome.rejection(); refusal != nullptr && refusal->code == "payment.refunded")
    co_return std::move(going);
  co_return std::move(going).after(outcome);
}

whence::async<shop_service::progress> shop_service::adjusted(AdjustStock command, progress going) const {
  const whence::command_outcome outcome =
      co_await app_->with(going.series.next())
          .send<AdjustStock>(stock_item(command.item), command.item, command.quantity, command.origin);
  co_return std::move(going).after(outcome);
}

}  // namespace shop
