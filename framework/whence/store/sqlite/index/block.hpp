/// Blocks: what a run is made of, each on one page of the database, so that a lookup reads one page of a run.
///
///     0   XXH3-64 over all that follows, begun with the block's number (`block_place`)
///     8   the number of the run, 8 bytes: with the block's, it tells a block that stands in another's place
///     16  the count of entries (in a block of entries) or of bytes (in any other), 4 bytes
///     20  what it is (`block_kind`), 4 bytes
///     24  of entries: their keys, 8 bytes each, ascending; then, in the same order, their positions, 4 bytes each, as the
///         distance from the run's first. Entries with the same key ascend by position.
///
/// Integers are little-endian.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <whence/store/sqlite/index/keys.hpp>

namespace whence::inline v0 {

enum class block_kind : std::uint32_t { entries = 1, fences = 2, filter = 3, filter_fences = 4 };

struct block_size {
  static constexpr std::size_t page = 16'384;  ///< of the database
  static constexpr std::size_t head = 24;
  static constexpr std::size_t bytes = 16'344;  ///< at most; a row of this size fills a page and needs no other
  static constexpr std::size_t payload = bytes - head;
  static constexpr std::size_t entry = 12;
  static constexpr std::size_t entries = payload / entry;
};

/// Where a block belongs.
struct block_place {
  std::uint64_t run = 0;
  std::uint64_t number = 0;  ///< among the blocks of the run, from 0; of a page of a filter: `of_page`

  static constexpr block_place of_page(std::uint64_t run, std::size_t filter, std::uint64_t page) noexcept {
    return {run, std::uint64_t{filter + 1} << 48 | page};
  }
};

/// Collects entries, in ascending order, into the bytes of one block.
class block_builder {
 public:
  explicit block_builder(std::uint64_t first_position) : first_position_(first_position) {}

  void add(const index_entry& entry);
  bool empty() const noexcept { return keys_.empty(); }
  bool full() const noexcept { return keys_.size() == block_size::entries; }
  /// The block; the builder is empty again. Valid until the next call.
  std::span<const std::uint8_t> take(block_place place);

 private:
  std::uint64_t first_position_;
  std::vector<index_key> keys_;
  std::vector<std::uint32_t> distances_;
  std::vector<std::uint8_t> bytes_;
};

/// A block that is no block of entries, into `bytes`. At most `block_size::payload`.
void make_block(block_place place, block_kind kind, std::span<const std::uint8_t> payload,
                std::vector<std::uint8_t>& bytes);
/// Its payload; nothing if it is not that block of that run, or damaged.
std::optional<std::span<const std::uint8_t>> read_block(std::span<const std::uint8_t> bytes, block_place place,
                                                        block_kind kind);

/// A block of entries, as it lies in memory.
class block_view {
 public:
  /// Nothing if it is not that block of that run, or damaged.
  static std::optional<block_view> read(std::span<const std::uint8_t> bytes, block_place place,
                                        std::uint64_t first_position);

  std::size_t size() const noexcept { return size_; }
  index_key key(std::size_t at) const noexcept;
  std::uint64_t position(std::size_t at) const noexcept;
  index_entry operator[](std::size_t at) const noexcept { return {key(at), position(at)}; }
  /// How many entries are less than that.
  std::size_t lower_bound(const index_entry& entry) const noexcept;

 private:
  const std::uint8_t* keys_ = nullptr;
  const std::uint8_t* distances_ = nullptr;
  std::size_t size_ = 0;
  std::uint64_t first_position_ = 0;
};

}  // namespace whence::inline v0
