/// A value together with its mutex: no lock, no access.
#pragma once

#include <condition_variable>
#include <mutex>
#include <utility>

namespace whence::inline v0 {

/// Holds a `T` that only `lock()` reaches.
///
/// Threads  any. The lock is not recursive; run no callback and take no second lock while it is held.
template <class T>
class guarded {
 public:
  guarded() = default;
  template <class... Arguments>
  explicit guarded(std::in_place_t, Arguments&&... arguments) : value_(std::forward<Arguments>(arguments)...) {}

  guarded(const guarded&) = delete;
  guarded& operator=(const guarded&) = delete;

  /// The way in; the lock is held as long as this lives. Keep it in a named local.
  class [[nodiscard]] access {
   public:
    access(const access&) = delete;
    access& operator=(const access&) = delete;

    T& operator*() const noexcept { return value_; }
    T* operator->() const noexcept { return &value_; }

    /// Gives the lock up until `signal` is notified and `condition()` holds.
    template <class Condition>
    void wait(std::condition_variable& signal, Condition condition) {
      signal.wait(lock_, std::move(condition));
    }

    /// The same for at most `time`. Returns whether the condition holds.
    template <class Duration, class Condition>
    bool wait_for(std::condition_variable& signal, Duration time, Condition condition) {
      return signal.wait_for(lock_, time, std::move(condition));
    }

   private:
    friend guarded;
    access(std::mutex& mutex, T& value) : lock_(mutex), value_(value) {}

    std::unique_lock<std::mutex> lock_;
    T& value_;
  };

  access lock() { return access(mutex_, value_); }

 private:
  std::mutex mutex_;
  T value_{};
};

}  // namespace whence::inline v0
