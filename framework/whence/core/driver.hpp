/// Drivers: how a caller that blocks for a result brings it about by itself, instead of waiting for another thread.
///
/// `.get()` is this loop: while the result is not there, `drive` if there is a driver, else sleep.
#pragma once

namespace whence::inline v0 {
namespace detail {
class async_state;
}

/// A caller blocked in `.get()`. It lives on that caller's stack: a driver that keeps its address lets go of it before
/// `drive` returns, and calls `wake` only under a lock that `drive` takes to let go.
class waiter {
 public:
  explicit waiter(detail::async_state& state) noexcept : state_(state) {}
  waiter(const waiter&) = delete;
  waiter& operator=(const waiter&) = delete;

  bool result_ready() const noexcept;

  /// Sleeps until the result is there, somebody calls `wake`, or the caller has another driver to turn to. A wake that
  /// came before is not lost. Only the blocked caller itself sleeps; afterwards look at `result_ready()`, and return.
  void sleep();

  /// Ends the sleep. Threads: any.
  void wake() noexcept;

 private:
  detail::async_state& state_;
};

/// Does the work behind a result on the thread of a caller that blocks for it.
class driver {
 public:
  virtual ~driver() = default;

  /// Does a part of the work, or sleeps (`caller.sleep()`) when it is not this caller's turn, and returns; it is called
  /// again until the result is there. It is also called for callers whose coroutine waits for a result of this driver.
  virtual void drive(waiter& caller) = 0;

  /// The result has a callback (`.then`, `.otherwise`), was asked for `ready()`, or was dropped, or that of the coroutine
  /// that awaits it was: the work has to go on without a caller. May be called often, from any thread. As long
  /// as somebody merely holds a result, or a coroutine's result, it is not called for that: he may still come to block for it.
  /// (A driver may also have asked to be called when something else is finished: `async_access::tell_when_finished`.)
  virtual void proceed() noexcept {}
};

}  // namespace whence::inline v0
