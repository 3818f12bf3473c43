/// The types and tags of events in memory, as keys, so that what a query finds among the newest events is known without a look
/// at index or log.
///
/// Two names may have the same key. What is found is a hint: whoever asks looks at the event.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <whence/store/event_query.hpp>
#include <whence/store/place_table.hpp>
#include <whence/store/sqlite/index/keys.hpp>

namespace whence::inline v0 {

/// The names of a query's item, as keys.
struct item_keys {
  void assign(const query_item& item);

  std::vector<index_key> types;
  std::vector<index_key> tags;
};

/// Of consecutive events: each key leads to the newest event that has it, and from there to the next older one.
///
/// Threads  one at a time.
class event_keys {
 public:
  /// The next event.
  void add(global_position position, std::string_view type, std::span<const std::string> tags);
  /// All of the next events.
  void add(const event_keys& next);

  /// The positions beyond `after` of events that the item may find, ascending, behind what is in `into`.
  void find(const item_keys& item, global_position after, std::vector<std::uint64_t>& into) const;

  std::size_t events() const noexcept { return begins_.size(); }
  std::size_t keys() const noexcept { return nodes_.size(); }
  /// The position of its last event; of one that has events.
  std::uint64_t last() const noexcept { return first_ + begins_.size() - 1; }

 private:
  struct node {
    index_key key;
    std::uint32_t event;                 // its number in here
    std::optional<std::uint32_t> older;  // the next older node of the same key
  };

  void begin_event(std::uint64_t position);
  void add_key(index_key key);
  std::optional<std::uint32_t> newest(index_key key) const;
  std::span<const node> keys_of(std::uint32_t event) const noexcept;
  bool has_all(std::uint32_t event, const item_keys& item) const noexcept;
  void follow(index_key key, const item_keys& item, global_position after, std::vector<std::uint64_t>& into) const;

  std::uint64_t first_ = 0;
  std::vector<std::uint32_t> begins_;  // of each event's nodes: its type, then its tags
  std::vector<node> nodes_;
  place_table newest_;  // the newest node of each key
};

/// The newest committed events: nothing, until somebody asks for the first time; and nothing again, if nobody asks any more.
///
/// Threads  one at a time: whoever holds the commit token.
/// Limits   two parts of 16,384 events, or of fewer that have many tags, and of a commit each that is larger: 8 MB.
class recent_events {
 public:
  static constexpr std::size_t part_events = 16'384;
  static constexpr std::size_t part_keys = 65'536;

  bool begun() const noexcept { return begun_; }
  /// Remembers what is committed behind the log's head, from now on.
  void begin(global_position head);
  /// True: all events beyond that position are remembered.
  bool has_all_after(global_position position) const noexcept { return begun_ && position.value() >= from_; }

  /// Committed events, behind all that were added before.
  void add(const event_keys& committed);

  /// As event_keys does.
  void find(const item_keys& item, global_position after, std::vector<std::uint64_t>& into);

 private:
  bool begun_ = false;
  bool asked_ = false;  // since the older part was let go of last
  std::uint64_t from_ = 0;
  event_keys older_;
  event_keys newer_;
};

}  // namespace whence::inline v0
