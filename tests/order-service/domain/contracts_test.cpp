// What was released of the shop's events, and what the shop does.
#include <whence/testing/contracts.hpp>

#include <doctest/doctest.h>

#include <cli/inspector.hpp>

#include "tests/places.hpp"

TEST_CASE("the shop keeps what it promised of its events") {
  CHECK_NOTHROW(whence::testing::keeps_contracts(shop::inspected_types().contracts(),
                                                 (places::sources() / "samples/order-service/schemas").string()));
}
