/// projection: a read model in a database, another one in memory.
#include <chrono>
#include <cstdint>
#include <memory>

#include <doctest/doctest.h>

#include <whence/app/application.hpp>
#include <whence/testing/given_events.hpp>

#include <tests/docs/examples/account.hpp>

using namespace bank;
using whence::testing::given_events, whence::testing::in;

namespace {

struct Turnover {
  static constexpr whence::projection_info info{"turnover", 1};
  using events = whence::events<Deposited>;

  std::int64_t cents = 0;
  void on(const Deposited& event, const whence::event_context&) { cents += event.cents; }
};

}  // namespace

TEST_CASE("a query waits for the write that it wants to see") {
  auto app = whence::application::on(whence::memory()).aggregate<Account>().projection<Balances>().start();
  const auto deposited = app.send<Deposit>(whence::id<Account>{"account-ada"}, 100).get();

  const auto balances = app.model<Balances>();
  balances.include(deposited.token());  // read your own write
  const auto cents = balances.read([](whence::sql::database& db) {
    return db.integer("SELECT cents FROM balances WHERE account = ?", {"account-ada"});
  });

  CHECK(cents == 100);
}

TEST_CASE("a read model in memory") {
  auto app = whence::application::on(whence::memory()).aggregate<Account>().projection<Turnover>().start();
  const auto deposited = app.send<Deposit>(whence::id<Account>{"account-ada"}, 100).get();

  const auto turnover = app.model<Turnover>();
  turnover.include(deposited.token());
  std::int64_t cents = 0;
  turnover.read([&cents](const Turnover& model) { cents = model.cents; });

  CHECK(cents == 100);
}

TEST_CASE("an account's balance is what was paid in and not taken out") {
  const whence::id<Account> ada{"account-ada"};
  given_events(in(ada, Deposited{100}), in(ada, Withdrawn{60}))
      .into<Balances>()
      .then_rows("SELECT account, cents FROM balances", {{"account-ada", 40}});
}
