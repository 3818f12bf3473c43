// Real time where the timer's own thread is what is tested, by sums that hold on a slow machine too; else a clock that stands.
#include <atomic>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <whence/core/simulation.hpp>
#include <whence/core/timer.hpp>

using namespace whence;
using namespace std::chrono_literals;

TEST_CASE("a sleep that is asked to stop ends with operation_cancelled at once") {
  const auto runtime = whence::runtime::system();
  std::stop_source stop;
  auto slept = sleep(runtime, 1h, stop.get_token());
  CHECK_FALSE(slept.ready());
  stop.request_stop();
  CHECK_THROWS_AS(std::move(slept).get(), operation_cancelled);
}

TEST_CASE("a timer that goes fails its sleepers instead of leaving them") {
  auto runtime = whence::runtime::system();
  auto slept = sleep(runtime, 1h);
  runtime.timer.reset();
  CHECK_THROWS_AS(std::move(slept).get(), never_completed);
}

TEST_CASE("a sleep lasts as long as it should, and for ever does not overflow") {
  const auto runtime = whence::runtime::system();
  std::stop_source stop;
  auto for_ever = sleep(runtime, std::chrono::nanoseconds::max(), stop.get_token());
  const auto began = runtime.clock->elapsed();
  sleep(runtime, 20ms).get();
  CHECK(runtime.clock->elapsed() - began >= 20ms);
  CHECK_FALSE(for_ever.ready());
  stop.request_stop();
}

TEST_CASE("sleepers wake in the order of their times, also one that came late with an early time") {
  const auto runtime = whence::runtime::system(1);
  for (;;) {
    std::vector<int> order;
    const auto began = runtime.clock->elapsed();
    auto late = sleep(runtime, 60ms).then([&order] { order.push_back(2); });
    auto early = sleep(runtime, 10ms).then([&order] { order.push_back(1); });
    const bool early_is_earlier =
        runtime.clock->elapsed() - began < 50ms;  // a busy machine may stop us between the two
    std::move(early).get();
    std::move(late).get();
    if (!early_is_earlier) continue;
    CHECK(order == std::vector<int>{1, 2});
    break;
  }
}

TEST_CASE("many threads sleep and cancel at once") {
  const auto runtime = whence::runtime::system();
  std::atomic<int> woken{0};
  std::atomic<int> cancelled{0};
  std::vector<std::thread> threads;
  for (int number = 0; number < 4; ++number) {
    threads.emplace_back([&, number] {
      for (int turn = 0; turn < 200; ++turn) {
        std::stop_source stop;
        auto slept = sleep(runtime, std::chrono::microseconds(turn % 7 * 100), stop.get_token());
        if ((turn + number) % 2 == 0) stop.request_stop();
        try {
          std::move(slept).get();
          ++woken;
        } catch (const operation_cancelled&) {
          ++cancelled;
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(woken + cancelled == 800);
  CHECK(woken >= 400);
}

TEST_CASE("a manual timer wakes nobody before its time") {
  const auto clock = std::make_shared<manual_clock>();
  const auto timer = std::make_shared<manual_timer>(clock);
  const auto executor = std::make_shared<manual_executor>();
  const runtime runtime(clock, std::make_shared<seeded_entropy>(1), system_files(), executor, timer);
  auto slept = sleep(runtime, 5s);
  CHECK(timer->wake_due() == 0);
  CHECK(timer->next_due() == 5s);
  clock->advance(4999ms);
  CHECK(timer->wake_due() == 0);
  clock->advance(1ms);
  CHECK(timer->wake_due() == 1);
  CHECK(slept.ready());
  CHECK_FALSE(timer->next_due().has_value());
}
