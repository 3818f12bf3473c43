/// resilience: trying again, with growing pauses and an end.
#include <chrono>

#include <doctest/doctest.h>

#include <whence/core/error.hpp>
#include <whence/core/runtime.hpp>
#include <whence/resilience/retry.hpp>

namespace {

struct printer_busy final : whence::error {
  printer_busy() : error("printer.busy", whence::next_move::retry, {.what = "the printer is busy"}) {}
};

}  // namespace

TEST_CASE("an operation that fails for a while is tried again") {
  const whence::runtime runtime = whence::runtime::system();
  int calls = 0;
  const auto print = [&calls] {
    if (++calls < 3) throw printer_busy{};
    return calls;
  };

  const whence::retry_policy policy{.tries_max = 5, .pause_first = std::chrono::milliseconds{1}};
  CHECK(whence::retry(policy, runtime, print).get() == 3);
}
