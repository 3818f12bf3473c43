/// A cursor over the log: delivers events in order, at least once, live and in catch-up by the same code.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include <whence/core/runtime.hpp>
#include <whence/resilience/retry.hpp>
#include <whence/store/log.hpp>

namespace whence::inline v0 {

/// How far a subscription has come, and in which history. Checkpoints are the handler's to keep, in the transaction of its effects.
struct checkpoint {
  log_identity log;
  global_position position;
  chain_hash chain{};
  friend bool operator==(const checkpoint&, const checkpoint&) = default;
};

/// What receives a subscription's pages.
///
/// Order    pages in log order, one at a time.
/// Again    a page whose handling threw is delivered again: what was kept is what `load` says.
class subscription_handler {
 public:
  virtual ~subscription_handler() = default;
  /// Where to begin; called before the first page and after each failure.
  virtual checkpoint load() = 0;
  /// Carries out the effects of the page and keeps `reached`, in one transaction.
  virtual void handle(const event_page& page, const checkpoint& reached) = 0;
};

struct subscription_options {
  std::string name;
  event_filter filter;
  page_limit page;
  retry_policy retry;  ///< for failures of the handler; when it gives up, the subscription stops and says so
};

enum class subscription_state { catching_up, live, retrying, failed, stopped };

/// A running subscription. The destructor stops it and waits for the page in hand.
///
/// Threads  the handler runs on the executor, one page at a time; everything here may be called from any thread.
/// Throws   (from start) checkpoint_mismatch: the checkpoint is of another log or epoch, or ahead of the log.
class subscription {
 public:
  static subscription start(log& log, const runtime& runtime, subscription_options options, std::shared_ptr<subscription_handler> handler);
  subscription(subscription&&) noexcept;
  subscription& operator=(subscription&&) noexcept;
  ~subscription();

  subscription_state state() const;
  global_position position() const;
  std::exception_ptr failure() const;
  /// Ready once everything up to `position` is handled; fails with the subscription's failure when it stops before.
  async<void> reached(global_position position, std::stop_token stop = {});
  void stop();

 private:
  class cursor;
  explicit subscription(std::shared_ptr<cursor> cursor);
  std::shared_ptr<cursor> cursor_;
};

}  // namespace whence::inline v0
