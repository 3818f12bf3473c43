#include <whence/core/async.hpp>

#include <string>
#include <utility>

namespace whence::inline v0 {
namespace {

thread_local int blocking_forbidden = 0;

bool is_cancellation(const std::exception_ptr& failure) noexcept {
  try {
    std::rethrow_exception(failure);
  } catch (const operation_cancelled&) {
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace

would_deadlock::would_deadlock(std::string_view where)
    : error("async.would_deadlock", next_move::change_request,
            {.what = "a result was waited for with .get() " + std::string(where) + ", where it could wait for itself",
             .where = {},
             .why = "the work that the result needs may need this very thread",
             .remedy = "use co_await or .then there"}) {}

operation_cancelled::operation_cancelled()
    : error("async.cancelled", next_move::retry,
            {.what = "the wait for a result was cancelled; the work itself may have gone on",
             .where = {},
             .why = "its stop token was asked to stop",
             .remedy = {}}) {}

never_completed::never_completed()
    : error("async.never_completed", next_move::reload,
            {.what = "a result will never be there: what was to complete it is gone",
             .where = {},
             .why = "its executor has stopped, or its completion was dropped",
             .remedy = "look at what was done before you do it again"}) {}

no_blocking_here::no_blocking_here() noexcept { ++blocking_forbidden; }
no_blocking_here::~no_blocking_here() { --blocking_forbidden; }
bool no_blocking_here::active() noexcept { return blocking_forbidden > 0; }

bool waiter::result_ready() const noexcept { return state_.finished(); }
void waiter::sleep() { state_.sleep(); }
void waiter::wake() noexcept { state_.wake(); }

namespace detail {

void continuation::abandon() noexcept {
  if (!promise_) return frame_.destroy();
  const std::shared_ptr<async_state> state = std::move(promise_->state);
  std::exception_ptr failure = awaited_->take_failure();
  frame_.destroy();  // and with it, this
  failure ? state->fail(std::move(failure)) : state->forsake();
}

void end_coroutine(std::coroutine_handle<> frame, promise_base& promise) noexcept {
  const std::shared_ptr<async_state> state = std::move(promise.state);
  const bool claimed = promise.claimed;
  frame.destroy();
  if (claimed) state->finish();
}

async_state::async_state(std::shared_ptr<whence::executor> executor, std::shared_ptr<whence::driver> driver) noexcept {
  auto own = shared_.lock();
  own->executor = std::move(executor);
  own->driver = std::move(driver);
}

async_state::~async_state() {
  cancellations_.reset();  // waits for a stop callback that is running: it finds no state any more
  if (failure_ && !taken_) report(failure_);
}

void async_state::finish() noexcept {
  std::shared_ptr<whence::executor> executor;
  std::shared_ptr<async_state> parent;
  std::weak_ptr<whence::driver> told;
  work* waiting = nullptr;
  {
    auto own = shared_.lock();
    finished_.store(true, std::memory_order_release);
    executor = own->executor;
    parent = std::move(own->parent);
    told = std::move(own->told);
    waiting = std::exchange(own->waiting, nullptr);
  }
  wake_up_.notify_one();
  if (waiting) resume(executor, *waiting);
  if (const auto driver = told.lock()) driver->proceed();
}

void async_state::tell_when_finished(std::weak_ptr<whence::driver> told) noexcept {
  const std::shared_ptr<async_state> self = shared_from_this();  // whoever is told may let go of it at once
  {
    auto own = shared_.lock();
    if (!finished()) {
      own->told = std::move(told);
      return;
    }
  }
  if (const auto driver = told.lock()) driver->proceed();
}

void async_state::fail(std::exception_ptr failure) noexcept {
  if (!claim()) return report(std::move(failure));
  set_failure(std::move(failure));
  finish();
}

void async_state::forsake() noexcept {
  if (!claim()) return;
  set_failure(std::make_exception_ptr(never_completed()));
  finish();
}

bool async_state::poll() noexcept {
  if (finished()) return true;
  std::shared_ptr<whence::driver> driver;
  {
    auto own = shared_.lock();
    driver = own->driver;
  }
  if (driver) driver->proceed();
  return finished();
}

namespace {

/// An executor without threads is a driver as well: whoever blocks for one of its results does the work, as nobody else will.
std::shared_ptr<driver> driver_in(const std::shared_ptr<executor>& executor) {
  return std::dynamic_pointer_cast<driver>(executor);
}

}  // namespace

void async_state::block() {
  if (no_blocking_here::active()) throw would_deadlock("inside a commit");
  if (whence::executor::on_executor_thread()) throw would_deadlock("on an executor thread");
  {
    auto own = shared_.lock();
    own->blocked = true;
  }
  waiter self(*this);
  while (!finished()) {
    std::shared_ptr<whence::driver> driver;
    std::shared_ptr<whence::executor> executor;
    {
      auto own = shared_.lock();
      driver = own->driver;
      executor = own->executor;
    }
    if (!driver) driver = driver_in(executor);
    if (driver) {
      driver->drive(self);
    } else {
      self.sleep();
    }
  }
}

void async_state::drop() noexcept {
  std::shared_ptr<whence::driver> driver;
  {
    auto own = shared_.lock();
    own->passive = true;
    driver = own->driver;
  }
  if (driver && !finished()) driver->proceed();
}

bool async_state::await(continuation& waiting, resume_mode mode) noexcept {
  // As soon as `waiting` is published the coroutine may run elsewhere and destroy its awaiter: this keeps the state.
  const std::shared_ptr<async_state> self = shared_from_this();
  std::shared_ptr<async_state> parent;
  if (waiting.promise_) parent = waiting.promise_->state;
  waiting.awaited_ = this;

  bool passive = false;
  std::shared_ptr<whence::driver> driver;
  std::shared_ptr<whence::executor> executor;
  {
    auto own = shared_.lock();
    own->parent = parent;  // from here on a new driver of ours is passed on
    // Who passes a callback wants it called, also while he only keeps what `.then` returned.
    own->passive = passive = !parent || mode == resume_mode::always_posted;
    driver = own->driver;
    executor = own->executor;
  }
  if (parent) parent->adopt(driver, executor);
  if (passive && driver && !finished()) driver->proceed();
  {
    auto own = shared_.lock();
    if (!finished()) {
      own->waiting = &waiting;
      return true;
    }
    own->parent.reset();
    executor = own->executor;
  }
  if (mode == resume_mode::inline_if_finished) return false;
  resume(executor, waiting);
  return true;
}

void async_state::adopt(const std::shared_ptr<whence::driver>& driver,
                        const std::shared_ptr<whence::executor>& executor) noexcept {
  std::shared_ptr<async_state> current = shared_from_this();
  while (current) {
    std::shared_ptr<async_state> parent;
    bool passive = false;
    {
      auto own = current->shared_.lock();
      own->driver = driver;
      if (!own->executor) own->executor = executor;
      parent = own->parent;
      passive = own->passive;
      if (driver && own->blocked) own->woken = true;
    }
    if (driver) {
      current->wake_up_.notify_one();
      if (passive) driver->proceed();
    }
    current = std::move(parent);
  }
}

std::exception_ptr async_state::take_failure() noexcept {
  taken_ = true;
  return failure_;
}

void async_state::rethrow_failure() {
  taken_ = true;
  if (failure_) std::rethrow_exception(failure_);
}

void async_state::sleep() {
  std::shared_ptr<whence::executor> executor;
  {
    auto own = shared_.lock();
    executor = own->executor;
  }
  if (const auto driver = driver_in(executor)) {
    waiter self(*this);
    try {
      return driver->drive(self);
    } catch (const would_deadlock&) {
      // Nothing is left to do there; the driver that sleeps here has others, who may wake it.
    }
  }
  auto own = shared_.lock();
  own.wait(wake_up_, [&] { return own->woken || finished(); });
  own->woken = false;
}

void async_state::wake() noexcept {
  {
    auto own = shared_.lock();
    own->woken = true;
  }
  wake_up_.notify_one();
}

void async_state::report(std::exception_ptr failure) noexcept {
  if (is_cancellation(failure)) return;  // somebody asked for it
  std::shared_ptr<whence::executor> executor;
  {
    auto own = shared_.lock();
    executor = own->executor;
  }
  if (executor) {
    executor->report(std::move(failure));
  } else {
    whence::executor::report_to_stderr(failure);
  }
}

void async_state::resume(const std::shared_ptr<whence::executor>& executor, work& waiting) noexcept {
  if (!executor) return run_here(waiting);
  if (!posting_together::gather(executor, waiting)) executor->post(waiting);
}

/// A stop callback, with those registered before it.
struct async_state::cancellation {
  struct call {
    std::weak_ptr<async_state> state;  // the callback may find the state dying
    void operator()() const noexcept {
      if (const auto alive = state.lock()) alive->cancel();
    }
  };
  std::shared_ptr<void> earlier;
  std::stop_callback<call> callback;
};

void async_state::cancel_on(std::stop_token stop) {
  if (!stop.stop_possible()) return;
  // The callback may run in here. It takes the lock, so none is held.
  cancellations_ = std::shared_ptr<cancellation>(
      new cancellation{std::move(cancellations_),
                       std::stop_callback<cancellation::call>(std::move(stop), cancellation::call{weak_from_this()})});
}

void async_state::cancel() noexcept {
  if (!claim()) return;
  cancelled_.store(true, std::memory_order_release);
  set_failure(std::make_exception_ptr(operation_cancelled()));
  finish();
}

}  // namespace detail
}  // namespace whence::inline v0
