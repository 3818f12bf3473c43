// Whole applications in memory: what settles, what does not and what is said of it, and that a run is the same again.
#include <whence/testing/application_run.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <iterator>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>

#include <whence/core/timer.hpp>
#include <whence/modelling/errors.hpp>

#include "tests/testing/failures.hpp"
#include "tests/testing/shop.hpp"
#include "tests/testing/sums.hpp"

using namespace shop;
using namespace std::chrono_literals;
using failures::text_of;
using whence::testing::application_run, whence::testing::in, whence::testing::happened;

namespace {

const whence::id<Order> first{"order-1"};
const whence::id<Order> second{"order-2"};

whence::application_builder shop_on(const whence::log_source& log = whence::memory()) {
  return whence::application::on(log).aggregate<Order>().projection<Sums>();
}

/// Does something with each event that it is told of.
class clerk final : public whence::subscription_handler {
 public:
  using task = std::function<void(const whence::recorded_event&)>;
  explicit clerk(task does) : does_(std::move(does)) {}
  whence::checkpoint load() override { return kept_; }
  void handle(const whence::event_page& page, const whence::checkpoint& reached) override {
    for (const whence::recorded_event& event : page) does_(event);
    kept_ = reached;
  }

 private:
  task does_;
  whence::checkpoint kept_;
};

void employ(application_run& run, const std::string& name, const std::string& event, clerk::task does,
            whence::retry_policy retry = {}) {
  run.follow({.name = name, .filter = {.aggregate_types = {}, .event_types = {event}}, .page = {}, .retry = retry},
             std::make_shared<clerk>(std::move(does)));
}

/// Pays for each order that is placed, as a command that follows from that.
clerk::task pays(const application_run& run, std::int64_t cents) {
  return [&run, cents](const whence::recorded_event& event) {
    const whence::id<Order> order{std::string(event.stream)};
    static_cast<void>(run.app().with({.correlation = event.correlation}).send<PayOrder>(order, cents));
  };
}

std::string ids_of(std::uint64_t seed) {
  application_run run(shop_on(), {.seed = seed});
  employ(run, "payer", "OrderPlaced", pays(run, 5));
  employ(run, "closer", "OrderPlaced", pays(run, 6));
  std::string told = run.send<PlaceOrder>(first, "ada").trace();
  for (const whence::recorded_event& event : run.app().log().read({})) told += event.id.to_string() + "\n";
  return told;
}

}  // namespace

TEST_CASE("what a command causes is there when it comes back: events, rows, and who has handled them") {
  application_run run(shop_on());
  run.send<PlaceOrder>(first, "ada").then(in(first, OrderPlaced{"ada", {}}));
  run.send<PayOrder>(first, 5).then(OrderPaid{5}).then(in(first, OrderPaid{5}));
}

TEST_CASE("other events than expected are shown member by member, and in which stream") {
  application_run run(shop_on());
  const happened placed = run.send<PlaceOrder>(first, "ada");
  CHECK(text_of([&] { placed.then(in(second, OrderPlaced{"bob", {}}), OrderClosed{}); }) ==
        "PlaceOrder caused other events than expected\n"
        "  event 1, OrderPlaced: expected in order-2, found in order-1\n"
        "  event 1, OrderPlaced /customer: expected \"bob\", found \"ada\"\n"
        "  event 2 is missing: OrderClosed {}");
  CHECK(text_of([&] { placed.then_nothing(); }) ==
        "PlaceOrder was expected to cause nothing\n"
        "  event 1 was not expected: OrderPlaced version 2 {\"customer\":\"ada\",\"lines\":[]}");
}

TEST_CASE("a rejection is expected by its code") {
  application_run run(shop_on());
  const happened unpaid = run.send<PayOrder>(first, 5);
  CHECK(text_of([&] { unpaid.then_rejected("order.missing"); }) == "nothing failed");
  CHECK(text_of([&] { unpaid.then_rejected("order.closed"); }) ==
        "PayOrder was rejected in another way than expected\n"
        "  code: expected order.closed, found order.missing (there is no such order)");
  CHECK(text_of([&] { unpaid.then(OrderPaid{5}); }) ==
        "PayOrder was rejected; 1 event was expected\n"
        "  order.missing (there is no such order)\n"
        "  event 1 is missing: OrderPaid {\"cents\":5}");
  CHECK(text_of([&] { unpaid.then_nothing(); }) ==
        "PayOrder was rejected; it was expected to be accepted\n"
        "  order.missing (there is no such order)");
  CHECK(unpaid.rejection()->code == "order.missing");
  CHECK(text_of([&] { run.send<PlaceOrder>(first, "ada").then_rejected("order.exists"); }) ==
        "PlaceOrder was accepted; it was expected to be rejected: order.exists\n"
        "  event 1 was not expected: OrderPlaced version 2 {\"customer\":\"ada\",\"lines\":[]}");
  CHECK(text_of([&] { run.send<PayOrder>(first, 0).then_nothing().then_accepted(); }) == "nothing failed");
}

TEST_CASE("what a command fails with is thrown, as in production") {
  application_run run(whence::application::on(whence::memory()));
  CHECK_THROWS_AS((void)run.send<PlaceOrder>(first, "ada"), whence::aggregate_not_registered);
}

TEST_CASE("rows of a read model are those after what was done, and differences are shown cell by cell") {
  application_run run(shop_on());
  run.send<PlaceOrder>(first, "ada").then_accepted();
  run.send<PayOrder>(first, 5).then_accepted();
  run.then_rows<Sums>("SELECT * FROM sums", {{"order-1", 5}});
  CHECK(text_of([&] { run.then_rows<Sums>("SELECT * FROM sums", {{"order-1", 6}}); }) ==
        "sums has other rows than expected\n"
        "  row 1, cents: expected 6, found 5\n"
        "  query: SELECT * FROM sums");
}

TEST_CASE("commands that follow from events belong to what the first one caused") {
  application_run run(shop_on());
  employ(run, "payer", "OrderPlaced", pays(run, 5));
  const happened placed = run.send<PlaceOrder>(first, "ada");
  placed.then(in(first, OrderPlaced{"ada", {}}), in(first, OrderPaid{5}));
  CHECK(placed.settled());
  using names = std::vector<std::string>;
  CHECK(placed.events().at(0).handled_by == names{"payer"});
  CHECK(placed.events().at(1).handled_by == names{"sums"});
  CHECK(placed.events().at(1).causation_type == "PayOrder");
  CHECK(placed.trace() ==
        "  CMD PlaceOrder         order-1        +0 ms\n"
        "  └─ EVT OrderPlaced v2  order-1@1  #1  +0 ms\n"
        "     └─ SUB handled by payer\n"
        "  CMD PayOrder           order-1        +0 ms\n"
        "  └─ EVT OrderPaid       order-1@2  #2  +0 ms\n"
        "     └─ PRJ applied by sums\n");
}

TEST_CASE("what is tried again has its time at once, by the run's clock") {
  application_run run(shop_on());
  const auto began = run.runtime().clock->now();
  int tries = 0;
  employ(run, "letters", "OrderPlaced",
         [&tries](const whence::recorded_event&) {
           if (++tries < 3) throw std::runtime_error("the post is closed");
         },
         {.tries_max = 5, .pause_first = 10min, .pause_max = 1h, .total_max = 24h});
  run.send<PlaceOrder>(first, "ada").then(OrderPlaced{"ada", {}});
  CHECK(tries == 3);
  CHECK(run.runtime().clock->now() - began >= 15min);
  CHECK(run.runtime().clock->now() - began <= 30min);
}

TEST_CASE("a subscription that gives up is named, with its reason, below what happened") {
  application_run run(shop_on());
  employ(run, "letters", "OrderPlaced",
         [](const whence::recorded_event&) { throw std::runtime_error("the post is closed"); }, {.tries_max = 2});
  CHECK(text_of([&] { run.send<PlaceOrder>(first, "ada").then_accepted(); }) ==
        "PlaceOrder never settles (seed 1)\n"
        "  CMD PlaceOrder         order-1        +0 ms\n"
        "  └─ EVT OrderPlaced v2  order-1@1  #1  +0 ms\n"
        "     └─ SUB not yet in letters\n"
        "  letters is at #0, and has failed: the post is closed");
}

TEST_CASE("a projection that fails is named, with the event and the reason") {
  application_run run(shop_on());
  run.send<PlaceOrder>(first, "ada").then_accepted();
  const happened paid = run.send<PayOrder>(first, -5);
  CHECK_FALSE(paid.settled());
  CHECK(text_of([&] { paid.then_accepted(); }) ==
        "PayOrder never settles (seed 1)\n"
        "  CMD PayOrder        order-1        +0 ms\n"
        "  ├─ EVT OrderPaid    order-1@2  #2  +0 ms\n"
        "  │  └─ PRJ not yet in sums\n"
        "  └─ EVT OrderClosed  order-1@3  #3  +0 ms\n"
        "  sums is at #1, and has failed: sums could not handle OrderPaid at position 2; its model stays before that "
        "event: paid back [projection.handler]");
}

TEST_CASE("whoever has failed at what was there before is never settled, however much time passes") {
  application_run run(shop_on(whence::testing::given_events(in(first, OrderPlaced{"ada", {}})).as_log()));
  employ(run, "payer", "OrderPlaced", [](const whence::recorded_event&) { throw std::runtime_error("no money"); });
  CHECK_FALSE(run.settle().settled());
  CHECK_FALSE(run.advance(24h).settled());
  CHECK_FALSE(run.settle().settled());
  CHECK(text_of([&] { run.advance(1h).then_nothing(); }).find("no money") != std::string::npos);
}

TEST_CASE("what is still tried again when the patience is over is named as that") {
  application_run run(shop_on(), {.time_max = 5min});
  employ(run, "letters", "OrderPlaced",
         [](const whence::recorded_event&) { throw std::runtime_error("the post is closed"); },
         {.tries_max = 5, .pause_first = 4min, .pause_max = 4min, .total_max = 24h});
  CHECK(text_of([&] { run.send<PlaceOrder>(first, "ada").then_accepted(); }) ==
        "PlaceOrder has not settled within 5.0 min by the run's clock (seed 1)\n"
        "  CMD PlaceOrder         order-1        +0 ms\n"
        "  └─ EVT OrderPlaced v2  order-1@1  #1  +0 ms\n"
        "     └─ SUB not yet in letters\n"
        "  letters is at #0, and tries again after: the post is closed");
}

TEST_CASE("what causes more and more is ended after as many steps as the options say") {
  application_run run(shop_on(), {.seed = 2, .steps_max = 500});
  employ(run, "payer", "OrderPaid", pays(run, 1));
  run.send<PlaceOrder>(first, "ada").then_accepted();
  const std::string told = text_of([&] { run.send<PayOrder>(first, 1).then_accepted(); });
  CAPTURE(told);
  CHECK(told.starts_with("PayOrder has not settled after 500 steps (seed 2)\n  CMD PayOrder"));
}

TEST_CASE("work that waits for its day is done when time passes, and is no part of what came before") {
  application_run run(shop_on());
  employ(run, "reminder", "OrderPlaced", [&run](const whence::recorded_event& event) {
    static_cast<void>([](const application_run& on, whence::correlation_id of) -> whence::async<void> {
      co_await whence::sleep(on.runtime(), 24h);
      const auto sender = on.app().with({.correlation = of});
      const auto paid = co_await sender.send<PayOrder>(first, 7);
      if (paid.rejection()) throw std::logic_error("not placed");
    }(run, event.correlation));
  });
  run.send<PlaceOrder>(first, "ada").then(OrderPlaced{"ada", {}});
  run.advance(24h - 1s).then_nothing();
  run.advance(1s).then(in(first, OrderPaid{7}));
  run.then_rows<Sums>("SELECT * FROM sums", {{"order-1", 7}});
  CHECK(whence::to_rfc3339(run.runtime().clock->now()) == "2026-01-02T00:00:00.000000Z");
}

TEST_CASE("a run goes on where given events end, and a test that blocks for results does the work itself") {
  application_run run(shop_on(whence::testing::given_events(in(first, OrderPlaced{"ada", {}})).as_log()));
  run.settle().then_nothing();
  const auto paid = run.app().send<PayOrder>(first, 5).get();
  const auto sums = run.app().model<Sums>();
  sums.include(paid.token());
  sums.read([](whence::sql::database& db) { CHECK(db.integer("SELECT sum(cents) FROM sums") == 5); });
  run.settle().then(OrderPaid{5});
  run.settle().then_nothing();
}

TEST_CASE("a model that never comes to a position is waited for no longer than its patience, by the run's clock") {
  application_run run(shop_on());
  CHECK(run.app().send<PlaceOrder>(first, "ada").get().accepted());
  const auto paid = run.app().send<PayOrder>(first, -5).get();
  CHECK_THROWS_WITH(run.app().model<Sums>().include(paid.token(), 1min), doctest::Contains("could not handle"));
}

TEST_CASE("a run is the same again, to the ids, and another with another seed") {
  CHECK(ids_of(1) == ids_of(1));
  std::set<std::string> runs;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) runs.insert(ids_of(seed));
  CHECK(runs.size() == 10);
}

TEST_CASE("a run has no thread of its own, and ends without waiting for what nobody will do") {
  const auto threads = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/task"), std::filesystem::directory_iterator{});
  };
  const auto before = threads();
  application_run run(shop_on());
  static_cast<void>(run.app().send<PlaceOrder>(first, "ada").then([&run](const whence::command_outcome&) {
    return whence::sleep(run.runtime(), 1h);
  }));
  run.settle().then(OrderPlaced{"ada", {}});
  CHECK(threads() == before);
}

TEST_CASE("a subscription that wants some aggregates' events only has not handled those of others") {
  application_run run(shop_on());
  run.follow({.name = "payments", .filter = {.aggregate_types = {"Payment"}, .event_types = {}}, .page = {}},
             std::make_shared<clerk>([](const whence::recorded_event&) { FAIL("it is of an order"); }));
  const happened placed = run.send<PlaceOrder>(first, "ada");
  placed.then_accepted();
  CHECK(placed.events().at(0).handled_by.empty());
  CHECK(placed.trace() ==
        "  CMD PlaceOrder         order-1        +0 ms\n"
        "  └─ EVT OrderPlaced v2  order-1@1  #1  +0 ms\n");
}

TEST_CASE("who still waits for a time when a run ends is told while the application is there") {
  std::string refused;
  {
    application_run run(shop_on());
    static_cast<void>([](const application_run& on, std::string& into) -> whence::async<void> {
      try {
        co_await whence::sleep(on.runtime(), 24h);
      } catch (const whence::never_completed&) {
        into = "never, ";
      }
      try {
        static_cast<void>(co_await on.app().send<PlaceOrder>(first, "ada"));
      } catch (const whence::error& stopped) {
        into += stopped.code();
      }
    }(run, refused));
    run.send<PlaceOrder>(second, "bob").then(in(second, OrderPlaced{"bob", {}}));
  }
  CHECK(refused == "never, app.stopped");
}
