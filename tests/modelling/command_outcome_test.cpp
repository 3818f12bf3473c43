// A rejection that nobody looks at is reported: `co_await bus.send<X>(…);` drops it without a warning of g++ 12.
#include <whence/modelling/command_outcome.hpp>

#include <doctest/doctest.h>

#include <mutex>
#include <string>
#include <vector>

#include <tests/modelling/scripted_log.hpp>

using namespace bank;

namespace {

/// Collects what is reported to the executor.
struct reports {
  explicit reports(const whence::runtime& runtime) : executor(runtime.executor) {
    executor->on_report([this](const std::exception_ptr& failure) {
      try {
        std::rethrow_exception(failure);
      } catch (const std::exception& problem) {
        const std::scoped_lock lock(mutex);
        texts.emplace_back(problem.what());
      }
    });
  }
  ~reports() { executor->on_report({}); }

  std::shared_ptr<whence::executor> executor;
  std::mutex mutex;
  std::vector<std::string> texts;
};

whence::async<void> careless(const scripted_bus& bank) { co_await bank.bus.send<Deposit>(account, 5); }

}  // namespace

TEST_CASE("a rejection that nobody looked at is reported once, with the command and the reason") {
  const scripted_bus bank;
  reports seen(bank.runtime);
  careless(bank).get();
  REQUIRE(seen.texts.size() == 1);
  CHECK(seen.texts[0] == "Deposit on account-1 was rejected, and nobody looked: account.none (open it first)");
}

TEST_CASE("a rejection that was looked at is not reported, wherever it was moved") {
  const scripted_bus bank;
  reports seen(bank.runtime);
  {
    auto outcome = bank.bus.send<Deposit>(account, 5).get();
    CHECK_FALSE(outcome.accepted());
    auto moved = std::move(outcome);
    CHECK(moved.rejection() != nullptr);
  }
  CHECK(seen.texts.empty());
}

TEST_CASE("a rejection is reported when another outcome is assigned over it") {
  const scripted_bus bank;
  reports seen(bank.runtime);
  auto outcome = bank.bus.send<Deposit>(account, 5).get();
  outcome = bank.bus.send<Open>(account, "ada").get();
  CHECK(outcome.accepted());
  CHECK(seen.texts.size() == 1);
}

TEST_CASE("an acceptance that nobody looks at is nothing to report") {
  const scripted_bus bank;
  reports seen(bank.runtime);
  static_cast<void>(bank.bus.send<Open>(account, "ada").get());
  CHECK(seen.texts.empty());
}
