// A real executor and a log in memory; handlers that fail, block or stop on purpose. Waits are for states, never for times.
#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>

#include <doctest/doctest.h>

#include <whence/core/simulation.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/subscription/subscription.hpp>

#include <tests/subscription/log_fixture.hpp>
#include <tests/subscription/recording_handler.hpp>

using namespace whence;
using namespace std::chrono_literals;
using tests::recording_handler;

namespace {

/// Failures that are told are kept here instead of printed.
struct fixture : tests::log_fixture {
  std::shared_ptr<recording_handler> handler = std::make_shared<recording_handler>();
  guarded<std::vector<std::exception_ptr>> reported;
  subscription_options options{.name = "counters",
                               .filter = {},
                               .page = {.events = 10},
                               .retry = {.tries_max = 4, .pause_first = 1ms, .pause_max = 2ms}};

  fixture() {
    runtime.executor->on_report([this](std::exception_ptr failure) { reported.lock()->push_back(failure); });
  }
  ~fixture() { runtime.executor->stop(); }

  subscription start() { return subscription::start(log, runtime, options, handler); }

  template <class Condition>
  static bool eventually(Condition condition) {
    for (int turn = 0; turn < 10'000; ++turn) {
      if (condition()) return true;
      std::this_thread::sleep_for(1ms);
    }
    return false;
  }
};

std::vector<std::uint64_t> up_to(std::uint64_t last) {
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t number = 1; number <= last; ++number) numbers.push_back(number);
  return numbers;
}

}  // namespace

TEST_CASE(
    "a handler that always fails is tried as often as the policy says; then the subscription has failed and says so") {
  fixture given;
  given.append(3);
  std::atomic<int> tries{0};
  given.handler->before_keeping = [&](const event_page&) {
    ++tries;
    throw std::runtime_error("the disk of the model is on fire");
  };
  auto following = given.start();
  CHECK_THROWS_WITH(following.reached(global_position{3}).get(), "the disk of the model is on fire");
  CHECK(following.state() == subscription_state::failed);
  CHECK(tries == 4);
  CHECK(following.position() == global_position{});
  CHECK(given.reported.lock()->size() == 1);
  CHECK_THROWS_WITH(std::rethrow_exception(following.failure()), "the disk of the model is on fire");
  CHECK_THROWS_WITH(following.reached(global_position{3}).get(), "the disk of the model is on fire");
  CHECK(given.handler->seen().handled.empty());
}

TEST_CASE("a failure that only an operator can put right is not tried again") {
  fixture given;
  given.append(1);
  std::atomic<int> tries{0};
  given.handler->before_keeping = [&](const event_page&) {
    ++tries;
    throw log_damaged("elsewhere", global_position{1}, "bits");
  };
  auto following = given.start();
  CHECK_THROWS_AS(following.reached(global_position{1}).get(), log_damaged);
  CHECK(tries == 1);
}

TEST_CASE("after a failure the page comes again, nothing before it and nothing after it") {
  fixture given;
  given.append(25);
  std::atomic<int> failures{2};
  given.handler->before_keeping = [&](const event_page& page) {
    if (page.front().position == global_position{11} && failures-- > 0) throw std::runtime_error("once more");
  };
  auto following = given.start();
  following.reached(global_position{25}).get();
  CHECK(given.handler->seen().handled == up_to(25));
  CHECK(given.reported.lock()->empty());
}

TEST_CASE("a success ends a series of failures: each page has all its tries") {
  fixture given;
  given.append(50);
  std::atomic<std::uint64_t> failed_at{0};
  given.handler->before_keeping = [&](const event_page& page) {
    if (failed_at.exchange(page.front().position.value()) != page.front().position.value()) {
      throw std::runtime_error("the first time fails");
    }
  };
  auto following = given.start();
  following.reached(global_position{50}).get();
  CHECK(given.handler->seen().handled == up_to(50));
}

TEST_CASE("a failed subscription that is started again goes on at the event that failed") {
  fixture given;
  given.append(15);
  given.handler->before_keeping = [&](const event_page& page) {
    if (page.front().position == global_position{11}) throw std::runtime_error("not this one");
  };
  {
    auto following = given.start();
    CHECK_THROWS(following.reached(global_position{15}).get());
    CHECK(following.position() == global_position{10});
  }
  given.handler->before_keeping = [](const event_page&) {};
  auto following = given.start();
  following.reached(global_position{15}).get();
  CHECK(given.handler->seen().handled == up_to(15));
}

TEST_CASE("a checkpoint of another log, of another history or ahead of the log is never gone on from") {
  fixture given;
  const auto head = given.append(5);
  const checkpoint right{given.log->identity(), head, *given.log->chain_at(head)};

  checkpoint wrong = right;
  SUBCASE("another log") { wrong.log.id = log_id{given.runtime.make_uuid()}; }
  SUBCASE("another log, at its beginning") { wrong = {{log_id{given.runtime.make_uuid()}, 1}, {}, {}}; }
  SUBCASE("a later epoch") { ++wrong.log.epoch; }
  SUBCASE("ahead of the log") { wrong.position = global_position{6}; }
  SUBCASE("another chain") { wrong.chain[7] ^= 1; }

  given.handler->stand_at(wrong);
  auto following = given.start();
  CHECK_THROWS_AS(following.reached(global_position{6}).get(), checkpoint_mismatch);
  given.append(5);
  CHECK(following.state() == subscription_state::failed);
  CHECK(given.handler->seen().handled.empty());
  CHECK(given.reported.lock()->size() == 1);
}

TEST_CASE("a checkpoint of an earlier epoch is fine if the history is the same") {
  fixture given;
  const auto head = given.append(5);
  checkpoint earlier{given.log->identity(), head, *given.log->chain_at(head)};
  earlier.log.epoch = 0;
  given.handler->stand_at(earlier);
  auto following = given.start();
  following.reached(given.append(1)).get();
  CHECK(given.handler->seen().handled == std::vector<std::uint64_t>{6});
  CHECK(given.handler->seen().at.log == given.log->identity());
}

TEST_CASE("the checkpoint's chain is that of its position, also when the filter let the last event not through") {
  fixture given;
  given.options.filter.event_types = {"Counted"};
  given.append(3);
  const auto head = given.append(2, "Other");
  auto following = given.start();
  following.reached(head).get();
  CHECK(given.handler->seen().handled == up_to(3));
  CHECK(given.handler->seen().at == checkpoint{given.log->identity(), head, *given.log->chain_at(head)});

  const auto more = given.append(4, "Other");
  following.reached(more).get();
  CHECK(given.handler->seen().at == checkpoint{given.log->identity(), more, *given.log->chain_at(more)});
}

TEST_CASE("stopping in the middle of catching up waits for the page in hand, and begins no other") {
  fixture given;
  given.append(1'000);
  std::promise<void> inside;
  std::promise<void> go_on;
  given.handler->before_keeping = [&](const event_page& page) {
    if (page.front().position != global_position{11}) return;
    inside.set_value();
    go_on.get_future().wait();
  };
  auto following = given.start();
  inside.get_future().wait();
  auto waiting = following.reached(global_position{500});
  CHECK_FALSE(following.stop(20ms));
  go_on.set_value();
  following.stop();
  CHECK(given.handler->seen().handled == up_to(20));
  CHECK(following.state() == subscription_state::stopped);
  CHECK_THROWS_AS(std::move(waiting).get(), subscription_stopped);
  CHECK_THROWS_AS(following.reached(global_position{500}).get(), subscription_stopped);
  following.reached(global_position{20}).get();

  given.handler->before_keeping = [](const event_page&) {};
  auto again = given.start();
  again.reached(global_position{1'000}).get();
  CHECK(given.handler->seen().handled == up_to(1'000));
}

TEST_CASE("a handler may stop its own subscription") {
  fixture given;
  given.append(30);
  std::promise<subscription*> made;
  auto me = made.get_future().share();
  given.handler->before_keeping = [&](const event_page&) { me.get()->stop(); };
  auto following = given.start();
  made.set_value(&following);
  CHECK(fixture::eventually([&] { return given.handler->seen().handled.size() == 10; }));
  following.stop();
  CHECK(given.handler->seen().handled == up_to(10));
}

TEST_CASE("a stopped subscription has let go of log and handler") {
  fixture given;
  given.append(1);
  const std::weak_ptr<recording_handler> handler = given.handler;
  auto following = given.start();
  following.reached(global_position{1}).get();
  given.handler.reset();
  following.stop();
  CHECK(handler.expired());
  given.log->close();
}

TEST_CASE("a log that is closed ends the subscription, without a failure to report") {
  fixture given;
  given.append(1);
  auto following = given.start();
  following.reached(global_position{1}).get();
  auto waiting = following.reached(global_position{2});
  given.log->close();
  CHECK_THROWS_AS(std::move(waiting).get(), log_closed);
  CHECK(following.state() == subscription_state::stopped);
  CHECK(given.reported.lock()->empty());
}

TEST_CASE("a busy handler is asked again, and that counts as no failure; but not for ever") {
  fixture given;
  given.append(5);
  std::atomic<int> busy{20};
  given.handler->before_keeping = [&](const event_page&) {
    if (busy-- > 0) throw subscription_busy("counters", "a visitor is at it");
  };
  SUBCASE("until it is free") {
    auto following = given.start();
    following.reached(global_position{5}).get();
    CHECK(given.handler->seen().handled == up_to(5));
  }
  SUBCASE("until the policy has had enough") {
    given.options.busy = {.tries_max = 3, .pause_first = 1ms};
    auto following = given.start();
    CHECK_THROWS_AS(following.reached(global_position{5}).get(), subscription_busy);
    CHECK(following.state() == subscription_state::failed);
  }
}

TEST_CASE("a checkpoint that was moved by another is asked for again, and gone on from") {
  fixture given;
  given.append(30);
  std::atomic<bool> moved{false};
  given.handler->before_keeping = [&](const event_page& page) {
    if (page.front().position != global_position{11} || moved.exchange(true)) return;
    given.handler->stand_at({given.log->identity(), global_position{20}, *given.log->chain_at(global_position{20})});
    throw checkpoint_moved("counters");
  };
  auto following = given.start();
  following.reached(global_position{30}).get();
  auto expected = up_to(10);
  for (std::uint64_t number = 21; number <= 30; ++number) expected.push_back(number);
  CHECK(given.handler->seen().handled == expected);
}

TEST_CASE("at the head it lets go, and asks where it stands before the next page") {
  fixture given;
  given.append(15);
  auto following = given.start();
  following.reached(global_position{15}).get();
  CHECK(fixture::eventually([&] { return following.state() == subscription_state::live; }));
  CHECK(fixture::eventually([&] { return given.handler->seen().calls.back() == "let go"; }));
  given.append(1);
  following.reached(global_position{16}).get();
  CHECK(fixture::eventually([&] { return given.handler->seen().calls.size() == 9; }));
  CHECK(given.handler->seen().calls ==
        std::vector<std::string>{"load", "page 10", "page 5", "head", "let go", "load", "page 1", "head", "let go"});
}

TEST_CASE("it lets go before it tries again") {
  fixture given;
  given.append(1);
  std::atomic<bool> failed{false};
  given.handler->before_keeping = [&](const event_page&) {
    if (!failed.exchange(true)) throw std::runtime_error("once");
  };
  auto following = given.start();
  following.reached(global_position{1}).get();
  const auto calls = given.handler->seen().calls;
  CHECK(std::vector<std::string>(calls.begin(), calls.begin() + 4) ==
        std::vector<std::string>{"load", "let go", "load", "page 1"});
}

TEST_CASE("idle, it holds no thread and nothing wakes it") {
  const auto clock = std::make_shared<manual_clock>();
  const auto executor = std::make_shared<manual_executor>();
  const auto timer = std::make_shared<manual_timer>(clock);
  const runtime stopped(clock, std::make_shared<seeded_entropy>(1), system_files(), executor, timer);
  const std::shared_ptr<whence::log> log = memory().open(stopped);
  const auto handler = std::make_shared<recording_handler>();
  auto following = subscription::start(log, stopped, {.name = "idle", .filter = {}, .page = {}}, handler);
  executor->run_all();
  CHECK(following.state() == subscription_state::live);
  CHECK(executor->run_all() == 0);
  CHECK_FALSE(timer->next_due().has_value());
  following.stop();
  executor->run_all();
}

// Mutant of other systems: counting first and reading then loses what is appended in between.
TEST_CASE("no event is lost between catching up and being live, wherever appends fall") {
  fixture given;
  std::atomic<std::uint64_t> appended{0};
  auto following = given.start();
  std::vector<std::thread> writers;
  for (int number = 0; number < 2; ++number) {
    writers.emplace_back([&, number] {
      const std::string type = "Type" + std::to_string(number);
      for (int turn = 0; turn < 300; ++turn) {
        given.append(1 + static_cast<std::size_t>(turn % 13), type);
        if (turn % 50 == 0) std::this_thread::sleep_for(1ms);
      }
    });
  }
  for (auto& writer : writers) writer.join();
  const auto head = given.log->head();
  following.reached(head).get();
  CHECK(given.handler->seen().handled == up_to(head.value()));
}

TEST_CASE("starting and stopping while events arrive neither loses nor repeats one") {
  fixture given;
  std::atomic<bool> done{false};
  std::thread writer([&] {
    for (int turn = 0; turn < 400; ++turn) given.append(3);
    done = true;
  });
  while (!done) {
    auto following = given.start();
    std::this_thread::sleep_for(500us);
  }
  writer.join();
  auto following = given.start();
  following.reached(global_position{1'200}).get();
  CHECK(given.handler->seen().handled == up_to(1'200));
}

TEST_CASE("many subscriptions share two threads, and a slow one does not hold up the others") {
  fixture given;
  given.append(100);
  std::promise<void> go_on;
  auto released = go_on.get_future().share();
  given.handler->before_keeping = [released](const event_page&) { released.wait(); };
  auto slow = given.start();
  std::vector<std::shared_ptr<recording_handler>> handlers;
  std::vector<subscription> fast;
  for (int number = 0; number < 8; ++number) {
    handlers.push_back(std::make_shared<recording_handler>());
    fast.push_back(subscription::start(given.log, given.runtime, given.options, handlers.back()));
  }
  for (auto& each : fast) each.reached(global_position{100}).get();
  for (auto& each : handlers) CHECK(each->seen().handled == up_to(100));
  go_on.set_value();
  slow.reached(global_position{100}).get();
}

TEST_CASE("who waits for a position may stop waiting") {
  fixture given;
  auto following = given.start();
  std::stop_source stop;
  auto waiting = following.reached(global_position{1}, stop.get_token());
  stop.request_stop();
  CHECK_THROWS_AS(std::move(waiting).get(), operation_cancelled);
  following.reached(given.append(1)).get();
}
