/// subscription: everything in the log, in order, at least once.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <whence/app/application.hpp>
#include <whence/subscription/subscription.hpp>

#include <tests/docs/examples/account.hpp>

namespace {

/// Keeps what it saw and how far it came together: here in memory, else in one transaction.
class letters final : public whence::subscription_handler {
 public:
  whence::checkpoint load() override { return kept_; }

  void handle(const whence::event_page& page, const whence::checkpoint& reached) override {
    for (const whence::recorded_event& event : page) written.push_back(std::string(event.stream));
    kept_ = reached;
  }

  std::vector<std::string> written;

 private:
  whence::checkpoint kept_;
};

}  // namespace

TEST_CASE("a subscription sees the past, then what comes") {
  const auto runtime = whence::runtime::system();
  const std::shared_ptr<whence::log> log = whence::memory().open(runtime);
  whence::command_bus bus(log, runtime);
  bus.add<bank::Account>();
  const auto before = bus.send<bank::Deposit>(whence::id<bank::Account>{"account-ada"}, 100).get();

  const auto handler = std::make_shared<letters>();
  auto subscription = whence::subscription::start(
      log, runtime, {.name = "letters", .filter = {.aggregate_types = {}, .event_types = {"Deposited"}}, .page = {}},
      handler);
  const auto after = bus.send<bank::Deposit>(whence::id<bank::Account>{"account-bob"}, 30).get();
  subscription.reached(after.token().position).get();
  subscription.stop();

  CHECK(handler->written == std::vector<std::string>{"account-ada", "account-bob"});
  CHECK(before.accepted());
}
