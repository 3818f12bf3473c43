/// What a test expected and did not find, and how that is told: thrown, unless a handler is set.
///
/// It needs no test framework: all of them show what an exception says. A framework can be told instead, of what failed and of what
/// was met; for doctest <whence/testing/doctest.hpp> does it.
#pragma once

#include <source_location>
#include <stdexcept>
#include <string>

namespace whence::testing::inline v0 {

/// `what()` is "<file>:<line>: <text>".
class failed_expectation final : public std::runtime_error {
 public:
  failed_expectation(std::string text, const std::source_location& where);

  /// What was expected, and each difference on a line of its own.
  const std::string& text() const noexcept { return text_; }
  /// Of the call that says what is expected.
  const char* file() const noexcept { return where_.file_name(); }
  int line() const noexcept { return static_cast<int>(where_.line()); }

 private:
  std::string text_;
  std::source_location where_;
};

using failure_handler = void (*)(const failed_expectation& failure);

/// What is done with failed expectations from now on, in the whole process; null: they are thrown. Returns what was done until
/// now. When the handler returns, the test goes on with what has really happened.
///
/// Threads  any.
failure_handler on_failure(failure_handler handler) noexcept;

using met_handler = void (*)();

/// What is called from now on for each expectation that is met, so that a test framework can count it; null: nothing. Returns what
/// was called until now.
///
/// Threads  any.
met_handler on_met(met_handler handler) noexcept;

}  // namespace whence::testing::inline v0
