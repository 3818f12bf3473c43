/// Bloom filters over the keys of a run: one over its streams, one over its event ids, each in pages.
///
/// A page is a filter by itself, over keys that follow each other in the run. It is made while these come by, and is read without
/// the others: so nobody needs a whole filter in memory, who makes one no more than who asks. It has lines of 64 bytes, and a
/// question touches one of them.
///
/// Putze, Sanders, Singler: Cache-, Hash- and Space-Efficient Bloom Filters (2007). With twelve bits a key and seven of
/// them set, one question in 260 is answered "perhaps" where "no" were right: each of these reads a block for nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <whence/store/sqlite/index/block.hpp>
#include <whence/store/sqlite/index/keys.hpp>

namespace whence::inline v0 {

struct alignas(64) filter_line {
  std::array<std::uint64_t, 8> words;
};

struct filter_size {
  static constexpr std::size_t keys_of_line = 42;  ///< twelve bits each
  static constexpr std::size_t lines_of_page = block_size::payload / sizeof(filter_line);
  static constexpr std::size_t keys_of_page = lines_of_page * keys_of_line;
};

/// The line of a page, of so many lines, that has the key's bits.
std::size_t filter_line_of(index_key key, std::size_t lines) noexcept;
/// False: the key was not added.
bool may_have(const filter_line& line, index_key key) noexcept;

/// Where the pages of a filter are, and the first key of each.
///
/// As bytes, in blocks of a kind of their own: key and number of each page, 8 bytes each.
struct filter_fences {
  std::vector<index_key> first_keys;  ///< ascending
  std::vector<std::int64_t> pages;

  static constexpr std::size_t bytes_of_fence = 16;
  static constexpr std::size_t of_block = block_size::payload / bytes_of_fence;
  static std::size_t blocks_for(std::uint64_t pages) noexcept {
    return static_cast<std::size_t>((pages + of_block - 1) / of_block);
  }

  /// Which of them has the key, if any has. Keys are hashes: where its page stands is guessed from the key.
  std::optional<std::size_t> page_of(index_key key) const noexcept;

  void add(index_key first_key, std::int64_t page);
  std::vector<std::uint8_t> bytes() const;
  /// Nothing if the keys don't ascend.
  static std::optional<filter_fences> read(std::span<const std::uint8_t> bytes);
};

/// Makes the pages of a filter, of keys that come in ascending order.
class filter_builder {
 public:
  bool empty() const noexcept { return keys_.empty(); }
  bool full() const noexcept { return keys_.size() == filter_size::keys_of_page; }
  bool has_last(index_key key) const noexcept { return !keys_.empty() && keys_.back() == key; }
  index_key first() const noexcept { return keys_.front(); }

  /// To a page that is not full, or has it. A key that is the one before is not counted again.
  void add(index_key key) {
    if (!has_last(key)) keys_.push_back(key);
  }
  /// The page; the builder is empty again. Valid until the next call.
  std::span<const std::uint8_t> take();

 private:
  std::vector<index_key> keys_;
  std::vector<filter_line> lines_;
};

}  // namespace whence::inline v0
