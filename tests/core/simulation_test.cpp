#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include <whence/core/simulation.hpp>
#include <whence/core/turn.hpp>

using namespace whence;
using namespace std::chrono;

TEST_CASE("a manual clock stands still until it is told") {
  manual_clock clock(sys_days{2026y / March / 1});
  const auto start = clock.elapsed();
  std::this_thread::sleep_for(2ms);
  CHECK(clock.now() == sys_days{2026y / March / 1});
  CHECK(clock.elapsed() == start);
  clock.advance(90s);
  CHECK(clock.now() == sys_days{2026y / March / 1} + 90s);
  CHECK(clock.elapsed() == start + 90s);
}

TEST_CASE("setting the wall clock moves no deadline") {
  manual_clock clock;
  clock.set(sys_days{2020y / March / 1});
  CHECK(clock.now() == sys_days{2020y / March / 1});
  CHECK(clock.elapsed() == 0ns);
}

TEST_CASE("a seed gives the same bits again, another seed others") {
  seeded_entropy first(7);
  seeded_entropy again(7);
  seeded_entropy other(8);
  int same = 0;
  for (int i = 0; i < 1'000; ++i) {
    const std::uint64_t bits = first.bits();
    CHECK(bits == again.bits());
    same += bits == other.bits();
  }
  CHECK(same == 0);
  // The first outputs of SplitMix64 from 1234567, as other implementations print them.
  seeded_entropy known(1234567);
  CHECK(known.bits() == 6457827717110365317u);
  CHECK(known.bits() == 3203168211198807973u);
  CHECK(known.bits() == 9817491932198370423u);
}

namespace {

/// Notes its name when it has its turn.
async<void> note(runtime on, std::string name, std::string& into, std::chrono::milliseconds after = 0ms) {
  co_await sleep(on, after);
  into += name;
}

std::string order_of(std::uint64_t seed) {
  std::string order;
  simulation world(seed);
  for (const char* name : {"a", "b", "c", "d", "e", "f", "g", "h"})
    static_cast<void>(note(world.runtime(), name, order));
  world.advance(0s);
  return order;
}

}  // namespace

TEST_CASE("a caller who blocks for what nobody will bring about is told so, instead of waiting for ever") {
  simulation world;
  auto [result, done] = make_async<int>(world.runtime().executor);
  CHECK_THROWS_WITH_AS(std::move(result).get(),
                       "a result was waited for with .get() in a simulation in which nothing is left to do, where it "
                       "could wait for itself",
                       would_deadlock);
  done.complete(1);
}

TEST_CASE("in a simulation a handler that blocks is refused as on a thread") {
  simulation world;
  std::string problem;
  auto waits = [](runtime on, std::string& said) -> async<void> {
    co_await next_turn(on.executor);
    try {
      sleep(on, 1s).get();
    } catch (const would_deadlock& refused) {
      said = refused.what();
    }
  }(world.runtime(), problem);
  std::move(waits).get();
  CHECK(problem == "a result was waited for with .get() on an executor thread, where it could wait for itself");
}

TEST_CASE("a caller who blocks does the work, and time goes on to whoever waits") {
  simulation world;
  const auto began = world.runtime().clock->now();
  std::string order;
  auto late = note(world.runtime(), "late", order, 90'000ms);
  auto soon = note(world.runtime(), "soon ", order, 1ms);
  std::move(late).get();
  CHECK(order == "soon late");
  CHECK(soon.ready());
  CHECK(world.runtime().clock->now() == began + 90s);
}

TEST_CASE("what is ready at once runs in the order of the seed, the same again, and in another for another") {
  CHECK(order_of(7) == order_of(7));
  std::set<std::string> orders;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) orders.insert(order_of(seed));
  CHECK(orders.size() > 15);
}

TEST_CASE("time that passes wakes who waits on the way, in order, each at his time") {
  simulation world;
  std::string order;
  const auto clock = world.runtime().clock;
  auto both = [](runtime on, std::string& into) -> async<void> {
    co_await sleep(on, 2s);
    into += to_rfc3339(on.clock->now()).substr(17, 2) + " ";
    co_await sleep(on, 2s);
    into += to_rfc3339(on.clock->now()).substr(17, 2);
  }(world.runtime(), order);
  auto between = note(world.runtime(), "between ", order, 3'000ms);
  world.advance(1999ms);
  CHECK(order == "");
  world.advance(10s);
  CHECK(order == "02 between 04");
  CHECK(to_rfc3339(clock->now()) == "2026-01-01T00:00:11.999000Z");
  CHECK(both.ready());
  CHECK(between.ready());
  CHECK_FALSE(world.skip_to_next());
}

TEST_CASE("who still waits when a simulation ends is told so, and nothing of it is left") {
  std::string told;
  {
    simulation world;
    auto waits = [](runtime on, std::string& into) -> async<void> {
      try {
        co_await sleep(on, 1h);
      } catch (const never_completed&) {
        into = "never";
      }
    }(world.runtime(), told);
    static_cast<void>(waits.ready());
  }
  CHECK(told == "never");
}

TEST_CASE("an executor by seed abandons what comes after its stop, and what is left when it is destroyed") {
  std::string order;
  auto executor = std::make_shared<seeded_executor>(1);
  const auto turn = [](std::shared_ptr<whence::executor> on, std::string& into) -> async<void> {
    try {
      co_await next_turn(std::move(on));
      into += "ran ";
    } catch (const never_completed&) {
      into += "never ";
    }
  };
  auto first = turn(executor, order);
  CHECK(executor->run_all() == 1);
  CHECK(order == "ran ");
  executor->stop();
  auto second = turn(executor, order);
  CHECK(second.ready());
  CHECK_FALSE(executor->run_one());
  CHECK_THROWS_AS(std::move(second).get(), never_completed);
}

TEST_CASE("a simulation ends, whatever goes on and on in it") {
  std::size_t turns = 0;
  {
    simulation world;
    auto forever = [](runtime on, std::size_t& count) -> async<void> {
      for (;;) {
        co_await next_turn(on.executor);
        ++count;
      }
    }(world.runtime(), turns);
    CHECK(world.run_one());
  }
  CHECK(turns == 1 + simulation::steps_at_end_max);
}
