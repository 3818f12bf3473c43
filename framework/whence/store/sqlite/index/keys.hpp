/// Keys: what the index is asked for, as 64-bit hashes; and batches of them, as events become known.
///
/// Two things may have the same key. A hit is a hint: whoever asks looks the event up in the log.
///
/// Most keys have an entry for each event that has them. Every event has a type, and there are few: these have, in each run, one
/// entry for each group of positions in which they occur, at the first event there that has them. Whoever asks reads these
/// groups in the log.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include <whence/core/uuid.hpp>
#include <whence/store/event_page.hpp>

namespace whence::inline v0 {

/// A hash, with its kind in the lowest three bits.
using index_key = std::uint64_t;

enum class key_kind : std::uint8_t { stream, event, correlation, causation, tag, event_type, aggregate_type };

constexpr key_kind kind_of(index_key key) noexcept { return static_cast<key_kind>(key & 7); }

/// An append asks for these, mostly to hear that they were never seen: filters are built over them.
constexpr bool is_filtered(index_key key) noexcept { return kind_of(key) <= key_kind::event; }

/// An append asks for these in what is in memory: for tags on behalf of its conditions.
constexpr bool is_tabled(index_key key) noexcept { return is_filtered(key) || kind_of(key) == key_kind::tag; }

/// It has an entry for each group of positions, and not for each event.
constexpr bool is_sparse(index_key key) noexcept { return kind_of(key) >= key_kind::event_type; }

/// Positions that lie side by side, from 1 on.
struct position_group {
  static constexpr std::uint64_t positions = 1'024;

  static constexpr position_group of(std::uint64_t position) noexcept {
    return {(position - 1) / positions * positions + 1};
  }
  constexpr std::uint64_t last() const noexcept { return first + positions - 1; }
  friend bool operator==(position_group, position_group) = default;

  std::uint64_t first = 1;
};

index_key key_of_stream(std::string_view name) noexcept;
index_key key_of_event(const event_id& id) noexcept;
index_key key_of_correlation(const correlation_id& id) noexcept;
/// The command or event that caused it.
index_key key_of_causation(const causation_id& id) noexcept;
index_key key_of_tag(std::string_view tag) noexcept;
index_key key_of_event_type(std::string_view name) noexcept;
index_key key_of_aggregate_type(std::string_view name) noexcept;

struct index_entry {
  index_key key = 0;
  std::uint64_t position = 0;

  friend auto operator<=>(const index_entry&, const index_entry&) = default;
};

/// By key, then position. Keys are hashes: they are dealt out by their first bits, so that each part is sorted in the fastest
/// memory.
void sort_entries(std::vector<index_entry>& entries);

/// The range of event ids in a part of the log, as far as they are UUIDv7. These carry the time of their making: an id of
/// another time is not among them, and no index needs to be read to know that.
class id_range {
 public:
  void add(const uuid& id) noexcept;
  void add(const id_range& other) noexcept;

  /// False: the id is not there.
  bool may_have(const uuid& id) const noexcept;
  /// True: the id is newer than all that are there.
  bool is_beyond(const uuid& id) const noexcept { return id.version() == 7 && id > newest_; }

  const uuid& oldest() const noexcept { return oldest_; }  ///< nil: none is a UUIDv7
  const uuid& newest() const noexcept { return newest_; }
  bool has_others() const noexcept { return has_others_; }
  static id_range of(const uuid& oldest, const uuid& newest, bool has_others) noexcept;

 private:
  uuid oldest_;
  uuid newest_;
  bool has_others_ = false;
};

/// Sparse entries of consecutive events: one for each key and group.
class sparse_entries {
 public:
  /// A key of an event at that position, which is not before those of the events that were added before.
  void add(index_key key, std::uint64_t position) {
    if (!(position_group::of(position) == group_)) begin_group(position);
    index_key& met = met_[(key >> 3) % met_.size()];
    if (met == key) return;
    met = key;
    add_if_new({key, position});
  }
  void add(const sparse_entries& next) {
    for (const index_entry& entry : next.all_) add(entry.key, entry.position);
  }
  void clear() { *this = {}; }

  /// In the order of their positions.
  const std::vector<index_entry>& all() const noexcept { return all_; }

 private:
  void begin_group(std::uint64_t position);
  void add_if_new(const index_entry& entry);

  std::vector<index_entry> all_;
  position_group group_{0};         // of the last event
  std::size_t begin_of_group_ = 0;  // in all_
  // Some keys of this group, by their bits. Not all: two of them may want the same place.
  std::array<index_key, 32> met_{};
};

/// The keys of consecutive events, in their order.
struct index_batch {
  /// The next event; `chain` is its chain hash.
  void add(const recorded_event& event, const chain_hash& chain);
  /// All of the next events.
  void add(const index_batch& next);

  std::size_t events() const noexcept { return entries.empty() ? 0 : static_cast<std::size_t>(last - first + 1); }
  bool empty() const noexcept { return entries.empty(); }

  std::vector<index_entry> entries;
  sparse_entries sparse;
  std::uint64_t first = 0;  ///< the position of its first event
  std::uint64_t last = 0;
  chain_hash chain{};  ///< of its last event
  id_range ids;
};

}  // namespace whence::inline v0
