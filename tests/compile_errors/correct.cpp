// compiles
#include "tests/compile_errors/shop.hpp"

using namespace shop;

whence::async<bool> serve(whence::command_bus bus) {
  bus.add<Order>();
  const whence::id<Order> order{"order-1"};
  const auto placed = co_await bus.send<PlaceOrder>(order, "ada");
  auto paying = bus.send<PayOrder>(whence::command_context{}, order, 450);
  const auto paid = co_await std::move(paying);
  co_return placed.accepted() && paid.accepted();
}
