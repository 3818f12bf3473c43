/// States of aggregates that commands were sent to lately, so that the next command reads only what came since.
#pragma once

#include <atomic>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>

#include <whence/core/guarded.hpp>
#include <whence/modelling/aggregate.hpp>
#include <whence/modelling/repository.hpp>
#include <whence/modelling/snapshots.hpp>

namespace whence::inline v0::detail {

/// The state of one aggregate, and the event up to which it is folded.
///
/// Threads  one at a time: whoever has its `hot_aggregates::use`.
class hot_aggregate {
 public:
  hot_aggregate(const aggregate_facts& facts, std::string_view stream);
  ~hot_aggregate();
  hot_aggregate(const hot_aggregate&) = delete;
  hot_aggregate& operator=(const hot_aggregate&) = delete;

  const aggregate_facts& facts() const noexcept { return facts_; }
  const std::string& stream() const noexcept { return stream_; }

 private:
  friend class hot_aggregates;

  /// Applies what was appended since, or what its snapshot lacks. After a throw it begins with no event again. `from`: may
  /// be null.
  void catch_up(log_reader& log, snapshots* from);

  const aggregate_facts& facts_;
  const std::string stream_;
  std::mutex busy_;
  std::atomic<std::thread::id> user_;
  void* state_;  // null: to be created anew
  fold_progress at_;
};

/// A cache, never the truth: what it gives out was caught up with the log a moment ago, and an append that was decided on it
/// expects the version on which it was decided.
///
/// Threads  any. Who loads an aggregate that another thread has in use waits for that one.
/// Limits   `count_max` aggregates, those that were used last, of streams with at least `events_min` events; the size of a
///          state is its user's affair.
class hot_aggregates {
 public:
  static constexpr std::uint64_t events_min = 16;  // a shorter stream is one page, read in one go

  /// `from`: may be null.
  hot_aggregates(std::size_t count_max, std::shared_ptr<snapshots> from)
      : count_max_(count_max), snapshots_(std::move(from)) {}

  /// A loaded aggregate, for its holder alone as long as this lives.
  class [[nodiscard]] use {
   public:
    explicit use(std::shared_ptr<hot_aggregate> of);
    ~use();
    use(use&&) noexcept = default;
    use& operator=(use&&) = delete;

    const void* state() const noexcept { return of_->state_; }
    const fold_end& end() const noexcept { return of_->at_.end; }

   private:
    std::shared_ptr<hot_aggregate> of_;
    std::unique_lock<std::mutex> lock_;
  };

  /// The aggregate as of the last event of its stream. A thread that has it in use already is given another copy, from the log.
  /// Throws   what `fold_stream` does.
  use load(log_reader& log, const aggregate_facts& facts, std::string_view stream);

  /// The next `load` begins with the first event.
  void forget(std::string_view stream);

 private:
  using by_use = std::list<std::shared_ptr<hot_aggregate>>;
  struct contents {
    by_use latest_first;
    std::unordered_map<std::string_view, by_use::iterator> by_stream;  // the keys are in the aggregates

    void remove(by_use::iterator which);
  };

  std::shared_ptr<hot_aggregate> find(std::string_view stream);
  void keep(const std::shared_ptr<hot_aggregate>& loaded);

  const std::size_t count_max_;
  const std::shared_ptr<snapshots> snapshots_;
  guarded<contents> contents_;
};

}  // namespace whence::inline v0::detail
