/// A cursor over the log: delivers events in order, at least once, live and in catch-up by the same code.
#pragma once

#include <chrono>
#include <exception>
#include <memory>
#include <stop_token>
#include <string>

#include <whence/core/async.hpp>
#include <whence/core/runtime.hpp>
#include <whence/resilience/retry.hpp>
#include <whence/store/log.hpp>
#include <whence/subscription/subscription_handler.hpp>

namespace whence::inline v0 {

struct subscription_options {
  std::string name;     ///< for messages
  event_filter filter;  ///< pushed down into the store: other events are not even read
  page_limit page;
  /// For failures of the handler and of the log; when it gives up, the subscription has failed.
  /// What the operator has to put right (`next_move`) is not tried again.
  retry_policy retry{};
  /// For `subscription_busy`.
  retry_policy busy{.tries_max = 1'000'000,
                    .pause_first = std::chrono::milliseconds{1},
                    .pause_max = std::chrono::milliseconds{50},
                    .total_max = std::chrono::seconds{60}};
};

enum class subscription_state {
  catching_up,  ///< there are events that it hasn't handled yet
  live,         ///< all handled; it holds no thread, and nothing wakes it until something is appended
  retrying,     ///< the handler failed or is busy: the page is tried again after a pause
  failed,       ///< given up; `failure` says why. Nothing was skipped: started again, it goes on at the same event
  stopped,
};

/// `subscription.stopped`: it was stopped before it came to the position that was waited for.
struct subscription_stopped final : error {
  explicit subscription_stopped(const std::string& name);
};

/// A running subscription: reads a page, has it handled, and waits for more.
///
/// Order    log order, whatever the retries.
/// Again    at least once: what was handled but not kept in the checkpoint comes again.
/// Threads  the handler runs on the executor, one page at a time; everything here may be called from any thread.
/// Limits   one page in memory.
class subscription {
 public:
  /// Begins at once, on the executor. A checkpoint of another history makes it fail with checkpoint_mismatch.
  static subscription start(std::shared_ptr<log_reader> log, const runtime& runtime, subscription_options options,
                            std::shared_ptr<subscription_handler> handler);

  subscription(subscription&&) noexcept;
  subscription& operator=(subscription&&) noexcept;
  /// Stops, and waits for the page in hand.
  ~subscription();

  subscription_state state() const;
  /// Everything up to here is handled, and seen.
  global_position position() const;
  /// Why it failed, or is trying again; null otherwise.
  std::exception_ptr failure() const;

  /// Ready once everything up to `position` is handled, and seen. Fails with the subscription's failure, or subscription_stopped,
  /// when that will not happen.
  async<void> reached(global_position position, std::stop_token stop = {});

  /// No page is begun after this. Waits for the one in hand; called by the handler itself, it doesn't wait for that one.
  void stop();

  /// The same, but waits no longer than `patience`; false if the page is still in hand. Then the destructor doesn't wait for
  /// it either; the page's handler and log stay alive until it ends.
  bool stop(std::chrono::nanoseconds patience);

 private:
  class cursor;
  explicit subscription(std::shared_ptr<cursor> cursor);
  std::shared_ptr<cursor> cursor_;
};

}  // namespace whence::inline v0
