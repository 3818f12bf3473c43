/// A run: the keys of consecutive events, sorted, in blocks.
///
/// Its blocks are, in this order: the entries; the fences, which are the first entry of each of these; the filter. They need not
/// lie side by side in the table, since other runs are written while a large one is merged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include <whence/store/sqlite/index/block.hpp>
#include <whence/store/sqlite/index/filter.hpp>
#include <whence/store/sqlite/index/keys.hpp>

namespace whence::inline v0 {

/// Blocks that lie side by side.
struct block_extent {
  std::int64_t first = 0;
  std::int64_t count = 0;
};

struct index_run {
  std::uint64_t number = 0;
  std::uint64_t first = 0;     ///< the position of its first event
  std::uint64_t last = 0;      ///< and of its last
  std::uint64_t entries = 0;   ///< how many
  std::uint64_t filtered = 0;  ///< how many the filter was made for
  id_range ids;
  std::vector<block_extent> blocks;

  std::uint64_t events() const noexcept { return last - first + 1; }
  std::size_t entry_blocks() const noexcept {
    return static_cast<std::size_t>((entries + block_size::entries - 1) / block_size::entries);
  }
  std::size_t fence_blocks() const noexcept;
  std::size_t filter_blocks() const noexcept;
  std::size_t all_blocks() const noexcept { return entry_blocks() + fence_blocks() + filter_blocks(); }

  /// Where one of its blocks is, counted from 0.
  std::int64_t block(std::size_t which) const noexcept;

  /// Runs of one level are merged into one of the next, eight at a time, so that an entry is written again once a level.
  int level() const noexcept;
};

/// Fences lie in their blocks as in a block of entries, but without a count: keys and distances of each, one after the other.
struct block_fence {
  index_key key = 0;
  std::uint32_t distance = 0;

  static constexpr std::size_t bytes = 12;
  static constexpr std::size_t of_block = block_size::payload / bytes;
};

/// Makes a run of entries that come in ascending order.
class run_builder {
 public:
  /// Where a block goes: it returns its number in the table.
  using sink = std::function<std::int64_t(std::span<const std::uint8_t>)>;

  /// `planned`: number, positions, ids, and the counts of entries and filtered keys, which must come true.
  explicit run_builder(index_run planned);

  void add(const index_entry& entry, const sink& put);
  /// After the last entry.
  void finish(const sink& put);

  /// As far as it has been made.
  const index_run& run() const noexcept { return run_; }

 private:
  void put_block(std::span<const std::uint8_t> bytes, const sink& put);
  void put_all(block_kind kind, std::span<const std::uint8_t> payload, std::size_t of_block, const sink& put);

  index_run run_;
  block_builder block_;
  std::vector<std::uint8_t> fences_;
  key_filter filter_;
  std::optional<index_key> previous_;
};

/// The filtered keys of sorted entries, each counted once.
std::uint64_t count_filtered(std::span<const index_entry> sorted) noexcept;

}  // namespace whence::inline v0
