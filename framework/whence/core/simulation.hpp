/// A clock that stands still and entropy from a seed: what a runtime is made of in tests and simulation. `simulation` is a whole
/// one: without threads, and repeated exactly by its seed.
///
///     whence::simulation simulation(7);
///     auto greeting = greet_later(simulation.runtime(), "ada");  // sleeps for 5 ms
///     simulation.advance(4ms);
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <whence/core/guarded.hpp>
#include <whence/core/runtime.hpp>
#include <whence/core/timer.hpp>

namespace whence::inline v0 {

/// Moves only when told. Threads: any.
class manual_clock final : public clock {
 public:
  /// Starts at 2026-01-01T00:00:00Z unless told otherwise.
  manual_clock();
  explicit manual_clock(timestamp start);

  timestamp now() const override;
  std::chrono::nanoseconds elapsed() const override;

  /// Time passes: both clocks move on.
  void advance(std::chrono::microseconds time);
  /// The wall clock alone is set, as by an administrator.
  void set(timestamp time);

 private:
  struct hands {
    timestamp wall;
    std::chrono::nanoseconds elapsed{0};
  };
  mutable guarded<hands> hands_;
};

/// Wakes only when told, whoever's time has come by the clock. Threads: any.
class manual_timer final : public timer {
 public:
  explicit manual_timer(std::shared_ptr<const clock> clock) : clock_(std::move(clock)) {}

  void wake_at(std::chrono::nanoseconds due, completion<void> wake) override;

  /// Wakes those whose time has come, in order. Returns how many.
  std::size_t wake_due();
  /// The time that the next one waits for.
  std::optional<std::chrono::nanoseconds> next_due();
  /// Those who wait are told that their time will not come (never_completed). Returns how many.
  std::size_t forget_all();

 private:
  std::shared_ptr<const clock> clock_;
  guarded<std::multimap<std::chrono::nanoseconds, completion<void>>> waiting_;
};

/// The same seed gives the same bits (SplitMix64; Steele, Lea, Flood, OOPSLA 2014). Threads: any.
class seeded_entropy final : public entropy {
 public:
  explicit seeded_entropy(std::uint64_t seed) : state_(seed) {}
  std::uint64_t bits() override;

 private:
  std::atomic<std::uint64_t> state_;
};

/// Runs work only when told to, on the thread that tells, in an order that the seed chooses among what is queued: one of those
/// that threads might come to. The same seed, the same order.
///
/// Costs    posting may allocate.
class seeded_executor : public executor {
 public:
  explicit seeded_executor(std::uint64_t seed) : choices_(seed) {}
  /// Abandons what is still queued.
  ~seeded_executor() override;

  void post(work& item) noexcept override;
  void stop() noexcept override;

  /// Runs one item; false if there is none.
  bool run_one();
  /// Runs until nothing is left, and returns how many items that were.
  std::size_t run_all();
  /// Lets go of what is queued, and of all that is posted from now on.
  void abandon_all() noexcept;

 private:
  struct queue {
    std::vector<work*> items;
    bool stopped = false;
  };
  work* take();

  seeded_entropy choices_;
  guarded<queue> queue_;
};

/// A runtime without threads, whose time passes when it is told, or when somebody has to wait: the caller that blocks for a result
/// (`.get()`) runs what is ready, and when nothing is, the clock goes on to whoever waits for a time. So a program runs as it is,
/// and no second passes.
///
/// Order    what is ready at once runs one after the other, in an order that the seed chooses. Time stands meanwhile.
/// Threads  one at a time.
/// Throws   (from `.get()`) would_deadlock: the result is not there, nothing is left to run, and nobody waits for a time.
/// Stops    whoever waits for a time is told that it will not come; what that makes ready runs, at most `steps_at_end_max` items.
class simulation {
 public:
  static constexpr std::size_t steps_at_end_max = 100'000;

  /// The clock stands at 2026-01-01T00:00:00Z. The seed is also that of the entropy.
  explicit simulation(std::uint64_t seed = 1);
  /// Ends.
  ~simulation();
  simulation(const simulation&) = delete;
  simulation& operator=(const simulation&) = delete;

  const whence::runtime& runtime() const noexcept { return runtime_; }

  /// Runs one item of what is ready; false if nothing is.
  bool run_one();
  /// Runs what is ready, and what that makes ready. Time stands. Returns how many items that were.
  std::size_t run_all();
  /// When the next one has its time, by `clock::elapsed()`, if somebody waits.
  std::optional<std::chrono::nanoseconds> next_due() const;
  /// Time goes on to whoever waits for the nearest, who is ready then; false if nobody waits.
  bool skip_to_next();
  /// Time passes. Whoever waits has his time on the way, in order, and what is ready runs at each.
  void advance(std::chrono::microseconds time);
  /// The wall clock alone is set, as by an administrator.
  void set(timestamp time);
  /// Orderly: what has to be told while what it refers to is still there. Later work is abandoned. Again: nothing more happens.
  void end();

 private:
  class driven_executor;
  const std::shared_ptr<manual_clock> clock_;
  const std::shared_ptr<manual_timer> timer_;
  const std::shared_ptr<driven_executor> executor_;
  const whence::runtime runtime_;
};

}  // namespace whence::inline v0
