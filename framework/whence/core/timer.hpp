/// Timers: how something waits for a time without holding a thread.
#pragma once

#include <chrono>
#include <memory>
#include <stop_token>

#include <whence/core/async.hpp>
#include <whence/core/runtime.hpp>

namespace whence::inline v0 {

/// Wakes who waits for a time. Part of the runtime, so that a simulation decides when time passes.
///
/// Threads  any.
class timer {
 public:
  virtual ~timer() = default;

  /// Completes `wake` once the clock's `elapsed()` has reached `due`; those of one time in the order of the calls.
  /// One that was cancelled meanwhile is let go of. Destroying the timer fails the rest with never_completed.
  virtual void wake_at(std::chrono::nanoseconds due, completion<void> wake) = 0;
};

/// The real one: one thread, named "whence-timer", begun with the first waiter.
///
/// Limits   one entry a waiter; cancelled ones are removed before they are more than half of all.
class system_timer final : public timer {
 public:
  explicit system_timer(std::shared_ptr<const clock> clock);
  ~system_timer() override;

  void wake_at(std::chrono::nanoseconds due, completion<void> wake) override;

 private:
  class schedule;
  std::unique_ptr<schedule> schedule_;
};

/// Ready after `pause`, on the runtime's executor. A stop request ends it with operation_cancelled.
async<void> sleep(const runtime& runtime, std::chrono::nanoseconds pause, std::stop_token stop = {});

}  // namespace whence::inline v0
