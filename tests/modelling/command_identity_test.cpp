// A command's id takes effect once, whoever sends it again and when.
#include <doctest/doctest.h>

#include <string>

#include <tests/modelling/scripted_log.hpp>

using namespace bank;

namespace {

const whence::command_id id{whence::uuid::parse("0192f1b2-7a2f-7c3d-8e4f-5a6b7c8d9e0f")};

whence::command_context with_id(whence::command_id given = id) { return {.id = given}; }

}  // namespace

TEST_CASE("a command id that took effect for another command or another aggregate is refused") {
  const scripted_bus bank;
  CHECK(bank.bus.send<Open>(with_id(), account, "ada").get().accepted());
  CHECK_THROWS_AS(static_cast<void>(bank.bus.send<Deposit>(with_id(), account, 5).get()), whence::command_id_reused);
  try {
    static_cast<void>(bank.bus.send<Open>(with_id(), whence::id<Account>{"account-2"}, "ada").get());
    FAIL("it was sent");
  } catch (const whence::command_id_reused& problem) {
    CHECK(problem.code() == "command.id_reused");
    CHECK(problem.id == id);
    CHECK(std::string(problem.what()) ==
          "command 0192f1b2-7a2f-7c3d-8e4f-5a6b7c8d9e0f was Open on account-1, now it is Open on "
          "account-2; nothing was written");
  }
  CHECK(bank.events().size() == 1);
}

TEST_CASE("a repeat has no second effect, and is told the first") {
  const scripted_bus bank;
  CHECK(bank.bus.send<Open>(whence::id<Account>{"account-0"}, "bob").get().accepted());
  whence::command_context context = with_id();
  context.correlation = whence::correlation_id{whence::uuid::parse("0192f1b2-0000-7000-8000-000000000001")};
  const auto first = bank.bus.send<DepositEach>(context, account, std::vector<std::int64_t>{1, 2, 3}).get();
  CHECK_FALSE(first.repeated());
  CHECK(bank.bus.send<Deposit>(whence::id<Account>{"account-0"}, 7).get().accepted());

  context.correlation = whence::correlation_id{whence::uuid::parse("0192f1b2-0000-7000-8000-000000000002")};
  const auto again = bank.bus.send<DepositEach>(context, account, std::vector<std::int64_t>{100}).get();
  CHECK(again.accepted());
  CHECK(again.repeated());
  CHECK(again.events() == 3);
  CHECK(again.token() == first.token());
  CHECK(again.recorded() == first.recorded());
  CHECK(bank.load().state.balance == 6);
}

TEST_CASE("a repeat is recognised even where the command would be rejected now") {
  const scripted_bus bank;
  CHECK(bank.bus.send<Open>(with_id(), account, "ada").get().accepted());
  const auto again = bank.bus.send<Open>(with_id(), account, "ada").get();
  CHECK(again.accepted());
  CHECK(again.repeated());
  CHECK(bank.events().size() == 1);
}

TEST_CASE("a rejected command leaves no trace: its id can still take effect") {
  const scripted_bus bank;
  const auto refused = bank.bus.send<Deposit>(with_id(), account, 5).get();
  CHECK_FALSE(refused.accepted());
  CHECK(bank.bus.send<Open>(account, "ada").get().accepted());
  const auto accepted = bank.bus.send<Deposit>(with_id(), account, 5).get();
  CHECK(accepted.accepted());
  CHECK_FALSE(accepted.repeated());
}

TEST_CASE("a command with very many events is counted whole when it is repeated") {
  const scripted_bus bank;
  const std::vector<std::int64_t> amounts(300, 1);
  const auto first = bank.bus.send<DepositEach>(with_id(), account, amounts).get();
  CHECK(bank.bus.send<Deposit>(whence::id<Account>{"account-2"}, 1).get().rejection() != nullptr);
  const auto again = bank.bus.send<DepositEach>(with_id(), account, amounts).get();
  CHECK(again.events() == 300);
  CHECK(again.token() == first.token());
}
