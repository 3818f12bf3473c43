#include <doctest/doctest.h>

#include <chrono>
#include <condition_variable>
#include <thread>
#include <type_traits>
#include <vector>

#include <whence/core/guarded.hpp>

using namespace whence;

static_assert(!std::is_copy_constructible_v<guarded<int>> && !std::is_copy_constructible_v<guarded<int>::access>);

TEST_CASE("what is guarded is changed by one at a time") {
  guarded<int> count;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 10'000; ++round) {
        auto own = count.lock();
        ++*own;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  auto own = count.lock();
  CHECK(*own == 40'000);
}

TEST_CASE("a waiter lets others in, and goes on when its condition holds") {
  guarded<std::vector<int>> values(std::in_place, 2, 7);
  std::condition_variable changed;
  std::thread other([&] {
    auto own = values.lock();
    own->push_back(8);
    changed.notify_one();
  });
  {
    auto own = values.lock();
    own.wait(changed, [&] { return own->size() == 3; });
    CHECK(*own == std::vector{7, 7, 8});
  }
  other.join();
  auto own = values.lock();
  CHECK_FALSE(own.wait_for(changed, std::chrono::milliseconds(1), [&] { return own->empty(); }));
}
