/// The same domain, for tests that are wrong.
#pragma once

#include <whence/sql/database.hpp>
#include <whence/testing/given.hpp>
#include <whence/testing/given_events.hpp>

#include "tests/compile_errors/shop.hpp"

namespace shop {

struct Summary {
  static constexpr whence::projection_info info{"summary", 1};
  using events = whence::events<OrderPlaced, OrderPaid>;
  void create(whence::sql::database&) {}
  void on(const OrderPlaced&, const whence::event_context&, whence::sql::database&) {}
  void on(const OrderPaid&, const whence::event_context&, whence::sql::database&) {}
};

struct Channels {
  static constexpr whence::projection_info info{"channels", 1};
  using events = whence::events<OrderPlaced>;
  void on(const OrderPlaced&, const whence::event_context&) {}
};

using whence::testing::given, whence::testing::given_events, whence::testing::in;

}  // namespace shop
