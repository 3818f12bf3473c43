/// The inside of `async<T>`: the state that a result and its completion share, and the coroutine types.
///
/// A state is pending, then claimed (by the completer, the coroutine or a cancellation: the first one wins, and writes value
/// or failure), then finished. The coroutine that waits stands in it as a work node; a blocked caller sleeps in it.
#pragma once

#include <atomic>
#include <concepts>
#include <condition_variable>
#include <coroutine>
#include <exception>
#include <memory>
#include <optional>
#include <stop_token>
#include <type_traits>
#include <utility>

#include <whence/core/driver.hpp>
#include <whence/core/executor.hpp>
#include <whence/core/guarded.hpp>

namespace whence::inline v0 {

template <class T>
class async;

namespace detail {

class async_state;

/// What `async_state` has to know of the coroutine that runs for it.
struct promise_base {
  std::shared_ptr<async_state> state;
  bool claimed = false;  ///< value or failure is written; it is finished when the frame is gone
};

/// A suspended coroutine, as work.
class continuation : public work {
 public:
  void run() noexcept final { frame_.resume(); }
  /// Destroys the frame. Whoever waits for its result gets the failure that it would have seen, else never_completed.
  void abandon() noexcept final;

 protected:
  continuation() = default;
  ~continuation() = default;
  void suspend_at(std::coroutine_handle<> frame, promise_base* promise) noexcept {
    frame_ = frame;
    promise_ = promise;
  }

 private:
  friend class async_state;
  std::coroutine_handle<> frame_;
  promise_base* promise_ = nullptr;  // null for coroutines of other types
  async_state* awaited_ = nullptr;
};

/// Whether a coroutine may go on at once when the result is there already.
enum class resume_mode { inline_if_finished, always_posted };

/// Shares   what is guarded, `claimed_`, `finished_`: completer, consumer, canceller, drivers.
/// Owns     failure and value: whoever claimed, until finished; then the consumer.
class async_state : public std::enable_shared_from_this<async_state> {
 public:
  async_state(std::shared_ptr<executor> executor, std::shared_ptr<driver> driver) noexcept;
  /// Reports a failure that nobody took.
  ~async_state();

  // The producer's side. Each caller holds a reference of its own while it calls.
  bool claim() noexcept { return !claimed_.exchange(true, std::memory_order_acq_rel); }
  void set_failure(std::exception_ptr failure) noexcept {
    failure_ = std::move(failure);
  }  ///< between claim and finish
  void finish() noexcept;
  void fail(std::exception_ptr failure) noexcept;  ///< claims and finishes; reports if it comes too late
  void forsake() noexcept;                         ///< fails with never_completed, unless it is claimed
  bool cancelled() const noexcept { return cancelled_.load(std::memory_order_acquire); }
  /// Calls `proceed` of it when this is finished, on the thread that finishes it; at once if it is. One is told: the last.
  void tell_when_finished(std::weak_ptr<whence::driver> told) noexcept;

  // The consumer's side.
  bool finished() const noexcept { return finished_.load(std::memory_order_acquire); }
  bool poll() noexcept;
  void block();
  void drop() noexcept;
  void cancel_on(std::stop_token stop);
  bool await(continuation& waiting, resume_mode mode) noexcept;  ///< false: finished, go on inline
  void rethrow_failure();
  std::exception_ptr take_failure() noexcept;

  // A blocked caller's sleep.
  void sleep();
  void wake() noexcept;

 private:
  struct shared {
    std::shared_ptr<whence::executor> executor;  // set once: given, or taken over from the first awaited
    std::shared_ptr<whence::driver> driver;      // of what the coroutine of this state waits for
    std::shared_ptr<async_state> parent;         // of the coroutine that waits for this one
    std::weak_ptr<whence::driver> told;          // when it is finished
    work* waiting = nullptr;
    bool blocked = false;  // a caller is inside block()
    bool woken = false;
    bool passive = false;  // nobody is going to block for it
  };

  void adopt(const std::shared_ptr<whence::driver>& driver, const std::shared_ptr<whence::executor>& executor) noexcept;
  struct cancellation;
  void cancel() noexcept;
  void report(std::exception_ptr failure) noexcept;
  static void resume(const std::shared_ptr<whence::executor>& executor, work& waiting) noexcept;

  guarded<shared> shared_;
  std::condition_variable wake_up_;
  std::atomic<bool> claimed_{false};
  std::atomic<bool> cancelled_{false};
  std::atomic<bool> finished_{false};
  std::exception_ptr failure_;
  bool taken_ = false;                   // the failure was seen by somebody
  std::shared_ptr<void> cancellations_;  // registered stop callbacks; the consumer adds, the destructor removes
};

template <class T>
class async_value final : public async_state {
 public:
  using async_state::async_state;

  /// Between claim and finish. A value that cannot be moved in makes a failure.
  template <class Value>
  void emplace(Value&& value) noexcept {
    try {
      value_.emplace(std::forward<Value>(value));
    } catch (...) {
      set_failure(std::current_exception());
    }
  }

  T take() {
    rethrow_failure();
    return std::move(*value_);
  }

 private:
  std::optional<T> value_;
};

template <>
class async_value<void> final : public async_state {
 public:
  using async_state::async_state;
  void take() { rethrow_failure(); }
};

template <class T, resume_mode Mode>
class basic_awaiter final : public continuation {
 public:
  explicit basic_awaiter(std::shared_ptr<async_value<T>> state) noexcept : state_(std::move(state)) {}

  bool await_ready() const noexcept { return Mode == resume_mode::inline_if_finished && state_->finished(); }

  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> frame) noexcept {
    if constexpr (std::derived_from<Promise, promise_base>) {
      suspend_at(frame, &frame.promise());
    } else {
      suspend_at(frame, nullptr);
    }
    return state_->await(*this, Mode);
  }

  T await_resume() { return state_->take(); }

 private:
  std::shared_ptr<async_value<T>> state_;
};

template <class T>
using awaiter = basic_awaiter<T, resume_mode::inline_if_finished>;
template <class T>
using posted_awaiter = basic_awaiter<T, resume_mode::always_posted>;

/// Destroys the frame, with the coroutine's arguments, and only then finishes its result: whoever was waiting for it finds
/// nothing of the coroutine left.
void end_coroutine(std::coroutine_handle<> frame, promise_base& promise) noexcept;

struct final_step {
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> frame) const noexcept {
    end_coroutine(frame, frame.promise());
  }
  void await_resume() const noexcept {}
};

template <class T>
class promise_core : public promise_base {
 public:
  promise_core() { state = std::make_shared<async_value<T>>(nullptr, nullptr); }

  async<T> get_return_object() noexcept { return async<T>(std::static_pointer_cast<async_value<T>>(state)); }
  std::suspend_never initial_suspend() const noexcept { return {}; }
  final_step final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept {
    if (claimed || (claimed = state->claim())) {
      state->set_failure(std::current_exception());
    } else {
      state->fail(std::current_exception());
    }
  }

 protected:
  async_value<T>& value() noexcept { return static_cast<async_value<T>&>(*state); }
};

template <class T>
class promise final : public promise_core<T> {
 public:
  template <std::convertible_to<T> Value = T>
  void return_value(Value&& value) {
    T result(std::forward<Value>(value));  // may throw, while the result can still fail
    this->claimed = this->state->claim();
    if (this->claimed) this->value().emplace(std::move(result));
  }
};

template <>
class promise<void> final : public promise_core<void> {
 public:
  void return_void() noexcept { claimed = state->claim(); }
};

}  // namespace detail
}  // namespace whence::inline v0
