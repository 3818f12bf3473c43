#include <whence/testing/log_contract.hpp>

#include <whence/testing/log_contract/workbench.hpp>

namespace whence::testing::inline v0 {

std::vector<clause> log_contract() {
  std::vector<clause> all;
  for (auto chapter :
       {append_clauses, expectation_clauses, condition_clauses, query_clauses, repetition_clauses, limit_clauses,
        reading_clauses, lookup_clauses, following_clauses, lifecycle_clauses, concurrency_clauses})
    for (auto& one : chapter()) all.push_back(std::move(one));
  return all;
}

}  // namespace whence::testing::inline v0
