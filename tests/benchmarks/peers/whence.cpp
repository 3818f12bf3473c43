// The same as peer.mjs, with Whence: appends for some seconds, and prints one line of JSON.
//
//   whence_peer whence FILE EVENTS CALLERS SECONDS
//
// Each call appends EVENTS events to one of 100,000 streams, chosen at random; each of CALLERS threads blocks for its result.
// Events are encoded and get their ids within the time that is measured, as they do on the other side.
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include <whence/core/async.hpp>
#include <whence/serialization/json.hpp>
#include <whence/store/log.hpp>
#include <whence/store/log_source.hpp>

#include <tests/benchmarks/workload.hpp>

namespace {

constexpr std::uint64_t streams = 100'000;

struct randoms {
  std::uint64_t state;
  std::uint64_t below(std::uint64_t limit) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (state >> 33) % limit;
  }
};

std::string order_placed(randoms& dice) {
  bench::OrderPlaced placed{
      .customer = "customer-" + std::to_string(dice.below(streams)), .country = "United Kingdom", .lines = {}};
  for (int line = 0; line < 3; ++line) {
    placed.lines.push_back({.item = "item-" + std::to_string(10'000 + dice.below(4'000)),
                            .quantity = static_cast<std::int64_t>(1 + dice.below(24)),
                            .cents = static_cast<std::int64_t>(100 + dice.below(5'000))});
  }
  return whence::encode(placed);
}

whence::append_batch next_call(const whence::runtime& runtime, randoms& dice, std::size_t events) {
  whence::stream_append part{.stream = "order-" + std::to_string(dice.below(streams)),
                             .aggregate_type = "order",
                             .expected = whence::expected_version::any(),
                             .events = {}};
  const whence::correlation_id correlation(runtime.make_uuid());
  for (std::size_t event = 0; event < events; ++event) {
    part.events.push_back(
        {.id = whence::event_id(runtime.make_uuid()),
         .type = "OrderPlaced",
         .occurred_at = runtime.clock->now(),
         .data = order_placed(dice),
         .metadata =
             {.correlation = correlation, .causation = {}, .causation_type = {}, .source = {}, .traceparent = {}},
         .tags = {}});
  }
  return {{std::move(part)}};
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 6) {
    std::cerr << "whence_peer whence FILE EVENTS CALLERS SECONDS\n";
    return 2;
  }
  const auto events = static_cast<std::size_t>(std::atoi(argv[3]));
  const int callers = std::atoi(argv[4]);
  const std::chrono::duration<double> length(std::atof(argv[5]));
  const whence::runtime runtime = whence::runtime::system(2);
  const auto log = whence::sqlite(argv[2]).open(runtime);
  std::atomic<std::uint64_t> committed{0};
  std::atomic<std::uint64_t> refused{0};
  const auto begun = std::chrono::steady_clock::now();
  {
    std::vector<std::jthread> threads;
    for (int caller = 1; caller <= callers; ++caller) {
      threads.emplace_back([&, dice = randoms{static_cast<std::uint64_t>(caller)}]() mutable {
        while (std::chrono::steady_clock::now() - begun < length) {
          const bool done = log->append(next_call(runtime, dice, events)).get().committed() != nullptr;
          (done ? committed : refused) += done ? events : 1;
        }
      });
    }
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  std::cout << "{\"events_per_s\": " << static_cast<double>(committed) / took.count() << ", \"refused\": " << refused
            << ", \"why\": \"\"}\n";
} catch (const std::exception& failure) {
  std::cerr << "whence_peer: " << failure.what() << '\n';
  return 1;
}
