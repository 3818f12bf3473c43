#include <whence/store/sqlite/index/filter.hpp>

namespace whence::inline v0 {
namespace {

/// A key is a hash, but its lowest bits are its kind, and its highest say where it lies in the run.
std::uint64_t mix(index_key key) noexcept {
  key ^= key >> 32;
  key *= 0x9E3779B97F4A7C15;
  return key ^ (key >> 29);
}

}  // namespace

std::size_t key_filter::line_of(std::uint64_t mixed) const noexcept {
  const std::uint64_t lines = words_.size() / words_of_line;
  return static_cast<std::size_t>(((mixed >> 32) * lines) >> 32) * words_of_line;  // fewer than 2^32 lines: 256 GiB
}

void key_filter::add(index_key key) noexcept {
  const std::uint64_t mixed = mix(key);
  std::uint64_t* const line = words_.data() + line_of(mixed);
  std::uint64_t bits = mixed * 0xD6E8FEB86659FD93;
  for (int i = 0; i < bits_of_key; ++i, bits >>= 9) line[(bits >> 6) & 7] |= std::uint64_t{1} << (bits & 63);
}

bool key_filter::may_have(index_key key) const noexcept {
  const std::uint64_t mixed = mix(key);
  const std::uint64_t* const line = words_.data() + line_of(mixed);
  std::uint64_t bits = mixed * 0xD6E8FEB86659FD93;
  for (int i = 0; i < bits_of_key; ++i, bits >>= 9) {
    if ((line[(bits >> 6) & 7] & (std::uint64_t{1} << (bits & 63))) == 0) return false;
  }
  return true;
}

}  // namespace whence::inline v0
