/// With doctest a failed expectation is a failed check at the line that expects it, after which the test goes on, and one that is
/// met is counted among the assertions. Included in one file of the test program or in several, behind <doctest/doctest.h>;
/// without that in front of it, it does nothing.
#pragma once

#include <whence/testing/failed_expectation.hpp>

#ifdef DOCTEST_LIBRARY_INCLUDED

namespace whence::testing::inline v0::detail {

inline const bool tells_doctest = [] {
  on_failure([](const failed_expectation& failure) {
    if (!doctest::is_running_in_test) throw failure;
    DOCTEST_ADD_FAIL_CHECK_AT(failure.file(), failure.line(), failure.text());
  });
  on_met([] {
    if (doctest::is_running_in_test) DOCTEST_CHECK(true);
  });
  return true;
}();

}  // namespace whence::testing::inline v0::detail

#endif
