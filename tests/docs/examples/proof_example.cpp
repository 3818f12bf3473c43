/// proof: a bank's log is signed, and held against what was signed of it.
#include <cstddef>
#include <string>

#include <doctest/doctest.h>

#include <whence/proof/check_proof.hpp>
#include <whence/proof/prove_log.hpp>

#include <tests/docs/examples/account.hpp>
#include <tests/temporary_folder.hpp>

TEST_CASE("a log is signed, and held against what was signed") {
  const auto runtime = whence::runtime::system();
  const whence::log_source source = whence::memory();
  const tests::temporary_folder folder;
  const auto app = whence::application::on(source).aggregate<bank::Account>().start();
  for (const int cents : {500, 200, 100})
    CHECK(app.send<bank::Deposit>(whence::id<bank::Account>{"account-ada"}, cents).get().accepted());

  whence::signing_key::make(folder.file("bank.key"));
  const auto key = whence::signing_key::read(folder.file("bank.key"));
  const whence::proved_log made = whence::prove_log(source, runtime, key, folder.file("bank.heads"));
  CHECK(made.position == whence::global_position{3});

  const auto public_key = whence::checking_key::read(folder.file("bank.key.pub"));
  const whence::proof_check found =
      whence::check_proof(source, runtime, public_key, folder.file("bank.heads"), {.known = made.newest});
  CHECK(found.holds());
}
