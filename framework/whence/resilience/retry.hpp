/// Retry: how often, how long between, and when to give up. The pauses grow and have jitter, so that those who failed
/// together do not come back together.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <stop_token>
#include <type_traits>
#include <utility>

#include <whence/core/async.hpp>
#include <whence/core/runtime.hpp>
#include <whence/core/timer.hpp>

namespace whence::inline v0 {

/// How often something that fails is tried, and how long between. A value: `{.tries_max = 10}`.
struct retry_policy {
  std::uint32_t tries_max = 5;  ///< the first one counts; 0 or 1: no second try
  std::chrono::nanoseconds pause_first = std::chrono::milliseconds{20};
  std::chrono::nanoseconds pause_max = std::chrono::seconds{5};   ///< each pause is twice the one before, up to this
  std::chrono::nanoseconds total_max = std::chrono::seconds{60};  ///< no try begins later than this after the first

  friend bool operator==(const retry_policy&, const retry_policy&) = default;
};

/// The tries of one operation: begun when it is made, asked after each failure.
///
/// Threads  one at a time.
class backoff {
 public:
  backoff(const retry_policy& policy, const runtime& runtime);

  /// The try has failed: how long to wait before the next one, or nothing when it was the last.
  /// Between a half and the whole of the policy's pause, by the runtime's entropy; cut so that the next try begins in time.
  std::optional<std::chrono::nanoseconds> next();

  /// How many tries there were so far, the one in hand included.
  std::uint32_t tries() const noexcept { return tries_; }

  /// It went well: the next failure is a first one again.
  void reset();

 private:
  retry_policy policy_;
  std::shared_ptr<whence::clock> clock_;
  std::shared_ptr<whence::entropy> entropy_;
  std::chrono::nanoseconds began_;
  std::uint32_t tries_ = 1;
};

/// Whether a failure may be gone the next time: an `error` that says `retry` or `reload`. Nothing else is retried by itself.
bool worth_retrying(const std::exception_ptr& failure);

/// Tries an operation until it succeeds, fails for good, or the policy has had enough; then its last failure is the result.
///
/// The operation returns its result or an `async` of it. The first try is made at once, on the calling thread; the pauses hold
/// no thread, and what follows them runs on the executor. A caller that blocks says `retry(…).get()`.
///
/// Again    the operation is called again after a failure: it has to be one that may be.
/// Throws   operation_cancelled if a stop is requested during a pause.
template <class Operation, class Worth = bool (*)(const std::exception_ptr&)>
auto retry(retry_policy policy, runtime runtime, Operation operation, std::stop_token stop = {},
           Worth worth = worth_retrying) -> async<typename detail::unwrapped<std::invoke_result_t<Operation&>>::type> {
  backoff tries(policy, runtime);
  for (;;) {
    std::chrono::nanoseconds pause{};
    try {
      if constexpr (detail::unwrapped<std::invoke_result_t<Operation&>>::is_async) {
        auto result = operation();
        co_return co_await std::move(result);
      } else {
        co_return operation();
      }
    } catch (...) {
      const auto failure = std::current_exception();
      const auto next = worth(failure) ? tries.next() : std::nullopt;
      if (!next) throw;
      pause = *next;
    }
    co_await sleep(runtime, pause, stop);
  }
}

}  // namespace whence::inline v0
