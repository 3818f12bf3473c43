// Failures can be told to a handler, once for a whole program, instead of being thrown.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <whence/testing/given.hpp>
#include <whence/testing/given_events.hpp>

#include "tests/testing/failures.hpp"
#include "tests/testing/shop.hpp"
#include "tests/testing/sums.hpp"

using namespace shop;
using whence::testing::failed_expectation, whence::testing::given, whence::testing::given_events;

namespace {

std::vector<std::string> told;

/// While it lives, failures are told.
struct telling {
  telling() {
    told.clear();
    const auto before = whence::testing::on_failure(
        [](const failed_expectation& failure) { told.push_back(failure.text().substr(0, failure.text().find('\n'))); });
    const bool was_thrown = before == nullptr;
    CHECK(was_thrown);
  }
  ~telling() {
    const bool was_told = whence::testing::on_failure(nullptr) != nullptr;
    CHECK(was_told);
  }
};

}  // namespace

TEST_CASE("a handler that returns lets the test go on with what has really happened") {
  const telling now;
  given<Order>()
      .when(PlaceOrder{"ada", {}})
      .then(OrderPlaced{"bob", {}})
      .when(PlaceOrder{"ada", {}})
      .then_rejected("order.missing")
      .when(PayOrder{5})
      .then_nothing()
      .then_state([](const Order& order) { CHECK(order.paid == 5); });
  CHECK(told == std::vector<std::string>{"PlaceOrder caused other events than expected",
                                         "PlaceOrder was rejected in another way than expected",
                                         "PayOrder was expected to cause nothing"});
}

TEST_CASE("each expectation that is met is counted, and none that failed") {
  static int met = 0;
  met = 0;
  const telling now;
  whence::testing::on_met([] { ++met; });
  given<Order>()
      .when(PlaceOrder{"ada", {}})
      .then(OrderPlaced{"ada", {}})
      .when(PlaceOrder{"ada", {}})
      .then_rejected("order.exists");
  CHECK(met == 2);
  given<Order>()
      .when(PlaceOrder{"ada", {}})
      .then(OrderPlaced{"bob", {}})
      .when(PlaceOrder{"ada", {}})
      .then_rejected("x");
  CHECK(met == 2);
  const bool was_counting = whence::testing::on_met(nullptr) != nullptr;
  CHECK(was_counting);
  CHECK(told.size() == 2);
}

TEST_CASE("what cannot go on after a failure is silent") {
  const telling now;
  given<Order>(OrderPacked{2})
      .when(PayOrder{5})
      .then(OrderPaid{5})
      .when(PayOrder{6})
      .then_rejected("x")
      .then_state([](const Order&) { FAIL("there is no state"); });
  CHECK(told == std::vector<std::string>{"OrderPacked cannot be read back from its JSON"});

  told.clear();
  given<Order>().when(PayOrder{5}).then_state([](const Order&) { FAIL("there is no state after a rejection"); });
  CHECK(told == std::vector<std::string>{"PayOrder was rejected; the state after it was asked for"});

  told.clear();
  given_events(OrderPaid{-1}).into<Sums>().then_rows("SELECT 1", {{2}}).then_model([](whence::sql::database&) {
    FAIL("there is no model");
  });
  given_events(OrderPaid{-1}).into<SumInMemory>().then_model([](const SumInMemory&) { FAIL("there is no model"); });
  CHECK(told == std::vector<std::string>{"sums could not handle event 1, OrderPaid in stream-1",
                                         "sum could not handle event 1, OrderPaid in stream-1"});
}

TEST_CASE("without a handler failures are thrown again") {
  {
    const telling now;
  }
  CHECK(failures::text_of([] { given<Order>().when(PlaceOrder{"ada", {}}).then_nothing(); }) != "nothing failed");
}
