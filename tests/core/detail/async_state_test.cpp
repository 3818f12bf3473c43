// Races are run many times between two threads that start together: what they break shows as a wrong count, as a hang (the
// test's time limit), or under ASan and TSan. Lifetimes are counted by objects that know how many of them there are.
#include <doctest/doctest.h>

#include <atomic>
#include <barrier>
#include <functional>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include <whence/core/async.hpp>
#include <whence/core/executor.hpp>

#include <tests/core/allocations.hpp>
#include <tests/core/reports.hpp>

using namespace whence;

namespace {

/// Counts itself.
class counted {
 public:
  explicit counted(std::atomic<int>& alive) : alive_(&alive) { ++*alive_; }
  counted(const counted& other) : counted(*other.alive_) {}
  counted& operator=(const counted&) = delete;
  ~counted() { --*alive_; }

 private:
  std::atomic<int>* alive_;
};

/// Runs `left(i)` and `right(i)` at the same time, for each i. One side, then the other, is held back by a little more each
/// round, so that each moment of one meets each moment of the other.
void race(int rounds, const std::function<void(int)>& left, const std::function<void(int)>& right) {
  std::barrier start(2);
  const auto run = [&](const std::function<void(int)>& side, int held_back_in) {
    for (int i = 0; i < rounds; ++i) {
      start.arrive_and_wait();
      if (i % 2 == held_back_in) {
        for (std::atomic<int> spin{i / 2 % 500}; spin > 0;) spin.fetch_sub(1, std::memory_order_relaxed);
      }
      side(i);
    }
  };
  std::thread other([&] { run(right, 1); });
  run(left, 0);
  other.join();
}

/// For each round a result and its completion, so that each side of a race takes its half.
template <class T>
struct halves {
  std::vector<async<T>> results;
  std::vector<completion<T>> completers;

  halves(int rounds, const std::shared_ptr<executor>& pool) {
    for (int i = 0; i < rounds; ++i) {
      auto [result, completer] = make_async<T>(pool);
      results.push_back(std::move(result));
      completers.push_back(std::move(completer));
    }
  }
  async<T> result(int i) { return std::move(results[static_cast<std::size_t>(i)]); }
  completion<T> completer(int i) { return std::move(completers[static_cast<std::size_t>(i)]); }
};

constexpr int rounds = 20'000;

async<int> add(async<int> first, int second) { co_return co_await std::move(first) + second; }
async<int> number(int value) { co_return value; }
async<int> sum_of(std::vector<async<int>> results) {
  int sum = 0;
  for (async<int>& result : results) sum += co_await std::move(result);
  co_return sum;
}
async<int> sum_of_finished(int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) sum += co_await number(1);
  co_return sum;
}
/// A chain of coroutines, each of which awaits the one before.
async<int> nested(async<int> innermost, int depth) {
  for (int i = 0; i < depth; ++i) innermost = add(std::move(innermost), 1);
  return innermost;
}
async<void> holds_until(async<void> signal, [[maybe_unused]] counted argument, std::atomic<int>& alive) {
  const counted local(alive);
  co_await std::move(signal);
}

}  // namespace

TEST_CASE("20,000 results completed by another thread, awaited in one loop") {
  const auto pool = std::make_shared<thread_pool>(2);
  halves<int> all(rounds, pool);
  auto sum = sum_of(std::move(all.results));
  std::thread completing([&] {
    for (completion<int>& completer : all.completers) completer.complete(1);
  });
  CHECK(std::move(sum).get() == rounds);
  completing.join();
}

TEST_CASE("a hundred thousand finished results in one loop do not grow the stack") {
  CHECK(sum_of_finished(100'000).get() == 100'000);
}

TEST_CASE("a chain of 50,000 coroutines is completed without growing the stack") {
  for (const bool threads : {true, false}) {
    const std::shared_ptr<executor> pool = threads ? std::make_shared<thread_pool>(2) : nullptr;
    auto [innermost, completer] = make_async<int>(pool);
    auto outermost = nested(std::move(innermost), 50'000);
    std::thread([&completer = completer] { completer.complete(0); }).join();
    CHECK(std::move(outermost).get() == 50'000);
  }
}

TEST_CASE("no wake-up is lost between blocking and completing") {
  const auto pool = std::make_shared<thread_pool>(1);
  halves<int> all(rounds, pool);
  int sum = 0;
  race(rounds, [&](int i) { sum += all.result(i).get(); }, [&](int i) { all.completer(i).complete(1); });
  CHECK(sum == rounds);
}

TEST_CASE("no wake-up is lost between awaiting and completing") {
  const auto pool = std::make_shared<thread_pool>(1);
  halves<int> all(rounds, pool);
  std::vector<async<int>> sums;
  race(rounds, [&](int i) { sums.push_back(add(all.result(i), 1)); }, [&](int i) { all.completer(i).complete(1); });
  CHECK(sum_of(std::move(sums)).get() == 2 * rounds);
}

TEST_CASE("no callback is lost, and none runs twice, between chaining and completing") {
  const auto pool = std::make_shared<thread_pool>(2);
  halves<void> all(rounds, pool);
  auto calls = std::make_shared<std::atomic<int>>(0);
  race(
      rounds, [&](int i) { auto dropped = all.result(i).then([calls] { ++*calls; }); },
      [&](int i) { all.completer(i).complete(); });
  pool->stop();
  CHECK(calls->load() == rounds);
}

TEST_CASE("a result may be dropped while it is completed, failed or forgotten") {
  std::atomic<int> alive{0};
  const auto pool = std::make_shared<thread_pool>(1);
  const tests::reports reports(*pool);
  halves<counted> all(rounds, pool);
  race(
      rounds, [&](int i) { auto dropped = all.result(i); },
      [&](int i) {
        auto completer = all.completer(i);
        if (i % 3 == 0) completer.complete(counted(alive));
        if (i % 3 == 1) completer.fail(std::make_exception_ptr(std::runtime_error("failed")));
      });
  CHECK(alive == 0);
  CHECK(reports.texts().size() == rounds - (rounds + 2) / 3);  // failed and forgotten: each is reported once
}

TEST_CASE("the last reference to a result may go while its coroutine finishes") {
  const auto pool = std::make_shared<thread_pool>(2);
  std::atomic<int> alive{0};
  halves<void> all(rounds, pool);
  std::vector<async<void>> outer;
  for (int i = 0; i < rounds; ++i) outer.push_back(holds_until(all.result(i), counted(alive), alive));
  CHECK(alive == 2 * rounds);
  race(
      rounds, [&](int i) { auto dropped = std::move(outer[static_cast<std::size_t>(i)]); },
      [&](int i) { all.completer(i).complete(); });
  pool->stop();
  CHECK(alive == 0);
}

TEST_CASE("the first one wins between a stop request and a completion") {
  const auto pool = std::make_shared<thread_pool>(1);
  constexpr int races = 3'000;
  halves<int> all(races, pool);
  std::vector<std::stop_source> stops(races);
  std::vector<async<int>> sums;
  for (int i = 0; i < races; ++i) {
    sums.push_back(add(all.result(i).cancelled_by(stops[static_cast<std::size_t>(i)].get_token()), 1));
  }
  race(
      races, [&](int i) { stops[static_cast<std::size_t>(i)].request_stop(); },
      [&](int i) { all.completer(i).complete(1); });
  int completed = 0;
  int cancelled = 0;
  for (async<int>& sum : sums) {
    try {
      completed += std::move(sum).get() == 2;
    } catch (const operation_cancelled&) {
      ++cancelled;
    }
  }
  CHECK(completed + cancelled == races);
  MESSAGE(completed << " completed, " << cancelled << " cancelled");
}

TEST_CASE("a stop request may find the result dying, or be refused by its death") {
  const auto pool = std::make_shared<thread_pool>(1);
  constexpr int races = 3'000;
  std::vector<std::stop_source> stops(races);
  std::vector<async<int>> results;
  for (std::stop_source& stop : stops) {
    auto [result, completer] = make_async<int>(pool);
    completer.complete(1);
    results.push_back(std::move(result).cancelled_by(stop.get_token()));
  }
  race(
      races, [&](int i) { auto dropped = std::move(results[static_cast<std::size_t>(i)]); },
      [&](int i) { stops[static_cast<std::size_t>(i)].request_stop(); });
}

TEST_CASE("a coroutine that takes over an executor may be cancelled meanwhile") {
  const auto pool = std::make_shared<thread_pool>(1);
  constexpr int races = 3'000;
  halves<int> inner(races, pool);
  halves<int> first(races, nullptr);
  std::vector<std::stop_source> stops(races);
  std::vector<async<int>> outer;
  for (int i = 0; i < races; ++i) {
    std::vector<async<int>> both;
    both.push_back(first.result(i));
    both.push_back(inner.result(i));
    outer.push_back(sum_of(std::move(both)).cancelled_by(stops[static_cast<std::size_t>(i)].get_token()));
  }
  race(
      races, [&](int i) { first.completer(i).complete(1); },
      [&](int i) { stops[static_cast<std::size_t>(i)].request_stop(); });
  for (async<int>& result : outer) CHECK_THROWS_AS(std::move(result).get(), operation_cancelled);
  for (int i = 0; i < races; ++i) inner.completer(i).complete(1);
}

TEST_CASE("who gets a coroutine's result finds nothing of it left: no argument, no local") {
  const auto pool = std::make_shared<thread_pool>(1);
  std::atomic<int> alive{0};
  for (int i = 0; i < 1'000; ++i) {
    auto [signal, completer] = make_async<void>(pool);
    auto result = holds_until(std::move(signal), counted(alive), alive);
    CHECK(alive == 2);
    completer.complete();
    std::move(result).get();
    CHECK(alive == 0);
  }
}

TEST_CASE("an executor that has stopped lets go of what waits on it, and who waits for that is told") {
  const auto pool = std::make_shared<thread_pool>(1);
  std::atomic<int> alive{0};
  auto [signal, completer] = make_async<void>(pool);
  auto result = holds_until(std::move(signal), counted(alive), alive);
  const tests::reports reports(*pool);
  auto callback = std::move(result).then([] { FAIL("it cannot run any more"); });
  pool->stop();
  CHECK(alive == 2);
  completer.complete();
  CHECK(alive == 0);
  CHECK_THROWS_AS(std::move(callback).get(), never_completed);
  CHECK(reports.texts().empty());
}

TEST_CASE("what an executor lets go of passes on the failure that it would have seen, and reports nothing") {
  const auto pool = std::make_shared<thread_pool>(1);
  const tests::reports reports(*pool);
  auto [innermost, completer] = make_async<int>(pool);
  auto outermost = nested(std::move(innermost), 3);
  pool->stop();
  completer.fail(std::make_exception_ptr(std::runtime_error("the cause")));
  CHECK_THROWS_WITH(std::move(outermost).get(), "the cause");
  CHECK(reports.texts().empty());
}

TEST_CASE("a caller that blocks is woken although the executor has stopped") {
  const auto pool = std::make_shared<thread_pool>(1);
  auto [result, completer] = make_async<int>(pool);
  pool->stop();
  std::thread completing([&completer = completer] { completer.complete(7); });
  CHECK(std::move(result).get() == 7);
  completing.join();
}

TEST_CASE("a chain of 50,000 coroutines is let go of without growing the stack") {
  const auto pool = std::make_shared<thread_pool>(1);
  auto [innermost, completer] = make_async<int>(pool);
  auto outermost = nested(std::move(innermost), 50'000);
  pool->stop();
  completer.complete(0);
  CHECK_THROWS_AS(std::move(outermost).get(), never_completed);
}

TEST_CASE("completing and stopping at the same time loses nobody") {
  constexpr int races = 500;
  std::atomic<int> alive{0};
  std::vector<std::shared_ptr<thread_pool>> pools;
  std::vector<async<void>> results;
  std::vector<completion<void>> completers;
  for (int i = 0; i < races; ++i) {
    pools.push_back(std::make_shared<thread_pool>(1));
    auto [signal, completer] = make_async<void>(pools.back());
    results.push_back(holds_until(std::move(signal), counted(alive), alive));
    completers.push_back(std::move(completer));
  }
  race(
      races, [&](int i) { pools[static_cast<std::size_t>(i)]->stop(); },
      [&](int i) { completers[static_cast<std::size_t>(i)].complete(); });
  int finished = 0;
  int told = 0;
  for (async<void>& result : results) {
    try {
      std::move(result).get();
      ++finished;
    } catch (const never_completed&) {
      ++told;
    }
  }
  CHECK(finished + told == races);
  CHECK(alive == 0);
  MESSAGE(finished << " finished, " << told << " were told");
}

TEST_CASE("the executor may be destroyed by the coroutine that it runs") {
  std::atomic<int> alive{0};
  for (int i = 0; i < 200; ++i) {
    auto pool = std::make_shared<thread_pool>(2);
    auto [signal, completer] = make_async<void>(pool);
    auto result = holds_until(std::move(signal), counted(alive), alive);
    pool.reset();  // only the two results hold it now
    completer.complete();
    std::move(result).get();
    CHECK(alive == 0);
  }
}

TEST_CASE("a result costs one allocation; completing, posting and taking it cost none") {
  const auto pool = std::make_shared<manual_executor>();
  const tests::allocations making;
  auto [result, completer] = make_async<int>(pool);
  CHECK(making.count() == 1);
  auto [other, other_completer] = make_async<int>(pool);
  auto sum = add(std::move(other), 1);
  const tests::allocations completing;
  completer.complete(7);
  other_completer.complete(7);
  pool->run_all();
  const int first = std::move(result).get();
  const int second = std::move(sum).get();
  CHECK(completing.count() == 0);
  CHECK(first + second == 15);
}
