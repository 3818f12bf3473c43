// Ids are made from a clock that the test moves and bits that it knows.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include <whence/core/runtime.hpp>
#include <whence/core/simulation.hpp>

using namespace whence;
using namespace std::chrono;

namespace {

/// The same bits for ever.
class constant_entropy final : public entropy {
 public:
  explicit constant_entropy(std::uint64_t bits) : bits_(bits) {}
  std::uint64_t bits() override { return bits_; }

 private:
  std::uint64_t bits_;
};

struct simulated {
  std::shared_ptr<manual_clock> clock = std::make_shared<manual_clock>();
  runtime made;

  explicit simulated(std::shared_ptr<entropy> random)
      : made(clock, std::move(random), system_files(), std::make_shared<manual_executor>()) {}
};

bool ascending(const std::vector<uuid>& ids) {
  return std::ranges::adjacent_find(ids, [](const uuid& a, const uuid& b) { return a >= b; }) == ids.end();
}

}  // namespace

TEST_CASE("ids are UUIDv7 of the clock's time") {
  simulated run(std::make_shared<seeded_entropy>(1));
  const uuid id = run.made.make_uuid();
  CHECK(id.version() == 7);
  CHECK((id.bytes()[8] >> 6) == 2);
  CHECK(id.time() == run.clock->now());
  run.clock->advance(1500us);
  CHECK(run.made.make_uuid().time() == floor<milliseconds>(run.clock->now()));
}

TEST_CASE("ids ascend within a millisecond, beyond the counter, and when the clock steps back") {
  for (const std::uint64_t bits : {std::uint64_t{0}, ~std::uint64_t{0}, std::uint64_t{0x7ff}}) {
    simulated run(std::make_shared<constant_entropy>(bits));
    const timestamp start = run.clock->now();
    std::vector<uuid> ids;
    const auto make = [&](int count) {
      for (int i = 0; i < count; ++i) ids.push_back(run.made.make_uuid());
    };
    make(10'000);
    CHECK(ids.back().time() <= start + 5ms);  // at least 2,048 ids a millisecond before the clock is outrun
    run.clock->set(start - 1h);
    make(10'000);
    run.clock->set(start);
    make(10);
    run.clock->set(start + 1h);
    make(10);
    CHECK(ids.back().time() == start + 1h);
    CHECK(ascending(ids));
  }
}

TEST_CASE("a new millisecond seeds the counter at random, with room above") {
  simulated run(std::make_shared<seeded_entropy>(7));
  std::set<int> seeds;
  for (int i = 0; i < 1'000; ++i) {
    run.clock->advance(1ms);
    const auto bytes = run.made.make_uuid().bytes();
    const int seed = (bytes[6] & 0x0f) << 8 | bytes[7];
    CHECK(seed < 0x800);
    seeds.insert(seed);
  }
  CHECK(seeds.size() > 500);
}

TEST_CASE("copies of a runtime share the sequence, from any thread") {
  const runtime made = runtime::system(1);
  std::vector<std::vector<uuid>> of_threads(4);
  std::vector<std::thread> threads;
  for (auto& ids : of_threads) {
    threads.emplace_back([copy = made, &ids] {
      for (int i = 0; i < 5'000; ++i) ids.push_back(copy.make_uuid());
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<uuid> all;
  for (const auto& ids : of_threads) {
    CHECK(ascending(ids));
    all.insert(ids.begin(), ids.end());
  }
  CHECK(all.size() == 20'000);
}

TEST_CASE("the system's runtime has the system's time, bits that differ, files and threads") {
  const runtime made = runtime::system(1);
  const auto away = abs(made.clock->now() - floor<microseconds>(system_clock::now()));
  CHECK(away < 1min);
  const auto before = made.clock->elapsed();
  CHECK(made.clock->elapsed() >= before);
  std::set<std::uint64_t> bits;
  for (int i = 0; i < 1'000; ++i) bits.insert(made.entropy->bits());
  CHECK(bits.size() == 1'000);
  CHECK(made.files->status("/")->directory);
  CHECK_FALSE(made.executor->is_current_thread());
}
