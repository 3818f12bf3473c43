/// A Bloom filter over the keys of a run, in lines of 64 bytes: a question touches one line.
///
/// Putze, Sanders, Singler: Cache-, Hash- and Space-Efficient Bloom Filters (2007). With twelve bits a key and seven of
/// them set, one question in 260 is answered "perhaps" where "no" were right: each of these reads a block for nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <whence/store/sqlite/index/keys.hpp>

namespace whence::inline v0 {

class key_filter {
 public:
  key_filter() = default;
  /// An empty one, for that many keys.
  explicit key_filter(std::uint64_t keys) : words_(lines_for(keys) * words_of_line, 0) {}

  static std::uint64_t lines_for(std::uint64_t keys) noexcept { return keys / keys_of_line + 1; }
  static std::size_t bytes_for(std::uint64_t keys) noexcept {
    return static_cast<std::size_t>(lines_for(keys)) * words_of_line * sizeof(std::uint64_t);
  }

  void add(index_key key) noexcept;
  /// False: it was never added.
  bool may_have(index_key key) const noexcept;

  std::span<const std::uint8_t> bytes() const noexcept {
    return {reinterpret_cast<const std::uint8_t*>(words_.data()), words_.size() * sizeof(std::uint64_t)};
  }
  std::span<std::uint8_t> bytes() noexcept {
    return {reinterpret_cast<std::uint8_t*>(words_.data()), words_.size() * sizeof(std::uint64_t)};
  }

 private:
  static constexpr std::uint64_t words_of_line = 8;
  static constexpr std::uint64_t keys_of_line = 42;  // twelve bits each
  static constexpr int bits_of_key = 7;

  /// The first word of the key's line.
  std::size_t line_of(std::uint64_t mixed) const noexcept;

  std::vector<std::uint64_t> words_;
};

}  // namespace whence::inline v0
