#include <domain/order.hpp>

#include <domain/event_size.hpp>

namespace shop {
namespace {

const whence::rejected missing{"order.missing", "there is no such order"};
const whence::rejected shipped{"order.shipped", "it is shipped already"};
const whence::rejected cancelled{"order.cancelled", "it is cancelled"};

}  // namespace

void Order::apply(const OrderPlaced& placed) {
  status = Status::placed;
  total = placed.total;
}
void Order::apply(const OrderShipped&) { status = Status::shipped; }
void Order::apply(const OrderCancelled&) { status = Status::cancelled; }

whence::outcome<Order> decide(const Order& order, const PlaceOrder& command) {
  if (order.status != Order::Status::none) return whence::rejected{"order.exists", "it is placed already"};
  for (const Line& line : command.lines)
    if (line.quantity < 0) return whence::rejected{"line.quantity", "an order's quantities are positive"};
  if (command.customer && command.customer->empty())
    return whence::rejected{"order.customer", "a customer has a name; a guest has no customer"};
  auto total = total_of(command.lines, "order");
  if (auto* refusal = std::get_if<whence::rejected>(&total)) return std::move(*refusal);
  if (!fits_into_an_event(command))
    return whence::rejected{"order.too_large", "it has more lines than one event can hold"};
  return OrderPlaced{command.number, command.customer, command.country, command.lines, std::get<Money>(total)};
}

whence::outcome<Order> decide(const Order& order, const ShipOrder&) {
  switch (order.status) {
    case Order::Status::none: return missing;
    case Order::Status::shipped: return shipped;
    case Order::Status::cancelled: return cancelled;
    case Order::Status::placed: break;
  }
  return OrderShipped{};
}

whence::outcome<Order> decide(const Order& order, const CancelOrder& command) {
  switch (order.status) {
    case Order::Status::none: return missing;
    case Order::Status::shipped: return shipped;
    case Order::Status::cancelled: return cancelled;
    case Order::Status::placed: break;
  }
  if (command.reason.empty()) return whence::rejected{"order.reason", "a cancellation needs a reason"};
  return OrderCancelled{command.reason};
}

}  // namespace shop
