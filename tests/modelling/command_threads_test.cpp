// Many senders at once: nothing is lost, nothing happens twice, versions stay dense.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <whence/store/log_source.hpp>

#include <tests/modelling/scripted_log.hpp>
#include <tests/temporary_folder.hpp>

using namespace bank;

namespace {

template <class Work>
void on_threads(int count, const Work& work) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back([&work, i] { work(i); });
}

whence::async<void> deposit_again_and_again(const whence::command_bus* bus, int number, std::atomic<int>* ended) {
  const whence::id<Account> id{"account-" + std::to_string(number)};
  co_await bus->send<Open>(id, "ada");
  for (int i = 0; i < 5; ++i) co_await bus->send<Deposit>(id, 1);
  ++*ended;
}

}  // namespace

TEST_CASE("writers of one aggregate all get their turn") {
  scripted_bus bank({.source = "bank", .conflicts = {.tries_max = 1'000}});
  REQUIRE(bank.bus.send<Open>(account, "ada").get().accepted());
  constexpr int threads = 6, commands = 40;
  std::atomic<int> accepted = 0;
  on_threads(threads, [&](int) {
    for (int i = 0; i < commands; ++i) accepted += bank.bus.send<Deposit>(account, 1).get().accepted() ? 1 : 0;
  });
  CHECK(accepted == threads * commands);
  CHECK(bank.load().state.balance == threads * commands);
  CHECK(bank.load().version == whence::stream_version{threads * commands + 1});
}

TEST_CASE("one command sent by many threads takes effect once, and all are told of it") {
  const scripted_bus bank({.source = "bank", .conflicts = {.tries_max = 1'000}});
  REQUIRE(bank.bus.send<Open>(account, "ada").get().accepted());
  for (int round = 0; round < 20; ++round) {
    const whence::command_context context{.id = whence::command_id{bank.runtime.make_uuid()}};
    std::atomic<int> first = 0, repeated = 0;
    on_threads(4, [&](int) {
      const auto outcome = bank.bus.send<DepositEach>(context, account, std::vector<std::int64_t>{1, 1}).get();
      (outcome.repeated() ? repeated : first) += outcome.events() == 2 ? 1 : 100;
    });
    CHECK(first == 1);
    CHECK(repeated == 3);
  }
  CHECK(bank.load().state.balance == 40);
}

TEST_CASE("what is merely held goes on while somebody blocks for something else, be it on disk or in memory") {
  const tests::temporary_folder folder;
  const auto runtime = whence::runtime::system();
  for (const bool on_disk : {true, false}) {
    CAPTURE(on_disk);
    const std::shared_ptr<whence::log> log =
        on_disk ? whence::sqlite(folder.file("bank.db")).open(runtime) : whence::memory().open(runtime);
    whence::command_bus bus(log, runtime);
    bus.add<Account>();
    std::atomic<int> ended = 0;
    std::vector<whence::async<void>> held;
    for (int i = 0; i < 20; ++i) held.push_back(deposit_again_and_again(&bus, i, &ended));
    auto last = deposit_again_and_again(&bus, 20, &ended);
    std::move(last).get();
    // Nobody has asked for the others.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    while (ended < 21 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    CHECK(ended == 21);
    for (whence::async<void>& each : held) std::move(each).get();
    log->close();
  }
}

TEST_CASE("results that are dropped, awaited and blocked for at once all complete") {
  const scripted_bus bank;
  std::vector<whence::async<whence::command_outcome>> held;
  for (int i = 0; i < 50; ++i) {
    const whence::id<Account> id{"held-" + std::to_string(i)};
    held.push_back(bank.bus.send<Open>(id, "ada"));
    static_cast<void>(bank.bus.send<Open>(whence::id<Account>{"dropped-" + std::to_string(i)}, "bob"));
  }
  on_threads(5, [&](int thread) {
    for (std::size_t i = static_cast<std::size_t>(thread); i < held.size(); i += 5)
      CHECK(std::move(held[i]).get().accepted());
  });
  while (bank.log->head() != whence::global_position{100}) std::this_thread::yield();
}
