#include <algorithm>
#include <cstring>

#include <whence/core/detail/fault_points.hpp>
#include <whence/store/sqlite/index/filter.hpp>

namespace whence::inline v0 {
namespace {

constexpr int bits_of_key = 7;

/// A key is a hash, but its lowest bits are its kind, and its highest say which page it is in.
std::uint64_t mix(index_key key) noexcept {
  key ^= key >> 32;
  key *= 0x9E3779B97F4A7C15;
  return key ^ (key >> 29);
}

/// Nine bits say which of the line's 512; the lowest seven times nine are used.
std::uint64_t bits_of(index_key key) noexcept { return mix(key) * 0xD6E8FEB86659FD93; }

}  // namespace

std::size_t filter_line_of(index_key key, std::size_t lines) noexcept {
  return static_cast<std::size_t>(((mix(key) >> 32) * lines) >> 32);
}

bool may_have(const filter_line& line, index_key key) noexcept {
  std::uint64_t bits = bits_of(key);
  std::uint64_t all = 1;  // no branch: which bit is the first that is missing cannot be foreseen
  for (int i = 0; i < bits_of_key; ++i, bits >>= 9) all &= line.words[(bits >> 6) & 7] >> (bits & 63);
  return all != 0;
}

std::optional<std::size_t> filter_fences::page_of(index_key key) const noexcept {
  if (first_keys.empty() || first_keys.front() > key) return std::nullopt;
  const std::size_t guess = static_cast<std::size_t>(((key >> 32) * first_keys.size()) >> 32);
  const auto is_it = [&](std::size_t at) {
    return at < first_keys.size() && first_keys[at] <= key && (at + 1 == first_keys.size() || first_keys[at + 1] > key);
  };
  for (const std::size_t at : {guess, guess + 1, guess - 1}) {
    if (is_it(at) || (detail::mutant(73) && at < first_keys.size())) return at;
  }
  return static_cast<std::size_t>(std::upper_bound(first_keys.begin(), first_keys.end(), key) - first_keys.begin()) - 1;
}

void filter_fences::add(index_key first_key, std::int64_t page) {
  first_keys.push_back(first_key);
  pages.push_back(page);
}

std::vector<std::uint8_t> filter_fences::bytes() const {
  std::vector<std::uint8_t> all(pages.size() * bytes_of_fence);
  for (std::size_t i = 0; i < pages.size(); ++i) {
    std::memcpy(all.data() + i * bytes_of_fence, &first_keys[i], sizeof first_keys[i]);
    std::memcpy(all.data() + i * bytes_of_fence + sizeof first_keys[i], &pages[i], sizeof pages[i]);
  }
  return all;
}

std::optional<filter_fences> filter_fences::read(std::span<const std::uint8_t> bytes) {
  filter_fences found;
  found.first_keys.resize(bytes.size() / bytes_of_fence);
  found.pages.resize(found.first_keys.size());
  for (std::size_t i = 0; i < found.pages.size(); ++i) {
    std::memcpy(&found.first_keys[i], bytes.data() + i * bytes_of_fence, sizeof found.first_keys[i]);
    std::memcpy(&found.pages[i], bytes.data() + i * bytes_of_fence + sizeof found.first_keys[i], sizeof found.pages[i]);
    if (i > 0 && found.first_keys[i] <= found.first_keys[i - 1]) return std::nullopt;
  }
  return found;
}

std::span<const std::uint8_t> filter_builder::take() {
  lines_.assign((keys_.size() + filter_size::keys_of_line - 1) / filter_size::keys_of_line, {});
  for (const index_key key : keys_) {
    filter_line& line = lines_[filter_line_of(key, lines_.size())];
    std::uint64_t bits = bits_of(key);
    for (int i = 0; i < bits_of_key; ++i, bits >>= 9) line.words[(bits >> 6) & 7] |= std::uint64_t{1} << (bits & 63);
  }
  keys_.clear();
  return {reinterpret_cast<const std::uint8_t*>(lines_.data()), lines_.size() * sizeof(filter_line)};
}

}  // namespace whence::inline v0
