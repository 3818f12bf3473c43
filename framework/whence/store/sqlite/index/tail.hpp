/// What the index does not have yet, in memory: the keys of the newest committed events.
///
/// Events are kept in parts of 32,768, or of fewer that have many keys; the indexer makes a run of the oldest part, and drops
/// it when the index has it. A part has a
/// table over the keys that appends ask for, made when somebody asks: who appends to streams that are known, without conditions,
/// asks seldom. Other keys are looked for one by one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include <whence/core/guarded.hpp>
#include <whence/store/place_table.hpp>
#include <whence/store/sqlite/index/keys.hpp>

namespace whence::inline v0 {

/// Threads  any.
class index_tail {
 public:
  static constexpr std::size_t part_events = 32'768;
  static constexpr std::size_t part_entries = 8 * part_events;  ///< 4 MiB

  /// Adds committed events, which follow on those that were added before. True: a part has become full.
  bool add(const index_batch& events);

  /// The positions of the key, ascending; of a type the first ones in each group, and in each part.
  std::vector<std::uint64_t> find(index_key key) const;

  /// At most `limit` positions of a key that is tabled, descending.
  std::vector<std::uint64_t> newest(index_key key, std::size_t limit) const;

  std::size_t size() const;
  std::size_t entries() const;
  bool has_full_part() const;

  /// The position of the oldest event; 0: it is empty.
  std::uint64_t first() const;

  /// How often something was dropped: as long as it stays the same, whoever read the index before still has all.
  std::uint64_t drops() const;

  /// A copy of the oldest part if it is full, or of whatever there is if `also_begun`; empty if there is none.
  index_batch oldest(bool also_begun) const;

  /// Drops everything up to the position. A part goes as a whole or not at all.
  void drop_through(std::uint64_t position);

 private:
  class part {
   public:
    void add(const index_batch& events) { events_.add(events); }
    void find(index_key key, std::vector<std::uint64_t>& into);
    void newest(index_key key, std::size_t limit, std::vector<std::uint64_t>& into);
    const index_batch& events() const noexcept { return events_; }
    bool full() const noexcept { return events_.events() >= part_events || events_.entries.size() >= part_entries; }

   private:
    struct node {
      index_key key;
      std::uint64_t position;
      std::optional<std::uint32_t> older;  // the next older node of the same key
    };
    void enter_new();
    std::optional<std::uint32_t> newest_node(index_key key);

    index_batch events_;
    std::size_t entered_ = 0;  // so many of the entries are in the table, if they are tabled
    std::vector<node> nodes_;
    place_table newest_;  // the newest node of each key
  };
  struct shared {
    std::deque<part> parts;
    std::size_t events = 0;
    std::size_t entries = 0;
    std::uint64_t drops = 0;
  };

  mutable guarded<shared> shared_;
};

}  // namespace whence::inline v0
