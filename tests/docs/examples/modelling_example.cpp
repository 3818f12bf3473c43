/// modelling: a command to its aggregate, without an application around it.
#include <memory>

#include <doctest/doctest.h>

#include <whence/modelling/command_bus.hpp>
#include <whence/modelling/repository.hpp>
#include <whence/store/log_source.hpp>
#include <whence/testing/given.hpp>

#include <tests/docs/examples/account.hpp>

using namespace bank;
using whence::testing::given;

TEST_CASE("an account cannot be overdrawn") {
  given<Account>(Deposited{100}).when(Withdraw{60}).then(Withdrawn{60});
  given<Account>(Deposited{100}).when(Withdraw{250}).then_rejected("account.overdrawn");
}

TEST_CASE("a command takes effect once") {
  const auto runtime = whence::runtime::system();
  const std::shared_ptr<whence::log> log = whence::memory().open(runtime);
  whence::command_bus bus(log, runtime);
  bus.add<Account>();

  const whence::id<Account> ada{"account-ada"};
  const whence::command_context once{.id = whence::command_id{runtime.make_uuid()}};
  const auto first = bus.send<Deposit>(once, ada, 100).get();
  const auto again = bus.send<Deposit>(once, ada, 100).get();  // as after an answer that was lost on its way

  CHECK_FALSE(first.repeated());
  CHECK(again.repeated());
  CHECK(whence::repository(log).load(ada).state.cents == 100);
}
