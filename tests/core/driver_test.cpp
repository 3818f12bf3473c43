// The driver here does what the committer of a log does: a caller that blocks takes the work, or stands in a list and sleeps.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <condition_variable>
#include <latch>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include <whence/core/async.hpp>
#include <whence/core/driver.hpp>
#include <whence/core/executor.hpp>
#include <whence/core/guarded.hpp>

#include <tests/core/reports.hpp>

using namespace whence;

namespace {

using thread_id = std::thread::id;

/// Completes what is queued, on the thread of a caller that blocks; one at a time holds the token.
class workshop final : public driver {
 public:
  void queue(completion<thread_id> job) {
    auto own = state_.lock();
    own->jobs.push_back(std::move(job));
    if (own->sleepers.empty()) return;
    own->sleepers.front()->wake();
  }

  void drive(waiter& caller) override {
    std::vector<completion<thread_id>> jobs;
    {
      auto own = state_.lock();
      ++own->drives;
      if (!own->busy && !own->jobs.empty()) {
        own->busy = true;
        jobs.swap(own->jobs);
      } else if (!caller.result_ready()) {
        own->sleepers.push_back(&caller);
      } else {
        return;
      }
    }
    if (!jobs.empty()) {
      for (auto& job : jobs) job.complete(std::this_thread::get_id());
      auto own = state_.lock();
      own->busy = false;
      if (!own->jobs.empty() && !own->sleepers.empty()) own->sleepers.front()->wake();
      return;
    }
    asleep_.fetch_add(1);
    asleep_.notify_all();
    caller.sleep();
    asleep_.fetch_sub(1);
    auto own = state_.lock();
    std::erase(own->sleepers, &caller);
    // A wake that was meant for somebody with work to do is handed on.
    if (caller.result_ready() && !own->busy && !own->jobs.empty() && !own->sleepers.empty())
      own->sleepers.front()->wake();
  }

  void proceed() noexcept override { ++proceeds_; }

  void close() {
    std::vector<completion<thread_id>> forgotten;
    auto own = state_.lock();
    forgotten.swap(own->jobs);
  }

  int drives() {
    auto own = state_.lock();
    return own->drives;
  }
  int proceeds() const { return proceeds_; }
  /// Returns once a caller sleeps in `drive`.
  void wait_for_sleeper() const {
    while (asleep_ == 0) std::this_thread::yield();
  }

 private:
  struct state {
    std::vector<completion<thread_id>> jobs;
    std::vector<waiter*> sleepers;
    bool busy = false;
    int drives = 0;
  };
  guarded<state> state_;
  std::atomic<int> asleep_{0};
  std::atomic<int> proceeds_{0};
};

struct workshop_fixture {
  std::shared_ptr<thread_pool> pool = std::make_shared<thread_pool>(1);
  std::shared_ptr<workshop> shop = std::make_shared<workshop>();
  tests::reports reports{*pool};  // of jobs that were dropped and never done

  ~workshop_fixture() { shop->close(); }

  /// As an append: only queues.
  async<thread_id> order() const {
    auto [result, job] = make_async<thread_id>(pool, shop);
    shop->queue(std::move(job));
    return std::move(result);
  }
};

async<thread_id> pass(async<thread_id> inner) { co_return co_await std::move(inner); }
async<thread_id> pass_after(async<void> first, async<thread_id> inner) {
  co_await std::move(first);
  co_return co_await std::move(inner);
}
async<std::vector<thread_id>> twice(const workshop_fixture* fixture) {
  std::vector<thread_id> done;
  done.push_back(co_await fixture->order());
  done.push_back(co_await fixture->order());
  co_return done;
}

thread_id here() { return std::this_thread::get_id(); }

}  // namespace

TEST_CASE_FIXTURE(workshop_fixture, "a caller that blocks does the work itself: no other thread takes part") {
  CHECK(order().get() == here());
  CHECK(shop->drives() == 1);
  CHECK(shop->proceeds() == 0);
}

TEST_CASE_FIXTURE(workshop_fixture, "a result that is there already is taken without driving") {
  auto first = order();
  CHECK(order().get() == here());
  CHECK(std::move(first).get() == here());
  CHECK(shop->drives() == 1);
}

TEST_CASE_FIXTURE(workshop_fixture, "a caller that blocks for a coroutine does the work that the coroutine waits for") {
  CHECK(pass(order()).get() == here());
  CHECK(pass(pass(pass(order()))).get() == here());
  CHECK(shop->proceeds() == 0);
  CHECK(order().then([](thread_id id) { return id; }).get() == here());  // if no other thread was quicker
}

TEST_CASE_FIXTURE(workshop_fixture, "a caller that already sleeps is woken to do what its coroutine now waits for") {
  for (int depth : {0, 1, 5}) {
    auto [first, completer] = make_async<void>(pool);
    auto result = pass_after(std::move(first), order());
    for (int i = 0; i < depth; ++i) result = pass(std::move(result));
    std::thread later([&completer = completer] {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      completer.complete();
    });
    CHECK(std::move(result).get() == here());
    later.join();
  }
}

TEST_CASE_FIXTURE(workshop_fixture, "a coroutine's later work is done by the caller that blocks for it") {
  CHECK(twice(this).get() == std::vector{here(), here()});
}

TEST_CASE_FIXTURE(workshop_fixture, "a caller that sleeps in the list of one driver is woken by another driver") {
  const auto other = std::make_shared<workshop>();
  auto [first, first_job] = make_async<thread_id>(pool, other);
  auto second = order();
  auto both = std::move(first).then([&second](thread_id) { return std::move(second); });
  std::thread later([&other = *other, &job = first_job] {
    other.wait_for_sleeper();
    job.complete(here());
  });
  CHECK(std::move(both).get() == here());
  CHECK(other->drives() >= 1);
  later.join();
}

TEST_CASE_FIXTURE(workshop_fixture, "a caller that sleeps in a driver's list is woken when there is work for it") {
  auto [result, job] = make_async<thread_id>(pool, shop);
  std::thread later([&shop = *shop, &job = job] {
    shop.wait_for_sleeper();
    shop.queue(std::move(job));  // and goes away: the sleeper has to do it
  });
  CHECK(std::move(result).get() == here());
  later.join();
}

TEST_CASE_FIXTURE(workshop_fixture, "a wake that comes before the sleep is not lost") {
  struct hasty final : driver {
    void drive(waiter& caller) override {
      caller.wake();
      caller.sleep();
      job->complete(7);
    }
    std::optional<completion<int>> job;
  };
  const auto driver = std::make_shared<hasty>();
  auto [result, job] = make_async<int>(pool, driver);
  driver->job.emplace(std::move(job));
  CHECK(std::move(result).get() == 7);
}

TEST_CASE_FIXTURE(workshop_fixture, "completing wakes a caller that sleeps in a driver's list") {
  auto [result, job] = make_async<thread_id>(pool, shop);
  thread_id completing;
  std::thread later([&shop = *shop, &completing, &job = job] {
    shop.wait_for_sleeper();
    completing = here();
    job.complete(here());
  });
  const thread_id done_by = std::move(result).get();
  later.join();
  CHECK(done_by == completing);
}

TEST_CASE_FIXTURE(
    workshop_fixture,
    "the driver hears that nobody will block: dropped, with a callback, asked for, or awaited by nobody who blocks") {
  {
    auto dropped = order();
  }
  CHECK(shop->proceeds() == 1);
  {
    const auto kept = order().then([](thread_id) {});  // its callback does not depend on who keeps it
    CHECK(shop->proceeds() == 2);
  }
  const int told = shop->proceeds();
  {
    auto dropped = pass(pass(order()));
  }
  CHECK(shop->proceeds() == told + 1);
  auto asked = order();
  CHECK_FALSE(asked.ready());
  CHECK(shop->proceeds() == told + 2);
  CHECK(std::move(asked).get() == here());
  auto held = pass(order());  // may still be waited for
  CHECK(shop->proceeds() == told + 2);
  CHECK(std::move(held).get() == here());
}

TEST_CASE_FIXTURE(workshop_fixture, "a coroutine that nobody waits for tells each driver that it comes to wait for") {
  auto [first, completer] = make_async<void>(pool);
  {
    auto dropped = pass_after(std::move(first), order());
  }
  CHECK(shop->proceeds() == 0);
  completer.complete();
  pool->stop();
  CHECK(shop->proceeds() == 1);
}

TEST_CASE_FIXTURE(workshop_fixture, "a driver that throws ends the wait, and takes nothing else with it") {
  struct broken final : driver {
    void drive(waiter&) override { throw std::runtime_error("broken"); }
  };
  auto [result, job] = make_async<int>(pool, std::make_shared<broken>());
  CHECK_THROWS_WITH(std::move(result).get(), "broken");
  job.complete(1);
}

TEST_CASE_FIXTURE(workshop_fixture, "eight callers share the work, and each gets its result") {
  std::atomic<int> done{0};
  std::latch start(8);
  std::vector<std::thread> callers;
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back([&, i] {
      start.arrive_and_wait();
      for (int round = 0; round < 500; ++round) {
        auto result = order();
        if (i % 2 == 0) result = pass(std::move(result));
        std::move(result).get();
        ++done;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  CHECK(done == 8 * 500);
}

TEST_CASE(
    "a driver that wants to know is told once a result is finished, at once if it is already, and not after its end") {
  struct listener final : driver {
    void drive(waiter& caller) override { caller.sleep(); }
    void proceed() noexcept override { ++told; }
    std::atomic<int> told = 0;
  };
  const auto pool = std::make_shared<manual_executor>();
  const auto listening = std::make_shared<listener>();
  auto [result, done] = make_async<int>(pool);
  detail::async_access::tell_when_finished(result, listening);
  CHECK(listening->told == 0);
  CHECK_FALSE(detail::async_access::taken_if_finished(result));
  done.complete(7);
  CHECK(listening->told == 1);
  detail::async_access::tell_when_finished(result, listening);
  CHECK(listening->told == 2);
  CHECK(detail::async_access::taken_if_finished(result) == 7);

  auto [forgotten, dropped] = make_async<int>(pool);
  {
    const auto gone = std::make_shared<listener>();
    detail::async_access::tell_when_finished(forgotten, gone);
  }
  dropped.complete(8);
  CHECK(detail::async_access::taken_if_finished(forgotten) == 8);
}

TEST_CASE(
    "whoever asks to be told while a result is being finished is told once, finds it, and may let go of it at once") {
  struct keeper final : driver {
    void drive(waiter& caller) override { caller.sleep(); }
    void proceed() noexcept override {
      taken = detail::async_access::taken_if_finished(*kept).value_or(-1);
      kept.reset();
      ++told;
      told.notify_all();
    }
    std::optional<async<int>> kept;
    int taken = 0;
    std::atomic<int> told = 0;
  };
  constexpr int rounds = 3'000;
  // Which of the two comes first changes with the rounds.
  const auto idle = [](int steps) {
    for (std::atomic<int> step = 0; step < steps; ++step) {
    }
  };
  const auto pool = std::make_shared<manual_executor>();
  std::barrier both(2);
  std::optional<completion<int>> finishing;
  std::thread finisher([&] {
    for (int round = 0; round < rounds; ++round) {
      both.arrive_and_wait();
      idle(round % 64);
      finishing->complete(round);
      both.arrive_and_wait();
    }
  });
  int told = 0;
  int found = 0;
  for (int round = 0; round < rounds; ++round) {
    const auto keeping = std::make_shared<keeper>();
    auto [result, done] = make_async<int>(pool);
    keeping->kept.emplace(std::move(result));
    finishing.emplace(std::move(done));
    both.arrive_and_wait();
    idle(round / 64 % 64);
    detail::async_access::tell_when_finished(*keeping->kept, keeping);
    both.arrive_and_wait();
    keeping->told.wait(0);
    told += keeping->told;
    found += keeping->taken == round ? 1 : 0;
  }
  finisher.join();
  CHECK(told == rounds);
  CHECK(found == rounds);
}
