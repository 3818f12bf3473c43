#include <whence/core/executor.hpp>

#include <pthread.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <whence/core/error.hpp>

namespace whence::inline v0 {
namespace {

/// Handles items one after the other, also those that come up while one is being handled: depth becomes length.
class trampoline {
 public:
  using handle = void (*)(work&) noexcept;

  void take(work& item, handle what) noexcept {
    items_.push(item);
    if (std::exchange(busy_, true)) return;
    while (work* next = items_.pop()) what(*next);
    busy_ = false;
  }

 private:
  work_queue items_;
  bool busy_ = false;
};

thread_local const executor* running_on = nullptr;
thread_local trampoline inline_runs;
thread_local trampoline abandonments;
thread_local detail::posting_together* gathering = nullptr;

}  // namespace

void work_queue::push(work& item) noexcept {
  item.next_ = nullptr;
  (last_ ? last_->next_ : first_) = &item;
  last_ = &item;
}

void work_queue::push_all(work_queue& others) noexcept {
  if (others.empty()) return;
  (last_ ? last_->next_ : first_) = others.first_;
  last_ = others.last_;
  others = work_queue();
}

work* work_queue::pop() noexcept {
  work* const oldest = first_;
  if (!oldest) return nullptr;
  first_ = oldest->next_;
  if (!first_) last_ = nullptr;
  return oldest;
}

executor::executor() = default;
executor::~executor() = default;

void executor::post_all(work_queue& items) noexcept {
  while (work* const item = items.pop()) post(*item);
}

bool executor::is_current_thread() const noexcept { return running_on == this; }
bool executor::on_executor_thread() noexcept { return running_on != nullptr; }

void executor::report(std::exception_ptr failure) noexcept {
  std::shared_ptr<const report_handler> handler;
  {
    auto current = handler_.lock();
    handler = *current;
  }
  if (!handler || !*handler) return report_to_stderr(failure);
  try {
    (*handler)(failure);
  } catch (...) {
    report_to_stderr(failure);
  }
}

void executor::on_report(report_handler handler) {
  auto fresh = std::make_shared<const report_handler>(std::move(handler));
  auto current = handler_.lock();
  current->swap(fresh);
}

void executor::report_to_stderr(const std::exception_ptr& failure) noexcept {
  try {
    std::rethrow_exception(failure);
  } catch (const error& fault) {
    const std::string code(fault.code());
    std::fprintf(stderr, "whence: a failure that nobody looked at: %s [%s]\n", fault.what(), code.c_str());
  } catch (const std::exception& fault) {
    std::fprintf(stderr, "whence: a failure that nobody looked at: %s\n", fault.what());
  } catch (...) {
    std::fputs("whence: a failure that nobody looked at: not a std::exception\n", stderr);
  }
}

void executor::run(const executor* self, work& item) noexcept {
  const executor* const outer = std::exchange(running_on, self);
  item.run();
  running_on = outer;
}

void executor::abandon(work& item) noexcept {
  abandonments.take(item, [](work& next) noexcept { next.abandon(); });
}

void detail::run_here(work& item) noexcept {
  inline_runs.take(item, [](work& next) noexcept { next.run(); });
}

detail::posting_together::posting_together() noexcept : outer_(std::exchange(gathering, this)) {}

detail::posting_together::~posting_together() {
  gathering = outer_;
  if (!items_.empty()) executor_->post_all(items_);
}

bool detail::posting_together::gather(const std::shared_ptr<executor>& executor, work& item) noexcept {
  if (gathering == nullptr) return false;
  if (!gathering->executor_) gathering->executor_ = executor;
  if (gathering->executor_ != executor) return false;
  gathering->items_.push(item);
  return true;
}

/// Owns the queue. The pool and its threads hold it together.
class thread_pool::shared {
 public:
  explicit shared(unsigned threads) {
    auto queue = queue_.lock();
    queue->threads = threads;
  }

  bool push(work& item) noexcept {
    {
      auto queue = queue_.lock();
      if (queue->threads == 0) return false;
      queue->items.push(item);
    }
    filled_.notify_one();
    return true;
  }

  /// False, and the items stay where they are, if the pool is closed.
  bool push_all(work_queue& items) noexcept {
    {
      auto queue = queue_.lock();
      if (queue->threads == 0) return false;
      queue->items.push_all(items);
    }
    filled_.notify_all();
    return true;
  }

  /// The next item; null once the pool is stopping and nothing is left. Whoever gets null has to end.
  work* pop() noexcept {
    auto queue = queue_.lock();
    queue.wait(filled_, [&] { return queue->stopping || !queue->items.empty(); });
    work* const item = queue->items.pop();
    if (!item) --queue->threads;
    return item;
  }

  void stop() noexcept {
    {
      auto queue = queue_.lock();
      queue->stopping = true;
    }
    filled_.notify_all();
  }

 private:
  struct state {
    work_queue items;
    unsigned threads = 0;  // those that still take work; with none left the pool is closed
    bool stopping = false;
  };
  guarded<state> queue_;
  std::condition_variable filled_;
};

struct thread_pool::crew {
  guarded<std::vector<std::thread>> running;
};

thread_pool::thread_pool(unsigned threads)
    : shared_(std::make_shared<shared>(std::max(threads, 1u))), crew_(std::make_unique<crew>()) {
  try {
    auto running = crew_->running.lock();
    for (unsigned number = 1; number <= std::max(threads, 1u); ++number) {
      running->emplace_back([this, queue = shared_, number] {
        pthread_setname_np(pthread_self(), ("whence-exec-" + std::to_string(number)).c_str());
        const executor* const self = this;  // only a mark: the pool may be destroyed by the work it runs
        while (work* item = queue->pop()) run(self, *item);
      });
    }
  } catch (...) {
    stop();
    throw;
  }
}

thread_pool::~thread_pool() { stop(); }

// What is posted may run, and destroy the pool, before its poster is back: the poster holds what it still touches.
void thread_pool::post(work& item) noexcept {
  const std::shared_ptr<shared> queue = shared_;
  if (!queue->push(item)) abandon(item);
}

void thread_pool::post_all(work_queue& items) noexcept {
  const std::shared_ptr<shared> queue = shared_;
  if (queue->push_all(items)) return;
  while (work* const item = items.pop()) abandon(*item);
}

void thread_pool::stop() noexcept {
  shared_->stop();
  std::vector<std::thread> ending;
  {
    auto running = crew_->running.lock();
    ending.swap(*running);
  }
  for (std::thread& thread : ending) {
    if (thread.get_id() == std::this_thread::get_id()) {
      thread.detach();  // a thread cannot wait for itself; it holds what it still needs
    } else {
      thread.join();
    }
  }
}

manual_executor::~manual_executor() {
  for (;;) {
    work* item = nullptr;
    {
      auto own = queue_.lock();
      own->stopped = true;
      item = own->items.pop();
    }
    if (!item) return;
    abandon(*item);
  }
}

void manual_executor::post(work& item) noexcept {
  {
    auto own = queue_.lock();
    if (!own->stopped) return own->items.push(item);
  }
  abandon(item);
}

void manual_executor::stop() noexcept {
  for (;;) {
    run_all();
    auto own = queue_.lock();
    if (!own->items.empty()) continue;
    own->stopped = true;
    return;
  }
}

bool manual_executor::run_one() {
  work* item = nullptr;
  {
    auto own = queue_.lock();
    item = own->items.pop();
  }
  if (item) run(this, *item);
  return item != nullptr;
}

std::size_t manual_executor::run_all() {
  std::size_t done = 0;
  while (run_one()) ++done;
  return done;
}

}  // namespace whence::inline v0
