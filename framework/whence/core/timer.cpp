#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <whence/core/timer.hpp>

namespace whence::inline v0 {

/// The waiters, and the thread that wakes them.
///
/// Shares   everything, under `mutex_`.
/// Stops    in the destructor: the thread is joined, then the waiters that are left fail.
class system_timer::schedule {
 public:
  explicit schedule(std::shared_ptr<const clock> clock) : clock_(std::move(clock)) {}

  ~schedule() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
  }

  void add(std::chrono::nanoseconds due, completion<void> wake) {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= purge_at_) purge();
    const auto entry = waiting_.emplace(due, std::move(wake));
    if (!thread_.joinable()) {
      thread_ = std::thread([this] { run(); });
    } else if (entry == waiting_.begin()) {
      changed_.notify_one();
    }
  }

 private:
  void purge() {
    std::erase_if(waiting_, [](const auto& entry) { return entry.second.cancelled(); });
    purge_at_ = std::max<std::size_t>(64, 2 * waiting_.size());
  }

  void run() {
    ::pthread_setname_np(::pthread_self(), "whence-timer");
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      if (waiting_.empty()) {
        changed_.wait(lock);
        continue;
      }
      const auto left = waiting_.begin()->first - clock_->elapsed();
      if (left > std::chrono::nanoseconds{0}) {
        changed_.wait_for(lock, left);
        continue;
      }
      auto due = waiting_.extract(waiting_.begin());
      lock.unlock();  // whoever waits without an executor goes on in here
      due.mapped().complete();
      lock.lock();
    }
  }

  const std::shared_ptr<const clock> clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<std::chrono::nanoseconds, completion<void>> waiting_;
  std::size_t purge_at_ = 64;
  bool stopping_ = false;
  std::thread thread_;
};

system_timer::system_timer(std::shared_ptr<const clock> clock)
    : schedule_(std::make_unique<schedule>(std::move(clock))) {}
system_timer::~system_timer() = default;

void system_timer::wake_at(std::chrono::nanoseconds due, completion<void> wake) {
  schedule_->add(due, std::move(wake));
}

async<void> sleep(const runtime& runtime, std::chrono::nanoseconds pause, std::stop_token stop) {
  constexpr std::chrono::nanoseconds longest = std::chrono::hours{24 * 365 * 100};  // for ever, without overflow
  auto [slept, wake] = make_async<void>(runtime.executor);
  runtime.timer->wake_at(runtime.clock->elapsed() + std::min(pause, longest), std::move(wake));
  return std::move(slept).cancelled_by(std::move(stop));
}

}  // namespace whence::inline v0
