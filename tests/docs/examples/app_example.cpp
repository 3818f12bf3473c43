/// app: one process that writes, and another one that looks.
#include <doctest/doctest.h>

#include <whence/app/application.hpp>
#include <whence/app/visitor.hpp>

#include <tests/docs/examples/account.hpp>
#include <tests/temporary_folder.hpp>

using namespace bank;

TEST_CASE("an application, and a visitor to its log") {
  const tests::temporary_folder folder;
  const auto place = whence::sqlite(folder.file("bank.db"));
  const whence::id<Account> ada{"account-ada"};
  {
    auto app = whence::application::on(place).named("bank").aggregate<Account>().projection<Balances>().start();
    const auto deposited = app.send<Deposit>(ada, 100).get();
    CHECK(deposited.accepted());
  }  // stops in order: commands on their way, projections, the log

  // As another program would, while the application runs or not:
  const auto bank = whence::visitor::to(place).aggregate<Account>().projection<Balances>().open();
  const auto rows = bank.model<Balances>().read(
      [](whence::sql::database& db) { return db.integer("SELECT count(*) FROM balances"); });
  CHECK(rows == 1);
  CHECK(bank.load(ada).state.cents == 100);
}
