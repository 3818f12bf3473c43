/// A clock that stands still and entropy from a seed: what a runtime is made of in tests and simulation.
/// With `manual_executor` in place of threads, a run is repeated exactly by its seed.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>

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

}  // namespace whence::inline v0
