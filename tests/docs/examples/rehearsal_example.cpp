/// rehearsal: the next build of a bank's program, tried on its log.
#include <cstddef>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <whence/rehearsal/rehearsal.hpp>

#include <tests/docs/examples/account.hpp>
#include <tests/temporary_folder.hpp>

namespace {

using bank::Account;
using bank::Balances;

whence::upcasters account_upcasters() { return {}; }

std::size_t complain(const std::vector<whence::rehearsal_finding>& findings) { return findings.size(); }

/// As the headers of rehearsal show it.
std::size_t tried(const whence::log_source& source, const whence::runtime& runtime, const std::string& states) {
  const auto types = whence::program_types().aggregate<Account>().projection<Balances>().upcasting(account_upcasters());
  static_cast<void>(whence::rehearse(source, types, runtime, {.save_to = states}));
  const whence::rehearsal found = whence::rehearse(source, types, runtime, {.compare_with = states});
  if (!found.passed()) return complain(found.findings);
  return 0;
}

}  // namespace

TEST_CASE("a program is tried on a log before it is deployed") {
  const auto runtime = whence::runtime::system();
  const whence::log_source source = whence::memory();
  {
    const auto app = whence::application::on(source).aggregate<Account>().start();
    const whence::id<Account> ada{"account-ada"};
    CHECK(app.send<bank::Deposit>(ada, 500).get().accepted());
    CHECK(app.send<bank::Withdraw>(ada, 200).get().accepted());
    CHECK(app.send<bank::Deposit>(whence::id<Account>{"account-bob"}, 100).get().accepted());
  }

  const auto types = whence::program_types().aggregate<Account>();
  const whence::rehearsal found = whence::rehearse(source, types, runtime);
  CHECK(found.events == 3);
  CHECK(found.passed());

  const tests::temporary_folder folder;
  CHECK(tried(source, runtime, folder.file("bank.states")) == 0);
}
