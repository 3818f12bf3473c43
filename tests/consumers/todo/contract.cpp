// The log in memory honours the contract: the test kit needs no test framework.
#include <iostream>

#include <whence/testing/log_contract.hpp>

struct fixture final : whence::testing::log_fixture {
  whence::log_source fresh() const override { return whence::memory(); }
};

int main() {
  const auto clauses = whence::testing::log_contract();
  clauses.front().check(fixture{});
  std::cout << "holds: " << clauses.front().name << '\n';
}
