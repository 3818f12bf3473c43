/// What the log knows already, as the committer asks for it: the heads of streams, events by their id, and what queries find.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <whence/store/append_outcome.hpp>
#include <whence/store/place_table.hpp>
#include <whence/store/sqlite/index/indexer.hpp>
#include <whence/store/sqlite/index/reader.hpp>
#include <whence/store/sqlite/reader.hpp>
#include <whence/store/sqlite/recent_events.hpp>

namespace whence::inline v0 {

/// Where a stream stands. The default is a stream that was never seen.
struct stream_head_entry {
  std::uint64_t number = 0;  ///< the position of its first event
  std::uint64_t version = 0;
  std::string_view aggregate_type;  ///< lasts as long as the heads that it comes from
};

/// What a stream is known by, in this process alone: a number of its own goes into each hash, so that nobody can make two names
/// that have the same. Of names that were not made for it, none have, in all the time there is.
using stream_hash = std::array<std::uint64_t, 2>;
stream_hash hash_of_stream(std::string_view name);

/// Remembers the heads that were asked for or moved lately.
///
/// Limits   262,144 streams, in sets of eight; each stream has a second set for when its first is full. If both are, the one of the
///          first that was not used for the longest time is forgotten, and looked up again when it is asked for: half of that
///          many streams are remembered but for one in a thousand. 13 MB. And the names of 16,384 aggregate types, at the beginning
///          of a group: of more, all is forgotten.
class stream_heads {
 public:
  static constexpr std::size_t aggregate_types_max = 16'384;

  /// At the beginning of a group, when nobody has an entry: forgets all, if there are too many names of types.
  void forget_if_too_many();

  /// Who will ask for many says so for all of them first, in these two steps: then their memory is on its way while the first are
  /// looked at.
  void prefetch(const stream_hash& stream) const noexcept;
  void prefetch_head(const stream_hash& stream) const noexcept;

  std::optional<stream_head_entry> find(const stream_hash& stream);
  /// Returns the same, as `find` would.
  stream_head_entry put(const stream_hash& stream, const stream_head_entry& head);

 private:
  static constexpr std::size_t ways = 8;
  static constexpr std::size_t sets = 32'768;

  /// Of the streams in a set, a line of memory: who looks for one that is not there reads nothing else.
  struct alignas(64) overview {
    std::array<std::uint32_t, ways> tags{};  // a part of the name's hash; 0: the place is free
    std::array<std::uint32_t, ways> used{};  // when
  };
  struct remembered {
    stream_hash name{};
    std::uint64_t number = 0;
    std::uint64_t version = 0;
    std::uint32_t aggregate_type = 0;
  };
  struct place {
    std::size_t set;
    std::size_t way;
  };

  static std::size_t first_set(const stream_hash& name) noexcept { return static_cast<std::size_t>(name[0] % sets); }
  static std::size_t second_set(const stream_hash& name) noexcept { return static_cast<std::size_t>(name[1] % sets); }
  static std::uint32_t tag_of(const stream_hash& name) noexcept {
    return static_cast<std::uint32_t>(name[0] >> 32) | 1u;  // the lower half says which set
  }
  remembered& at(place where) noexcept { return remembered_[where.set * ways + where.way]; }
  std::optional<place> find_in(std::size_t set, const stream_hash& name) noexcept;
  std::optional<place> free_in(std::size_t set) const noexcept;
  place oldest_in(std::size_t set) const noexcept;
  std::uint32_t number_of(std::string_view aggregate_type);

  std::vector<overview> overviews_;
  std::vector<remembered> remembered_;       // a set after the other
  std::deque<std::string> aggregate_types_;  // each stays where it is
  place_table type_places_;
  std::uint32_t uses_ = 0;
};

/// Answers from heads, tail and index; a hit is looked up in the log. All that was committed before is found.
///
/// Threads  one at a time: whoever holds the commit token.
/// Throws   sql_error, log_damaged.
class known_events {
 public:
  known_events(const log_paths& paths, indexer& indexer);

  /// A moment in which nothing is committed. While one lives, connections keep their snapshots.
  class [[nodiscard]] look {
   public:
    explicit look(known_events& known) : known_(known) {}
    ~look() { known_.end_look(); }
    look(const look&) = delete;
    look& operator=(const look&) = delete;

   private:
    known_events& known_;
  };

  /// `hash` is that of the name.
  stream_head_entry head_of(std::string_view stream, const stream_hash& hash);
  /// The event with this id; null if there is none. Valid until the next call.
  const recorded_event* event_with(const event_id& id);

  /// The committed events of a stream with a version of at least `first`, at most `limit`, in their order; `head` is the last
  /// version that is committed. Never fails: there are fewer if they cannot be found or read.
  std::vector<event_between> events_from(const std::string& stream, std::uint64_t first, std::uint64_t head,
                                         std::size_t limit);

  /// The committed events that the condition rules out, at most `limit`, in their order. `head` is where the log ends.
  std::vector<event_between> ruled_out(const append_condition& condition, global_position head, std::size_t limit);

  stream_heads& heads() noexcept { return heads_; }
  recent_events& recent() noexcept { return recent_; }

 private:
  void begin_look_at_log();
  void begin_look_at_index();
  bool lacked_by_index(index_key key, const event_id* id);
  void end_look() noexcept;
  /// Calls `is_it` with each event that may have the key, the newest first, until it returns true.
  /// `id`: the event id whose key it is.
  template <class IsIt>
  const recorded_event* search(index_key key, const event_id* id, IsIt is_it);
  template <class LookAt>
  const recorded_event* search_index(index_key key, const event_id* id, LookAt look_at);

  /// Calls `ask()`, which returns what tail and index say, until it did so of an index that has all that the tail does not.
  template <class Ask>
  auto of_whole_index(Ask ask);
  /// At most `limit` positions beyond `after` of events that may have the key, ascending. Of a type: the first ones in each group.
  std::vector<std::uint64_t> positions_after(index_key key, std::uint64_t after, std::size_t limit);

  class matching_events;
  void find_tagged(const query_item& item, matching_events& found);
  void find_of_types(const query_item& item, matching_events& found);

  /// Where the events of a stream with these versions should be, as far as tail and index say.
  std::vector<std::uint64_t> positions_from(index_key key, std::uint64_t first, std::uint64_t head, std::size_t limit);

  const log_paths& paths_;
  indexer& indexer_;
  stream_heads heads_;
  recent_events recent_;
  item_keys item_keys_;  // of the item that is looked for
  log_reader_connection log_;
  std::optional<log_reader_connection::snapshot> log_look_;
  std::unique_ptr<index_reader> index_;
  std::uint64_t index_generation_ = 0;
  std::optional<index_reader::snapshot> index_look_;
  std::uint64_t drops_before_look_ = 0;
  bool looked_at_whole_ = false;  // the index had all that the tail had not when the last look at it began
  std::optional<id_range> ids_;   // of all events; as long as a look lives
};

}  // namespace whence::inline v0
