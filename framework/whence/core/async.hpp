/// `async<T>`: a result that is there, or will be. Await it, chain a callback, or block: it is one type.
///
///     auto refused = co_await app.send<PlaceOrder>(order, "ada", lines);          // in a coroutine that returns async
///     auto shown = app.send<PlaceOrder>(order, "ada", lines).then(show);          // a callback, on the executor
///     auto refused = app.send<PlaceOrder>(order, "ada", lines).get();             // blocks
///
/// The work is started before there is an `async` (eager). A coroutine that returns `async<T>` runs at once on its caller's
/// thread, up to its first unfinished `co_await`, and goes on on the executor of what it awaited. Its frame owns itself:
/// dropping the result ends nothing. It takes its arguments by value, and what it is a member of must outlive it.
#pragma once

#include <cassert>
#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string_view>
#include <type_traits>
#include <utility>

#include <whence/core/detail/async_state.hpp>
#include <whence/core/driver.hpp>
#include <whence/core/error.hpp>
#include <whence/core/executor.hpp>

namespace whence::inline v0 {

template <class T>
class async;
template <class T>
class completion;

/// `async.would_deadlock`: a blocking `.get()` where it could wait for itself: on an executor thread, or inside a commit.
struct would_deadlock final : error {
  explicit would_deadlock(std::string_view where);
};

/// `async.cancelled`: the stop token said so. The work itself may have gone on.
struct operation_cancelled final : error {
  operation_cancelled();
};

/// `async.never_completed`: whoever was to complete the result is gone: its executor has stopped, or it was forgotten.
struct never_completed final : error {
  never_completed();
};

/// While one lives, `.get()` on this thread throws would_deadlock.
class [[nodiscard]] no_blocking_here {
 public:
  no_blocking_here() noexcept;
  ~no_blocking_here();
  no_blocking_here(const no_blocking_here&) = delete;
  no_blocking_here& operator=(const no_blocking_here&) = delete;
  static bool active() noexcept;
};

namespace detail {

struct async_access;

template <class T>
inline constexpr bool never = false;

template <class T>
struct unwrapped {
  using type = T;
  static constexpr bool is_async = false;
};
template <class T>
struct unwrapped<async<T>> {
  using type = T;
  static constexpr bool is_async = true;
};

template <class T, class F>
struct then_call : std::invoke_result<F, T> {};
template <class F>
struct then_call<void, F> : std::invoke_result<F> {};

template <class T, class F>
using then_result = typename unwrapped<typename then_call<T, F>::type>::type;

}  // namespace detail

/// The consumer's half.
///
/// Order    a callback always runs on the executor, even if the result is there; `co_await` of a finished result goes on
///          at once, else the coroutine is resumed by the executor, never by whoever completes.
/// Threads  one at a time.
/// Limits   awaited once: by `co_await`, `then`, `otherwise` or `get`.
/// Costs    one allocation for the state shared with its completion.
/// Throws   what the work failed with, where the result is taken. A failure that nobody takes is reported to the executor.
template <class T>
class [[nodiscard]] async {
 public:
  using promise_type = detail::promise<T>;

  async(async&&) noexcept = default;
  async& operator=(async&& other) noexcept {
    async taken(std::move(other));
    state_.swap(taken.state_);
    return *this;
  }
  ~async() {
    if (state_) state_->drop();
  }

  /// True if the result, or a failure, is there.
  bool ready() const noexcept { return live().poll(); }

  /// Blocks until the result is there. A caller that blocks may do the work itself (see driver.hpp).
  /// Throws would_deadlock on an executor thread or inside a commit, even if the result is there.
  T get() && {
    live().block();
    return std::exchange(state_, nullptr)->take();
  }

  /// Calls `callback(T)` on the executor once the result is there. The new result is what it returns; if that is an `async`,
  /// its result. A failure skips the callback and goes on.
  template <class F>
  auto then(F callback) && -> async<detail::then_result<T, F>>;

  /// Calls `recover(std::exception_ptr)` on the executor if the work fails, and goes on with the `T` it returns.
  template <class F>
  async otherwise(F recover) &&;

  /// The same result, except that a stop request ends the waiting: operation_cancelled, whichever is first.
  /// It drops the result; the work itself goes on.
  async cancelled_by(std::stop_token stop) && {
    live().cancel_on(std::move(stop));
    return std::move(*this);
  }

  detail::awaiter<T> operator co_await() && { return detail::awaiter<T>(take_state()); }

  template <class Once = T>
  detail::awaiter<T> operator co_await() & {
    static_assert(detail::never<Once>, "a result is awaited once: co_await std::move(result)");
  }
  template <class Once = T>
  T get() & {
    static_assert(detail::never<Once>, "a result is awaited once: std::move(result).get()");
  }

 private:
  template <class>
  friend class detail::promise_core;
  template <class U>
  friend std::pair<async<U>, completion<U>> make_async(std::shared_ptr<executor>, std::shared_ptr<driver>);
  friend struct detail::async_access;

  explicit async(std::shared_ptr<detail::async_value<T>> state) noexcept : state_(std::move(state)) {}

  detail::async_value<T>& live() const noexcept {
    assert(state_ && "this result was moved from or awaited already");
    return *state_;
  }
  std::shared_ptr<detail::async_value<T>> take_state() noexcept {
    assert(state_ && "this result was moved from or awaited already");
    return std::exchange(state_, nullptr);
  }

  std::shared_ptr<detail::async_value<T>> state_;
};

/// The producer's half: completes the result, once. Destroyed before that, the result fails with never_completed.
///
/// Order    completing posts whoever waits to the executor, or wakes the caller that blocks; it runs nobody.
/// Threads  any, one at a time.
template <class T>
class [[nodiscard]] completion {
 public:
  completion(completion&&) noexcept = default;
  completion& operator=(completion&& other) noexcept {
    completion taken(std::move(other));
    state_.swap(taken.state_);
    return *this;
  }
  ~completion() {
    if (state_) state_->forsake();
  }

  /// `complete(T)`; for `completion<void>` it is `complete()`.
  template <class Value = T>
    requires(!std::is_void_v<Value>)
  void complete(std::type_identity_t<Value> value) noexcept {
    const auto state = take_state();
    if (!state->claim()) return;
    state->emplace(std::move(value));
    state->finish();
  }
  void complete() noexcept
    requires std::is_void_v<T>
  {
    const auto state = take_state();
    if (state->claim()) state->finish();
  }

  void fail(std::exception_ptr failure) noexcept { take_state()->fail(std::move(failure)); }

  /// True if the result was cancelled meanwhile: nobody will see what this completes with.
  bool cancelled() const noexcept { return state_->cancelled(); }

 private:
  template <class U>
  friend std::pair<async<U>, completion<U>> make_async(std::shared_ptr<executor>, std::shared_ptr<driver>);
  explicit completion(std::shared_ptr<detail::async_value<T>> state) noexcept : state_(std::move(state)) {}

  std::shared_ptr<detail::async_value<T>> take_state() noexcept {
    assert(state_ && "a result is completed once");
    return std::exchange(state_, nullptr);
  }

  std::shared_ptr<detail::async_value<T>> state_;
};

/// A result and the means to complete it. Without an executor, whoever waits goes on on the completing thread.
/// Both halves keep executor and driver alive: a driver that keeps completions lets go of them when it is closed.
template <class T>
std::pair<async<T>, completion<T>> make_async(std::shared_ptr<executor> executor,
                                              std::shared_ptr<driver> driver = nullptr) {
  auto state = std::make_shared<detail::async_value<T>>(std::move(executor), std::move(driver));
  return {async<T>(state), completion<T>(state)};
}

namespace detail {

struct async_access {
  template <class T>
  static posted_awaiter<T> posted(async<T>& source) noexcept {
    return posted_awaiter<T>(source.take_state());
  }
  /// The result if it is there, on any thread; asks nobody to go on with it.
  template <class T>
  static std::optional<T> taken_if_finished(async<T>& source) {
    if (!source.live().finished()) return std::nullopt;
    return source.take_state()->take();
  }
  /// `proceed` is called on the thread that completes the result: it hands over, and works nothing off there.
  template <class T>
  static void tell_when_finished(const async<T>& source, std::weak_ptr<driver> told) noexcept {
    source.live().tell_when_finished(std::move(told));
  }
};

template <class R, class T, class F>
async<R> run_then(async<T> source, F callback) {
  auto result = async_access::posted(source);
  using call = then_call<T, F>;
  constexpr bool is_async = unwrapped<typename call::type>::is_async;
  if constexpr (std::is_void_v<T>) {
    co_await result;
    if constexpr (is_async) {
      async<R> inner = std::invoke(std::move(callback));
      co_return co_await std::move(inner);
    } else {
      co_return std::invoke(std::move(callback));
    }
  } else {
    T value = co_await result;
    if constexpr (is_async) {
      async<R> inner = std::invoke(std::move(callback), std::move(value));
      co_return co_await std::move(inner);
    } else {
      co_return std::invoke(std::move(callback), std::move(value));
    }
  }
}

template <class T, class F>
async<T> run_otherwise(async<T> source, F recover) {
  auto result = async_access::posted(source);
  std::exception_ptr failure;
  try {
    co_return co_await result;
  } catch (...) {
    failure = std::current_exception();
  }
  co_return std::invoke(std::move(recover), std::move(failure));
}

}  // namespace detail

template <class T>
template <class F>
auto async<T>::then(F callback) && -> async<detail::then_result<T, F>> {
  return detail::run_then<detail::then_result<T, F>>(std::move(*this), std::move(callback));
}

template <class T>
template <class F>
async<T> async<T>::otherwise(F recover) && {
  return detail::run_otherwise(std::move(*this), std::move(recover));
}

}  // namespace whence::inline v0
