#include <whence/testing/contracts.hpp>

#include <vector>

#include <whence/contracts/released_contracts.hpp>
#include <whence/testing/report_failure.hpp>

namespace whence::testing::inline v0 {
namespace {

/// A test does not know by which program it is built beside.
contract_finding with_program(contract_finding found) {
  if (found.remedy.starts_with("whence "))
    found.remedy = "run it with the application's own executable: PROGRAM " + found.remedy;
  return found;
}

}  // namespace

void keeps_contracts(const event_contracts& contracts, const std::string& folder, const std::source_location& where) {
  const std::vector<contract_finding> found = check_contracts(contracts, folder);
  if (found.empty()) return report_met();
  std::string text = "what was released in " + folder + " is not what the program does";
  for (const contract_finding& one : found) text.append("\n  ").append(with_program(one).text());
  report_failure(text, where);
}

}  // namespace whence::testing::inline v0
