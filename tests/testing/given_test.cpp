// How tests of aggregates fail: the texts are what a user sees. That right tests pass is shown by the sample's.
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include <whence/serialization/errors.hpp>
#include <whence/testing/given.hpp>

#include "tests/testing/failures.hpp"
#include "tests/testing/shop.hpp"

using namespace shop;
using failures::text_of;
using whence::testing::failed_expectation, whence::testing::given;

namespace {
const OrderPlaced placed{"ada", {{"tea", 2}}};
}

TEST_CASE("each member that differs is named by its place") {
  CHECK(text_of([] {
          given<Order>()
              .when(PlaceOrder{"ada", {{"tea", 2}, {"cup", 1}}})
              .then(OrderPlaced{"bob", {{"tea", 3}, {"cup", 1}, {"pot", 1}}, "soon"});
        }) ==
        "PlaceOrder caused other events than expected\n"
        "  event 1, OrderPlaced /customer: expected \"bob\", found \"ada\"\n"
        "  event 1, OrderPlaced /lines/0/quantity: expected 3, found 2\n"
        "  event 1, OrderPlaced /lines/2: expected {\"item\":\"pot\",\"quantity\":1}, found nothing\n"
        "  event 1, OrderPlaced /note: expected \"soon\", found nothing");
  CHECK(text_of([] { given<Order>().when(PlaceOrder{"ada", {{"tea", 2}}}).then(OrderPlaced{"ada", {}}); }) ==
        "PlaceOrder caused other events than expected\n"
        "  event 1, OrderPlaced /lines/0: expected nothing, found {\"item\":\"tea\",\"quantity\":2}");
  CHECK(text_of([] { given<Order>().when(PlaceOrder{"ada", {}, "soon"}).then(OrderPlaced{"ada", {}}); }) ==
        "PlaceOrder caused other events than expected\n"
        "  event 1, OrderPlaced /note: expected nothing, found \"soon\"");
}

TEST_CASE("events that are missing and events too many are shown, and the others are paired") {
  CHECK(text_of([] { given<Order>(placed).when(PayOrder{5}).then(OrderPaid{5}, OrderPlaced{"ada", {}}); }) ==
        "PayOrder caused other events than expected\n"
        "  event 2 is missing: OrderPlaced version 2 {\"customer\":\"ada\",\"lines\":[]}");
  CHECK(text_of([] { given<Order>(placed).when(PayOrder{-5}).then(OrderClosed{}); }) ==
        "PayOrder caused other events than expected\n"
        "  event 1 was not expected: OrderPaid {\"cents\":-5}");
  CHECK(text_of([] { given<Order>(placed).when(PayOrder{-5}).then(OrderClosed{}, OrderPaid{-5}); }) ==
        "PayOrder caused other events than expected\n"
        "  event 1 is missing: OrderClosed {}\n"
        "  event 2 was not expected: OrderClosed {}");
  CHECK(text_of([] {
          given<Order>()
              .when(CountOrder{std::make_unique<int>(3)})
              .then(OrderPaid{2}, OrderPaid{3}, OrderPaid{4}, OrderClosed{});
        }) ==
        "CountOrder caused other events than expected\n"
        "  event 1 was not expected: OrderPaid {\"cents\":1}\n"
        "  event 3 is missing: OrderPaid {\"cents\":4}\n"
        "  event 4 is missing: OrderClosed {}");
}

TEST_CASE("a rejection where events were expected says why") {
  CHECK(text_of([] { given<Order>().when(PayOrder{5}).then(OrderPaid{5}); }) ==
        "PayOrder was rejected; 1 event was expected\n"
        "  order.missing (there is no such order)\n"
        "  event 1 is missing: OrderPaid {\"cents\":5}");
  CHECK(text_of([] { given<Order>().when(PayOrder{5}).then(OrderPaid{5}, OrderClosed{}); }) ==
        "PayOrder was rejected; 2 events were expected\n"
        "  order.missing (there is no such order)\n"
        "  event 1 is missing: OrderPaid {\"cents\":5}\n"
        "  event 2 is missing: OrderClosed {}");
  CHECK(text_of([] { given<Order>().when(PayOrder{0}).then_nothing(); }) ==
        "PayOrder was rejected; it was expected to be accepted and to cause nothing\n"
        "  order.missing (there is no such order)");
  CHECK(
      text_of([] { given<Order>().when(PayOrder{0}).then_state([](const Order&) { FAIL("not after a refusal"); }); }) ==
      "PayOrder was rejected; the state after it was asked for\n"
      "  order.missing (there is no such order)");
}

TEST_CASE("events where none were expected are shown") {
  CHECK(text_of([] { given<Order>(placed).when(PayOrder{5}).then_nothing(); }) ==
        "PayOrder was expected to cause nothing\n"
        "  event 1 was not expected: OrderPaid {\"cents\":5}");
  CHECK(text_of([] { given<Order>(placed).when(PayOrder{5}).then_rejected("order.missing"); }) ==
        "PayOrder was accepted; it was expected to be rejected: order.missing\n"
        "  event 1 was not expected: OrderPaid {\"cents\":5}");
  CHECK(text_of([] { given<Order>(placed).when(PayOrder{0}).then_rejected("order.missing"); }) ==
        "PayOrder was accepted; it was expected to be rejected: order.missing");
}

TEST_CASE("another rejection than expected is shown, by its code, and by its message if that was asked for") {
  const auto twice = given<Order>(placed).when(PlaceOrder{"ada", {}});
  CHECK(text_of([&] { twice.then_rejected("order.missing"); }) ==
        "PlaceOrder was rejected in another way than expected\n"
        "  code: expected order.missing, found order.exists (it is placed already)");
  CHECK(text_of([&] { twice.then_rejected("order.exists", "twice"); }) ==
        "PlaceOrder was rejected in another way than expected\n"
        "  message: expected \"twice\", found \"it is placed already\"");
  CHECK(text_of([&] { twice.then_rejected("order.exists", "it is placed already"); }) == "nothing failed");
  CHECK(text_of([&] { twice.then_rejected("order.exists"); }) == "nothing failed");
}

TEST_CASE("what follows looks at everything that was decided since the last look") {
  const auto both = given<Order>().when(PlaceOrder{"ada", {{"tea", 2}}}).when(PayOrder{5});
  CHECK(text_of([&] { both.then(placed, OrderPaid{5}); }) == "nothing failed");
  CHECK(text_of([&] { both.then(OrderPaid{5}); }) ==
        "PlaceOrder, PayOrder caused other events than expected\n"
        "  event 1 was not expected: OrderPlaced version 2 "
        "{\"customer\":\"ada\",\"lines\":[{\"item\":\"tea\",\"quantity\":2}]}");
  CHECK(text_of([&] { both.then(placed, OrderPaid{5}).when(PayOrder{6}).then(OrderPaid{6}); }) == "nothing failed");
  CHECK(text_of([&] { both.then_nothing(); }).starts_with("PlaceOrder, PayOrder was expected to cause nothing\n"));
  CHECK(text_of([] { (void)given<Order>().when(PayOrder{5}).when(PlaceOrder{"ada", {}}); }) ==
        "PayOrder was rejected before PlaceOrder was tried; if that is right, say `then_rejected` first\n"
        "  order.missing (there is no such order)");
}

TEST_CASE("a state is that after the events and the commands, and a rejection leaves it as it was") {
  std::int64_t paid = 0;
  const auto look = [&paid](const Order& order) { paid = order.paid; };
  given<Order>(placed, OrderPaid{5}).then_state(look);
  CHECK(paid == 5);
  given<Order>(placed, OrderPaid{5}).when(PayOrder{6}).when(PayOrder{7}).then_state(look);
  CHECK(paid == 18);
  given<Order>(placed, OrderPaid{5}).when(PlaceOrder{"ada", {}}).then_rejected("order.exists").then_state(look);
  CHECK(paid == 5);
}

TEST_CASE("a member that serialize forgets is missing in the state, as it would be after a restart") {
  given<Order>(OrderPaid{5, "card-7"}).then_state([](const Order& order) { CHECK(order.card.empty()); });
}

TEST_CASE("an event that cannot be read back is found, given or decided") {
  const std::string text =
      "OrderPacked cannot be read back from its JSON\n"
      "  /boxes: is missing\n"
      "  OrderPacked {\"parcels\":2}";
  CHECK(text_of([] { given<Order>(OrderPacked{2}).when(PayOrder{5}).then(OrderPaid{5}); }) == text);
  CHECK(text_of([] { given<Order>(OrderPacked{2}).then_state([](const Order&) {}); }) == text);
  CHECK(text_of([] { given<Order>().when(PackOrder{}).then(OrderPacked{2}); }) == text);
}

TEST_CASE("a decision that is another one the second time is found") {
  CHECK(text_of([] { given<Order>().when(RenameOrder{}).then(OrderClosed{}); }) ==
        "RenameOrder was decided twice, and differently: `decide` takes nothing from anywhere but its arguments\n"
        "  event 1 is missing: OrderClosed {}\n"
        "  first: accepted\n"
        "  then: rejected, order.renamed (once is enough)");
}

TEST_CASE("what decide throws, and an event that has no JSON, come through as they are") {
  CHECK_THROWS_WITH_AS((void)given<Order>().when(ShredOrder{}), "shredded", std::runtime_error);
  const OrderPlaced unwritable{"\xFF", {}};
  CHECK_THROWS_AS((void)given<Order>(unwritable), whence::encode_error);
  CHECK_THROWS_AS((void)given<Order>().when(PlaceOrder{"\xFF", {}}), whence::encode_error);
  CHECK_THROWS_AS(given<Order>().when(PlaceOrder{"ada", {}}).then(unwritable), whence::encode_error);
}

TEST_CASE("a failure knows the file and the line that expect something") {
  try {
    given<Order>(placed).when(PayOrder{5}).then_nothing();  // the line
    FAIL("it fails");
  } catch (const failed_expectation& failure) {
    const std::string file = failure.file();
    CHECK(file.ends_with("tests/testing/given_test.cpp"));
    CHECK(failure.line() == __LINE__ - 5);
    CHECK(std::string(failure.what()) == file + ":" + std::to_string(failure.line()) + ": " + failure.text());
  }
  try {
    given<Order>(placed).when(PayOrder{5}).then(OrderPaid{6}, OrderClosed{});
    FAIL("it fails");
  } catch (const failed_expectation& failure) {
    CHECK(failure.line() == __LINE__ - 3);
  }
}

TEST_CASE("long texts are shown from where they begin to differ") {
  const std::string same(1'000, 'x');
  CHECK(text_of([&] { given<Order>().when(PlaceOrder{same + "é1", {}}).then(OrderPlaced{same + "é2", {}}); }) ==
        "PlaceOrder caused other events than expected\n"
        "  event 1, OrderPlaced /customer: expected …xxxxxxxxxxxxxxxxxxxxxxé2\", found …xxxxxxxxxxxxxxxxxxxxxxé1\"");
  const std::string text = text_of([&] { given<Order>().when(PlaceOrder{same, {}}).then_nothing(); });
  CHECK(text.ends_with("xxx… (1026 bytes)"));
  CHECK(text.size() < 300);
}

TEST_CASE("long texts are cut between characters, not in them") {
  for (const std::string start : {"", "x"}) {
    std::string same = start;
    for (int times = 0; times < 300; ++times) same += "é";
    const std::string text = text_of(
        [&] { given<Order>().when(PlaceOrder{same + "1" + same, {}}).then(OrderPlaced{same + "2" + same, {}}); });
    CAPTURE(text);
    CHECK(text.find("expected …éé") != std::string::npos);
    CHECK_NOTHROW(whence::encode(text));
  }
}

TEST_CASE("many differences are counted") {
  const std::string text =
      text_of([] { given<Order>().when(CountOrder{std::make_unique<int>(1'000)}).then(OrderClosed{}); });
  CHECK(text.starts_with("CountOrder caused other events than expected\n  event 1 is missing: OrderClosed {}\n"));
  CHECK(text.ends_with("\n  and 471 more"));
}

TEST_CASE("a difference behind many events that are alike is found") {
  const auto counted = given<Order>().when(CountOrder{std::make_unique<int>(1'000)});
  whence::testing::detail::aggregate_story story(whence::detail::facts_of<Order>);
  std::vector<whence::decided_event> expected;
  for (int number = 1; number <= 1'000; ++number)
    expected.push_back({OrderPaid::type, whence::encode(OrderPaid{number == 900 ? 0 : number})});
  const CountOrder command{std::make_unique<int>(1'000)};
  const auto here = std::source_location::current();
  story.when("CountOrder", &command, {&whence::detail::decide_erased<Order, CountOrder>, nullptr}, here);
  CHECK(text_of([&] { story.then(expected, here); }) ==
        "CountOrder caused other events than expected\n"
        "  event 900, OrderPaid /cents: expected 0, found 900");
}
