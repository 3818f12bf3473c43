/// What the index does not have yet, in memory: the keys of the newest committed events.
///
/// Events are kept in runs of 4,096, each with a hash table over its keys; the indexer takes the oldest run, and drops it
/// when the index has it. A lookup asks every run: at most sixteen at the tail's limit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include <whence/core/guarded.hpp>
#include <whence/store/sqlite/index.hpp>

namespace whence::inline v0 {

/// Threads  any.
class index_tail {
 public:
  static constexpr std::size_t run_events = 4096;

  /// Adds committed events, in position order.
  void add(const std::vector<indexed_event>& events);

  /// The positions of the key, ascending.
  std::vector<std::uint64_t> find(index_key key) const;

  std::size_t size() const;

  /// How often something was dropped: as long as it stays the same, whoever read the index before still has all.
  std::uint64_t drops() const;

  /// A copy of the oldest run if it is full, or of whatever there is if `also_part`; empty if there is none.
  std::vector<indexed_event> oldest(bool also_part) const;

  /// Drops everything up to the position. A run goes as a whole or not at all.
  void drop_through(std::uint64_t position);

 private:
  class run {
   public:
    void add(const indexed_event& event);
    void find(index_key key, std::vector<std::uint64_t>& into) const;
    const std::vector<indexed_event>& events() const noexcept { return events_; }
    bool full() const noexcept { return events_.size() == run_events; }

   private:
    struct node {
      index_key key;
      std::uint32_t event;
      std::uint32_t older;  // the next older node of the same key, plus one; 0: none
    };
    void add(index_key key, std::uint32_t event);
    std::size_t slot_of(index_key key) const noexcept;

    static constexpr std::size_t slots = run_events * 4;  // two keys an event: half full at most
    std::vector<indexed_event> events_;
    std::vector<node> nodes_;
    std::vector<std::uint32_t> table_;  // the newest node of a key, plus one; 0: none
  };
  struct shared {
    std::deque<run> runs;
    std::size_t events = 0;
    std::uint64_t drops = 0;
  };

  mutable guarded<shared> shared_;
};

}  // namespace whence::inline v0
