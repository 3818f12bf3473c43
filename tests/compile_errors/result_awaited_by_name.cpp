// a result is awaited once: co_await std::move(result)
#include "tests/compile_errors/shop.hpp"

using namespace shop;

whence::async<bool> wrong(whence::command_bus bus) {
  auto paying = bus.send<PayOrder>(whence::id<Order>{"order-1"}, 450);
  const auto paid = co_await paying;
  co_return paid.accepted();
}
