/// Executors: where continuations and handlers run.
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>

#include <whence/core/guarded.hpp>

namespace whence::inline v0 {

/// Something to run once. It is its own queue node: posting it allocates nothing. It must stay where it is until it runs,
/// and may destroy itself while it does.
class work {
 public:
  work() = default;
  work(const work&) = delete;
  work& operator=(const work&) = delete;

  virtual void run() noexcept = 0;

  /// Called instead of `run` by an executor that has stopped, on the posting thread: lets go of what the work holds.
  virtual void abandon() noexcept {}

 protected:
  ~work() = default;

 private:
  friend class work_queue;
  work* next_ = nullptr;
};

/// First in, first out, through the nodes themselves. Not synchronised.
class work_queue {
 public:
  bool empty() const noexcept { return first_ == nullptr; }
  void push(work& item) noexcept;
  /// All of the other, behind those that are here; the other is empty then.
  void push_all(work_queue& others) noexcept;
  /// The oldest, or null.
  work* pop() noexcept;

 private:
  work* first_ = nullptr;
  work* last_ = nullptr;
};

/// Runs work on threads of its own, or when it is told to.
///
/// Order    first come, first started.
/// Threads  any.
class executor {
 public:
  /// Told of failures that nobody looked at.
  using report_handler = std::function<void(std::exception_ptr)>;

  executor();
  virtual ~executor();
  executor(const executor&) = delete;
  executor& operator=(const executor&) = delete;

  /// Queues the work. Never allocates, never waits for room, never runs it in here. A stopped executor abandons it.
  virtual void post(work& item) noexcept = 0;

  /// Queues several, in their order; the queue is empty then. Costs less than one after the other where threads have to be woken.
  virtual void post_all(work_queue& items) noexcept;

  /// Orderly: runs what is queued and what that posts, then ends its threads. Later posts are abandoned.
  ///
  /// Again    nothing more happens.
  /// Threads  any; on one of its own threads, that one ends by itself when its work is done.
  virtual void stop() noexcept = 0;

  /// True while this executor runs work on the calling thread.
  bool is_current_thread() const noexcept;

  /// True while any executor runs work on the calling thread.
  static bool on_executor_thread() noexcept;

  /// Hands a failure that nobody looked at to the handler. The default writes one line to stderr.
  void report(std::exception_ptr failure) noexcept;
  void on_report(report_handler handler);

  /// What `report` does where there is no handler (or no executor): one line on stderr.
  static void report_to_stderr(const std::exception_ptr& failure) noexcept;

 protected:
  /// Runs one item, marked as running on `self`.
  static void run(const executor* self, work& item) noexcept;

  /// Abandons one item. Items abandoned meanwhile on this thread follow in a loop, not on the stack.
  static void abandon(work& item) noexcept;

 private:
  guarded<std::shared_ptr<const report_handler>> handler_;
};

/// A fixed number of threads, named "whence-exec-1" and so on.
class thread_pool final : public executor {
 public:
  explicit thread_pool(unsigned threads = 2);
  /// Stops.
  ~thread_pool() override;

  void post(work& item) noexcept override;
  void post_all(work_queue& items) noexcept override;
  void stop() noexcept override;

 private:
  class shared;  // what the threads share; it outlives the pool if the pool is destroyed on one of them
  struct crew;   // the threads themselves
  std::shared_ptr<shared> shared_;
  std::unique_ptr<crew> crew_;
};

/// Runs work only when told to, on the thread that tells: deterministic, for tests and simulation.
class manual_executor final : public executor {
 public:
  manual_executor() = default;
  /// Abandons what is still queued.
  ~manual_executor() override;

  void post(work& item) noexcept override;
  void stop() noexcept override;

  /// Runs the oldest work; false if there is none.
  bool run_one();
  /// Runs until nothing is left, and returns how many items that were.
  std::size_t run_all();

 private:
  struct queue {
    work_queue items;
    bool stopped = false;
  };
  guarded<queue> queue_;
};

namespace detail {

/// Runs the item on this thread, now; items that it brings forth the same way follow in a loop, not on the stack.
void run_here(work& item) noexcept;

/// While one lives, what results that finish on this thread post to an executor is gathered, and posted at its end: who finishes
/// many at once wakes the executor's threads once.
///
/// Limits   one executor, the first that anything is posted to. To others nothing is gathered.
class posting_together {
 public:
  posting_together() noexcept;
  ~posting_together();
  posting_together(const posting_together&) = delete;
  posting_together& operator=(const posting_together&) = delete;

  /// True if it was gathered.
  static bool gather(const std::shared_ptr<executor>& executor, work& item) noexcept;

 private:
  std::shared_ptr<executor> executor_;
  work_queue items_;
  posting_together* outer_;
};

}  // namespace detail
}  // namespace whence::inline v0
