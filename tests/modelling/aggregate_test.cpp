// What counts as an aggregate, an event it folds, a command it decides. The sentences are in tests/compile_errors.
#include <whence/modelling/aggregate.hpp>

#include <doctest/doctest.h>

#include <tests/modelling/account.hpp>

namespace {

struct WithoutType {
  using events = whence::events<>;
};
struct WithoutEvents {
  static constexpr whence::aggregate_type type{"WithoutEvents"};
};
struct WithoutName {
  static constexpr whence::aggregate_type type{""};
  using events = whence::events<>;
};
struct Greedy {
  static constexpr whence::aggregate_type type{"Greedy"};
  using events = whence::events<bank::Opened>;
  void apply(const bank::Opened&) {}
  void apply(const bank::Withdrawn&) {}
};

}  // namespace

static_assert(whence::aggregate<bank::Account>);
static_assert(!whence::aggregate<WithoutType>);
static_assert(!whence::aggregate<WithoutEvents>);
static_assert(!whence::aggregate<WithoutName>);
static_assert(!whence::aggregate<bank::Opened>);
static_assert(!whence::aggregate<int>);

static_assert(whence::folds<bank::Account, bank::Opened>);
static_assert(!whence::folds<bank::Account, bank::Rated>);
static_assert(whence::detail::applies_only_listed<bank::Account>);
static_assert(!whence::detail::applies_only_listed<Greedy>);

TEST_CASE("an aggregate's state is the fold of its events") {
  bank::Account account;
  account.apply(bank::Opened{"ada"});
  account.apply(bank::Deposited{500});
  account.apply(bank::Withdrawn{200});
  CHECK(account.owner == "ada");
  CHECK(account.balance == 300);
}
