// The contract on each store; and the contract itself: a store that does nothing fails every clause, and a log with one fault,
// each of them seen in another system, fails the clause that was written for it.
#include <doctest/doctest.h>

#include <set>

#include <tests/store/faulty_log.hpp>
#include <tests/store/nothing_store.hpp>

#include <whence/testing/log_contract.hpp>

using whence::testing::log_contract;

namespace {

class memory_fixture final : public whence::testing::log_fixture {
 public:
  whence::log_source fresh() const override { return whence::memory(); }
};

void honours_the_contract(const whence::testing::log_fixture& store) {
  for (const auto& clause : log_contract()) {
    SUBCASE(clause.name.c_str()) { CHECK_NOTHROW(clause.check(store)); }
  }
}

}  // namespace

TEST_CASE("the memory log honours the contract") { honours_the_contract(memory_fixture{}); }

TEST_CASE("a store that does nothing fails every clause") {
  for (const auto says : {tests::nothing::says_committed, tests::nothing::says_refused}) {
    for (const auto& clause : log_contract()) {
      CAPTURE(clause.name);
      CHECK_THROWS(clause.check(tests::nothing_store(says)));
    }
  }
}

TEST_CASE("each clause has a name of its own") {
  std::set<std::string> names;
  for (const auto& clause : log_contract()) CHECK(names.insert(clause.name).second);
}

TEST_CASE("a log with one fault breaks the clause that looks for it") {
  for (const auto& fault : tests::known_faults()) {
    CAPTURE(fault.name);
    bool found = false;
    for (const auto& clause : log_contract()) {
      if (clause.name != fault.broken_clause) continue;
      found = true;
      CHECK_THROWS_AS(clause.check(tests::faulty_store(fault)), whence::testing::contract_broken);
    }
    CHECK(found);
  }
}
