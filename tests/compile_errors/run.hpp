/// A whole application in tests that are wrong.
#pragma once

#include <whence/testing/application_run.hpp>

#include "tests/compile_errors/shop.hpp"

namespace shop {

struct Channels {
  static constexpr whence::projection_info info{"channels", 1};
  using events = whence::events<OrderPlaced>;
  void on(const OrderPlaced&, const whence::event_context&) {}
};

inline whence::application_builder shop_application() {
  return whence::application::on(whence::memory()).aggregate<Order>().projection<Channels>();
}

using whence::testing::application_run;

}  // namespace shop
