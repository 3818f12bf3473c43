// A failed expectation is a failed check of doctest, at the line that expects it.
#include <doctest/doctest.h>

#include <whence/testing/failed_expectation.hpp>

static const auto before = whence::testing::on_failure([](const whence::testing::failed_expectation& failure) {
  ADD_FAIL_CHECK_AT(failure.file(), failure.line(), failure.text());
});
