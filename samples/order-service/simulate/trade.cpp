#include <utility>

#include <simulate/simulated_order.hpp>

namespace shop {
namespace {

using fate = simulated_order::fate;

/// Adds what a step did; a refusal ends the order there.
void add(answer& so_far, answer step) {
  so_far.events += step.events;
  so_far.token = step.token;
  so_far.refusal = std::move(step.refusal);
}

/// The second time round the order is cancelled by now, and the payment was taken before that: nothing is wrong.
void forgive_cancelled(answer& so_far) {
  if (so_far.refusal && so_far.refusal->code == "order.cancelled") so_far.refusal.reset();
}

}  // namespace

whence::async<answer> trade(shop_service shop, simulated_order order) {
  const whence::id<Order> id = order.sale.order;
  answer so_far;
  if (order.ends == fate::shipped) {
    add(so_far, co_await shop.sell(std::move(order.sale), order.series("sell")));
    if (so_far.refusal || !order.credit) co_return so_far;
    const whence::id<CreditNote> note = credit_note_id(order.credit->number);
    add(so_far, co_await shop.credit(note, std::move(*order.credit), order.series("credit")));
    co_return so_far;
  }

  Sale aside{id, {}, std::move(order.sale.adjustments)};
  add(so_far, co_await shop.place(id, std::move(order.sale.place), order.series("place")));
  if (so_far.refusal) co_return so_far;
  add(so_far, co_await shop.sell(std::move(aside), order.series("adjust")));
  if (so_far.refusal || order.ends == fate::left_open) co_return so_far;
  if (order.ends == fate::paid_cancelled) {
    add(so_far, co_await shop.pay(id, order.series("pay")));
    forgive_cancelled(so_far);
    if (so_far.refusal) co_return so_far;
  }
  add(so_far, co_await shop.cancel(id, "the customer changed their mind", order.series("cancel")));
  co_return so_far;
}

}  // namespace shop
