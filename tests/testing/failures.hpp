/// What an expectation that is not met says.
#pragma once

#include <string>

#include <whence/testing/failed_expectation.hpp>

namespace failures {

/// The text of the failure in it; "nothing failed" if there is none.
template <class Test>
std::string text_of(Test test) {
  try {
    test();
  } catch (const whence::testing::failed_expectation& failure) {
    return failure.text();
  }
  return "nothing failed";
}

}  // namespace failures
