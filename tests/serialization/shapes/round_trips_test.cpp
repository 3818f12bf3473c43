// What a user writes to test that a type's forms agree.
#include <doctest/doctest.h>

#include <whence/testing/generated.hpp>

#include "tests/serialization/samples.hpp"

using samples::Order;

TEST_CASE("an order comes back from its forms") {
  whence::testing::round_trips<Order>();
  const auto made_up = whence::testing::generated<Order>(42);
  CHECK(whence::encode(made_up) == whence::encode(whence::testing::generated<Order>(42)));
}
