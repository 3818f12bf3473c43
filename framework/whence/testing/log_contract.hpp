/// The log's contract as tests: what every store must do, clause by clause. For authors of stores.
///
/// Needs no test framework: a clause that does not hold throws contract_broken. With doctest:
///
///     for (const auto& clause : log_contract()) {
///       SUBCASE(clause.name.c_str()) { CHECK_NOTHROW(clause.check(store)); }
///     }
#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include <whence/store/log_source.hpp>

namespace whence::testing::inline v0 {

/// A clause does not hold. `what()` says which expectation, and what was found instead.
struct contract_broken final : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Makes logs for the clauses.
class log_fixture {
 public:
  virtual ~log_fixture() = default;

  /// Where a new, empty log is, at every call another. What is closed and opened again through the same value must be there:
  /// clauses do so to see what a store keeps.
  virtual log_source fresh() const = 0;
};

/// One sentence of the contract.
struct clause {
  std::string name;
  std::function<void(const log_fixture&)> check;  ///< throws contract_broken
};

/// All clauses, in the order in which they are best read. Each makes its own logs, and needs no other clause to have run.
///
/// Limits   a clause waits up to 20 s for what must happen, and 50 ms for what must not.
/// Costs    about 1,500 commits in all; 17 threads at most.
std::vector<clause> log_contract();

}  // namespace whence::testing::inline v0
