#include <condition_variable>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <whence/core/guarded.hpp>
#include <whence/core/timer.hpp>
#include <whence/core/turn.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/subscription/delivery.hpp>
#include <whence/subscription/subscription.hpp>

namespace whence::inline v0 {

namespace {

/// Whether trying again may help. What a handler throws of its own is tried again; what an `error` says of itself is heeded.
bool may_pass(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const error& known) {
    return known.next() == next_move::retry || known.next() == next_move::reload;
  } catch (...) {
    return true;
  }
}

template <class Error>
bool is(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const Error&) {
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace

subscription_stopped::subscription_stopped(const std::string& name)
    : error("subscription.stopped", next_move::retry,
            {.what = name + " was stopped before it came to the position that was waited for",
             .where = name,
             .why = {},
             .remedy = "start it again: it goes on where it was"}) {}

/// The coroutine that follows the log, and what others may see of it.
///
/// Constant  options, runtime.
/// Owns      source_ (handler and place in the log), loaded_, failures_, busy_: the step that is `working`. The last step, or
///           else whoever stops it, takes source_ away: nothing touches log or handler after `stop`.
/// Shares    shared_.
class subscription::cursor {
 public:
  cursor(std::shared_ptr<log_reader> log, const runtime& runtime, subscription_options options,
         std::shared_ptr<subscription_handler> handler)
      : runtime_(runtime),
        name_(std::move(options.name)),
        failures_(options.retry, runtime),
        busy_(options.busy, runtime) {
    source_.emplace(
        source{delivery(std::move(log), name_, std::move(options.filter), options.page), std::move(handler)});
  }

  static async<void> follow(std::shared_ptr<cursor> self);

  bool stop(std::optional<std::chrono::nanoseconds> patience);
  async<void> reached(global_position position, std::stop_token stop);

  subscription_state state() { return shared_.lock()->state; }
  global_position position() { return shared_.lock()->position; }
  std::exception_ptr failure() { return shared_.lock()->failure; }
  bool left_behind() { return shared_.lock()->left_behind; }

 private:
  struct source {
    whence::delivery place;
    std::shared_ptr<subscription_handler> handler;
  };
  struct waiter {
    global_position position;
    completion<void> wake;
  };
  /// What follows a step.
  struct outcome {
    enum class kind { again, wait, pause, ended };
    kind what = kind::again;
    std::optional<async<global_position>> beyond{};
    std::chrono::nanoseconds pause{};
    subscription_state ending = subscription_state::stopped;  // if it has ended by itself
    std::exception_ptr failure{};
  };
  struct shared {
    subscription_state state = subscription_state::catching_up;
    global_position position;
    std::exception_ptr failure;
    std::vector<waiter> waiting;
    std::thread::id working;  // the thread that is in a step; none otherwise
    bool stopping = false;
    bool left_behind = false;  // somebody's patience was over
  };

  outcome step(std::exception_ptr interrupted);
  outcome deliver();
  outcome after_failure(std::exception_ptr failure);
  bool begin_work();
  void end_work(const outcome& next);
  void end(const outcome& last);
  void reach(subscription_state state);
  void release();
  static void fail(std::vector<waiter>& waiting, const std::exception_ptr& failure);

  const runtime runtime_;
  const std::string name_;

  std::optional<source> source_;
  bool loaded_ = false;
  backoff failures_;
  backoff busy_;

  std::stop_source stop_;
  guarded<shared> shared_;
  std::condition_variable idle_;
};

async<void> subscription::cursor::follow(std::shared_ptr<cursor> self) {
  outcome next;
  for (;;) {
    std::exception_ptr interrupted;
    try {
      if (next.what == outcome::kind::ended) co_return;
      if (next.what == outcome::kind::wait) co_await std::move(*next.beyond);
      if (next.what == outcome::kind::pause) co_await sleep(self->runtime_, next.pause, self->stop_.get_token());
    } catch (...) {
      interrupted = std::current_exception();
    }
    co_await next_turn(self->runtime_.executor);
    next = self->step(std::move(interrupted));
  }
}

/// One page, or less; or what has to be done about a wait that failed. Nothing is thrown.
subscription::cursor::outcome subscription::cursor::step(std::exception_ptr interrupted) {
  if (!begin_work()) return {.what = outcome::kind::ended};
  outcome next;
  try {
    if (interrupted) std::rethrow_exception(interrupted);
    next = deliver();
  } catch (...) {
    next = after_failure(std::current_exception());
  }
  if (next.what != outcome::kind::again) source_->handler->let_go();
  end_work(next);
  return next;
}

subscription::cursor::outcome subscription::cursor::deliver() {
  auto& [place, handler] = *source_;
  if (!loaded_) {
    place.begin(*handler);
    loaded_ = true;
    reach(subscription_state::catching_up);
  }
  const bool at_head = place.step(*handler) == delivery::progress::at_head;
  failures_.reset();
  busy_.reset();
  if (!at_head) {
    reach(subscription_state::catching_up);
    return {};
  }
  loaded_ = false;
  handler->at_head();
  reach(subscription_state::live);
  return {.what = outcome::kind::wait, .beyond = place.log().wait_beyond(place.at().position, stop_.get_token())};
}

subscription::cursor::outcome subscription::cursor::after_failure(std::exception_ptr failure) {
  loaded_ = false;
  if (stop_.stop_requested()) return {.what = outcome::kind::ended};
  outcome over{.what = outcome::kind::ended, .ending = subscription_state::failed, .failure = failure};
  if (is<log_closed>(failure)) {
    over.ending = subscription_state::stopped;
    return over;
  }
  if (is<checkpoint_moved>(failure)) {
    if (failures_.next()) return {};
    return over;
  }
  auto& tries = is<subscription_busy>(failure) ? busy_ : failures_;
  const auto pause = may_pass(failure) ? tries.next() : std::nullopt;
  if (!pause) return over;
  {
    auto own = shared_.lock();
    if (!own->stopping) own->state = subscription_state::retrying;
    own->failure = failure;
  }
  return {.what = outcome::kind::pause, .beyond = {}, .pause = *pause};
}

bool subscription::cursor::begin_work() {
  auto own = shared_.lock();
  if (own->stopping) return false;
  own->working = std::this_thread::get_id();
  return true;
}

void subscription::cursor::end_work(const outcome& next) {
  {
    auto own = shared_.lock();
    if (!own->stopping && next.what != outcome::kind::ended) {
      own->working = {};
      return;
    }
  }
  end(next);
}

/// The last step lets go of log and handler before anybody may think that it is over. Then whoever waits is told, and a
/// failure is reported also if nobody waits.
void subscription::cursor::end(const outcome& last) {
  source_.reset();
  std::vector<waiter> waiting;
  bool failed = false;
  {
    auto own = shared_.lock();
    if (!own->stopping && last.what == outcome::kind::ended) {
      own->state = last.ending;
      own->failure = last.failure;
      waiting.swap(own->waiting);
      failed = last.ending == subscription_state::failed;
    }
    own->working = {};
  }
  idle_.notify_all();
  if (failed) runtime_.executor->report(last.failure);
  fail(waiting, last.failure);
}

/// Of those who waited no longer: nobody would look at it, and it would be reported.
void subscription::cursor::fail(std::vector<waiter>& waiting, const std::exception_ptr& failure) {
  for (auto& each : waiting) {
    if (!each.wake.cancelled()) each.wake.fail(failure);
  }
}

/// Everything up to the place in the log is handled; whoever waits is told, if it is seen.
void subscription::cursor::reach(subscription_state state) {
  const global_position position = source_->handler->is_seen() ? source_->place.at().position : global_position{};
  std::vector<waiter> arrived;
  {
    auto own = shared_.lock();
    own->position = position;
    if (!own->stopping) own->state = state;
    own->failure = nullptr;
    std::erase_if(own->waiting, [&](waiter& each) {
      if (each.position > position) return false;
      arrived.push_back(std::move(each));
      return true;
    });
  }
  for (auto& each : arrived) each.wake.complete();
}

async<void> subscription::cursor::reached(global_position position, std::stop_token stop) {
  auto [result, wake] = make_async<void>(runtime_.executor);
  {
    auto own = shared_.lock();
    if (own->position < position) {
      const bool over = own->state == subscription_state::failed || own->state == subscription_state::stopped;
      if (over) {
        wake.fail(own->failure ? own->failure : std::make_exception_ptr(subscription_stopped(name_)));
      } else {
        std::erase_if(own->waiting, [](const waiter& each) { return each.wake.cancelled(); });
        own->waiting.push_back({position, std::move(wake)});
      }
      return std::move(result).cancelled_by(std::move(stop));
    }
  }
  wake.complete();
  return std::move(result);
}

bool subscription::cursor::stop(std::optional<std::chrono::nanoseconds> patience) {
  std::vector<waiter> waiting;
  bool idle = false;
  {
    auto own = shared_.lock();
    waiting.swap(own->waiting);
    if (!own->stopping && own->state != subscription_state::failed) own->state = subscription_state::stopped;
    own->stopping = true;
    idle = own->working == std::thread::id{};
  }
  stop_.request_stop();
  fail(waiting, std::make_exception_ptr(subscription_stopped(name_)));
  if (idle) {
    release();
    return true;
  }
  auto own = shared_.lock();
  const auto page_done = [&] {
    return own->working == std::thread::id{} || own->working == std::this_thread::get_id();
  };
  if (patience) {
    own->left_behind = !own.wait_for(idle_, *patience, page_done);
    return !own->left_behind;
  }
  own.wait(idle_, page_done);
  return true;
}

/// Lets go of log and handler, when it is stopped and in no step; no other will begin.
void subscription::cursor::release() {
  std::optional<source> last;
  auto own = shared_.lock();
  last.swap(source_);
}

subscription subscription::start(std::shared_ptr<log_reader> log, const runtime& runtime, subscription_options options,
                                 std::shared_ptr<subscription_handler> handler) {
  auto made = std::make_shared<cursor>(std::move(log), runtime, std::move(options), std::move(handler));
  [[maybe_unused]] const auto runs_by_itself = cursor::follow(made);
  return subscription(std::move(made));
}

subscription::subscription(std::shared_ptr<cursor> running) : cursor_(std::move(running)) {}
subscription::subscription(subscription&&) noexcept = default;

subscription& subscription::operator=(subscription&& other) noexcept {
  if (cursor_ && cursor_ != other.cursor_ && !cursor_->left_behind()) cursor_->stop(std::nullopt);
  cursor_ = std::move(other.cursor_);
  return *this;
}

subscription::~subscription() {
  if (cursor_ && !cursor_->left_behind()) cursor_->stop(std::nullopt);
}

subscription_state subscription::state() const { return cursor_->state(); }
global_position subscription::position() const { return cursor_->position(); }
std::exception_ptr subscription::failure() const { return cursor_->failure(); }
async<void> subscription::reached(global_position position, std::stop_token stop) {
  return cursor_->reached(position, std::move(stop));
}
void subscription::stop() { cursor_->stop(std::nullopt); }
bool subscription::stop(std::chrono::nanoseconds patience) { return cursor_->stop(patience); }

}  // namespace whence::inline v0
