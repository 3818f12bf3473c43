// The clock stands still and is moved by hand; the entropy has a seed. No test waits.
#include <limits>
#include <set>
#include <stdexcept>

#include <doctest/doctest.h>

#include <whence/core/simulation.hpp>
#include <whence/resilience/deadline.hpp>
#include <whence/resilience/retry.hpp>

using namespace whence;
using namespace std::chrono_literals;

namespace {

struct stopped_world {
  std::shared_ptr<manual_clock> clock = std::make_shared<manual_clock>();
  std::shared_ptr<manual_timer> timer = std::make_shared<manual_timer>(clock);
  std::shared_ptr<manual_executor> executor = std::make_shared<manual_executor>();
  whence::runtime runtime{clock, std::make_shared<seeded_entropy>(7), system_files(), executor, timer};

  /// Runs and lets time pass until nothing is left to do.
  void run() {
    for (;;) {
      executor->run_all();
      const auto due = timer->next_due();
      if (!due) return;
      clock->advance(std::chrono::ceil<std::chrono::microseconds>(*due - clock->elapsed()));
      timer->wake_due();
    }
  }
};

struct passing_failure final : error {
  passing_failure()
      : error("test.passing", next_move::retry, {.what = "not now", .where = {}, .why = {}, .remedy = {}}) {}
};
struct lasting_failure final : error {
  lasting_failure()
      : error("test.lasting", next_move::change_request, {.what = "never", .where = {}, .why = {}, .remedy = {}}) {}
};

}  // namespace

TEST_CASE("a policy of no or one try allows no second") {
  stopped_world world;
  for (const std::uint32_t tries : {0u, 1u}) {
    backoff tried({.tries_max = tries}, world.runtime);
    CHECK_FALSE(tried.next().has_value());
    CHECK(tried.tries() == 1);
  }
}

TEST_CASE("the last try is the last") {
  stopped_world world;
  backoff tried({.tries_max = 3}, world.runtime);
  CHECK(tried.next().has_value());
  CHECK(tried.next().has_value());
  CHECK_FALSE(tried.next().has_value());
  CHECK_FALSE(tried.next().has_value());
  tried.reset();
  CHECK(tried.next().has_value());
}

TEST_CASE("pauses double up to the maximum, each between a half and the whole") {
  stopped_world world;
  backoff tried({.tries_max = 100, .pause_first = 10ms, .pause_max = 70ms, .total_max = 1h}, world.runtime);
  for (const auto whole : {10ms, 20ms, 40ms, 70ms, 70ms, 70ms}) {
    const auto pause = tried.next();
    REQUIRE(pause.has_value());
    CHECK(*pause >= whole / 2);
    CHECK(*pause <= whole);
  }
}

TEST_CASE("those who failed together do not come back together") {
  stopped_world world;
  std::set<std::chrono::nanoseconds> pauses;
  for (int number = 0; number < 100; ++number) pauses.insert(*backoff({}, world.runtime).next());
  CHECK(pauses.size() > 90);
}

TEST_CASE("no try begins after the total time, and the last pause is cut to it") {
  stopped_world world;
  backoff tried({.tries_max = 100, .pause_first = 10s, .pause_max = 10s, .total_max = 12s}, world.runtime);
  world.clock->advance(11s);
  CHECK(*tried.next() == 1s);
  world.clock->advance(1s);
  CHECK_FALSE(tried.next().has_value());
}

TEST_CASE("extreme policies neither overflow nor go back in time") {
  stopped_world world;
  constexpr auto longest = std::chrono::nanoseconds::max();
  backoff long_one({.tries_max = 200, .pause_first = 1ns, .pause_max = longest, .total_max = longest}, world.runtime);
  auto last = 0ns;
  for (int number = 0; number < 150; ++number) {
    const auto pause = *long_one.next();
    CHECK(pause >= 0ns);
    if (number > 70) CHECK(pause >= longest / 2);
    last = pause;
  }
  backoff short_one({.tries_max = 3, .pause_first = 0ns, .pause_max = 0ns}, world.runtime);
  CHECK(*short_one.next() == 0ns);
}

TEST_CASE("a failure that lasts is not tried again") {
  stopped_world world;
  int calls = 0;
  const auto fail = [&calls]() -> int {
    ++calls;
    throw lasting_failure{};
  };
  CHECK_THROWS_AS(retry({}, world.runtime, fail).get(), lasting_failure);
  CHECK(calls == 1);
  const auto fail_strangely = [&calls]() -> int {
    ++calls;
    throw std::runtime_error("what is this?");
  };
  CHECK_THROWS_AS(retry({}, world.runtime, fail_strangely).get(), std::runtime_error);
  CHECK(calls == 2);
}

TEST_CASE("a failure that passes is tried as often as the policy says, and is then the result") {
  stopped_world world;
  int calls = 0;
  const auto fail = [&calls]() -> int {
    ++calls;
    throw passing_failure{};
  };
  auto result = retry({.tries_max = 4}, world.runtime, fail);
  world.run();
  CHECK_THROWS_AS(std::move(result).get(), passing_failure);
  CHECK(calls == 4);
}

TEST_CASE("the first success is the result, of operations that return it and of those that promise it") {
  stopped_world world;
  int calls = 0;
  const auto third_time = [&calls] {
    if (++calls < 3) throw passing_failure{};
    return 42;
  };
  auto result = retry({}, world.runtime, third_time);
  CHECK(calls == 1);  // at once, here
  world.run();
  CHECK(std::move(result).get() == 42);

  calls = 0;
  const auto third_promise = [&]() -> async<int> {
    auto [promised, done] = make_async<int>(world.executor);
    if (++calls < 3) {
      done.fail(std::make_exception_ptr(passing_failure{}));
    } else {
      done.complete(43);
    }
    return std::move(promised);
  };
  auto promised = retry({}, world.runtime, third_promise);
  world.run();
  CHECK(std::move(promised).get() == 43);
  CHECK(calls == 3);
}

TEST_CASE("a stop request ends the pause") {
  stopped_world world;
  std::stop_source stop;
  const auto fail = []() -> int { throw passing_failure{}; };
  auto result = retry({}, world.runtime, fail, stop.get_token());
  stop.request_stop();
  world.run();
  CHECK_THROWS_AS(std::move(result).get(), operation_cancelled);
}

TEST_CASE("a deadline comes at its time, and not at all once it was let go of") {
  stopped_world world;
  std::stop_token kept;
  {
    const deadline early(world.runtime, 1s);
    const deadline late(world.runtime, 3s);
    kept = late.token();
    world.clock->advance(1s);
    world.timer->wake_due();
    world.executor->run_all();
    CHECK(early.over());
    CHECK_FALSE(late.over());
  }
  world.run();
  world.clock->advance(10s);
  world.timer->wake_due();
  world.executor->run_all();
  CHECK_FALSE(kept.stop_requested());
}
