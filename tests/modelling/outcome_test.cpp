// What `decide` can return.
#include <whence/modelling/outcome.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <string>

#include <tests/modelling/account.hpp>

using namespace bank;

namespace {

struct Weighed {
  static constexpr whence::event_type type{"Weighed"};
  double kilograms = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("kilograms", kilograms));
  }
};
struct Parcel {
  static constexpr whence::aggregate_type type{"Parcel"};
  using events = whence::events<Weighed>;
  void apply(const Weighed&) {}
};

std::string text_of(const whence::outcome<Account>& outcome) {
  std::string text;
  for (const auto& event : outcome.events())
    text += std::string(event.type.name) + " " + std::to_string(event.type.version) + " " + event.data + "\n";
  return text;
}

whence::outcome<Account> several() { return {Opened{"ada"}, Deposited{5}, Deposited{6}}; }
whence::outcome<Account> nothing() { return {}; }

}  // namespace

TEST_CASE("a refusal has no events") {
  const auto outcome = decide(Account{}, Withdraw{1});
  REQUIRE(outcome.rejection());
  CHECK(outcome.rejection()->code == "account.overdrawn");
  CHECK(outcome.events().empty());
}

TEST_CASE("an event that could not be read back is not decided") {
  CHECK_THROWS_AS(whence::outcome<Account>(Opened{"\xff"}), whence::encode_error);
  CHECK_THROWS_AS(whence::outcome<Parcel>(Weighed{std::numeric_limits<double>::infinity()}), whence::encode_error);
}

TEST_CASE("events stand in the order in which they were given") {
  CHECK(text_of(decide(Account{}, Open{"ada"})) == "Opened 2 {\"owner\":\"ada\"}\n");
  CHECK(text_of(several()) == "Opened 2 {\"owner\":\"ada\"}\nDeposited 1 {\"cents\":5}\nDeposited 1 {\"cents\":6}\n");
  CHECK(text_of(decide(Account{}, DepositEach{{1, 2}})) == "Deposited 1 {\"cents\":1}\nDeposited 1 {\"cents\":2}\n");
}

TEST_CASE("nothing may happen, and that is no refusal") {
  CHECK(nothing().rejection() == nullptr);
  CHECK(nothing().events().empty());
}

TEST_CASE("an outcome is copied and moved as a value") {
  const whence::outcome<Account> first = several();
  whence::outcome<Account> copy = first;
  CHECK(text_of(copy) == text_of(first));
  const whence::outcome<Account> moved = std::move(copy);
  CHECK(text_of(moved) == text_of(first));
}
