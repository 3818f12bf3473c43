/// A run: the keys of consecutive events, sorted, in blocks.
///
/// Its blocks are, in this order: the entries; the fences, which are the first entry of each of these; the fences of its two
/// filters. They need not lie side by side in their table, since other runs are written while a large one is merged. The pages of
/// both filters are in a table of their own, in the order in which they became full: the fences of a filter say where each is.
#pragma once

#include <array>
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

struct block_list {
  std::vector<block_extent> extents;

  void add(std::int64_t block);
  std::uint64_t size() const noexcept;
  /// Where one of them is, counted from 0; -1: there is none.
  std::int64_t at(std::size_t which) const noexcept;
};

/// The filters of a run, by the kind of their keys: that over streams, and that over event ids.
constexpr std::size_t filters_of_run = 2;
constexpr std::size_t filter_with(index_key key) noexcept { return static_cast<std::size_t>(kind_of(key)); }
static_assert(is_filtered(filters_of_run - 1) && !is_filtered(filters_of_run));

struct index_run {
  std::uint64_t number = 0;
  std::uint64_t first = 0;    ///< the position of its first event
  std::uint64_t last = 0;     ///< and of its last
  std::uint64_t entries = 0;  ///< how many
  id_range ids;
  block_list blocks;
  std::array<std::uint64_t, filters_of_run> filter_pages{};  ///< how many each filter has
  block_list pages;                                          ///< of all filters

  std::uint64_t events() const noexcept { return last - first + 1; }
  std::size_t entry_blocks() const noexcept {
    return static_cast<std::size_t>((entries + block_size::entries - 1) / block_size::entries);
  }
  std::size_t fence_blocks() const noexcept;
  /// The first of the blocks with the fences of a filter; for one more than there are filters, where the blocks end.
  std::size_t filter_fences_begin(std::size_t filter) const noexcept;
  std::size_t all_blocks() const noexcept { return filter_fences_begin(filters_of_run); }

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
///
/// Limits   a block, the keys of a page of each filter, and all fences: a byte for a hundred events.
class run_builder {
 public:
  /// Where a block, or a page of a filter, goes: it returns its number in the table of its kind.
  using sink = std::function<std::int64_t(block_kind, std::span<const std::uint8_t>)>;

  /// `planned`: number, positions, ids, and about how many entries.
  explicit run_builder(index_run planned);

  void add(const index_entry& entry, const sink& put);
  /// After the last entry.
  void finish(const sink& put);

  /// As far as it has been made; its entries are counted when it is finished.
  const index_run& run() const noexcept { return run_; }

 private:
  block_place next_place() const noexcept { return {run_.number, run_.blocks.size()}; }
  void put_page(std::size_t filter, const sink& put);
  void put_all(block_kind kind, std::span<const std::uint8_t> payload, std::size_t bytes_of_block, const sink& put);

  index_run run_;
  std::uint64_t added_ = 0;
  block_builder block_;
  std::vector<std::uint8_t> fences_;
  std::array<filter_builder, filters_of_run> filters_;
  std::array<filter_fences, filters_of_run> filter_fences_;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace whence::inline v0
