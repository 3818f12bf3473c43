#include <bit>
#include <cstring>

#include <xxhash.h>

#include <whence/core/detail/fault_points.hpp>
#include <whence/store/sqlite/index/block.hpp>

namespace whence::inline v0 {
namespace {

static_assert(std::endian::native == std::endian::little, "the index is read and written as it lies in memory");

template <class Integer>
Integer load(const std::uint8_t* at) noexcept {
  Integer value = 0;
  std::memcpy(&value, at, sizeof value);
  return value;
}

template <class Integer>
void store(std::uint8_t* at, Integer value) noexcept {
  std::memcpy(at, &value, sizeof value);
}

std::uint64_t checksum(std::span<const std::uint8_t> bytes, block_place place) noexcept {
  return XXH3_64bits_withSeed(bytes.data() + 8, bytes.size() - 8, detail::mutant(71) ? 0 : place.number);
}

void write_head(std::vector<std::uint8_t>& bytes, block_place place, std::size_t count, block_kind kind) {
  store(bytes.data() + 8, place.run);
  store(bytes.data() + 16, static_cast<std::uint32_t>(count));
  store(bytes.data() + 20, static_cast<std::uint32_t>(kind));
  store(bytes.data(), checksum(bytes, place));
}

/// The count in the head; nothing if the block is another, or damaged.
std::optional<std::size_t> read_head(std::span<const std::uint8_t> bytes, block_place place, block_kind kind) {
  if (bytes.size() < block_size::head || bytes.size() > block_size::bytes) return std::nullopt;
  if (load<std::uint64_t>(bytes.data()) != checksum(bytes, place)) return std::nullopt;
  if (load<std::uint64_t>(bytes.data() + 8) != place.run) return std::nullopt;
  if (load<std::uint32_t>(bytes.data() + 20) != static_cast<std::uint32_t>(kind)) return std::nullopt;
  return load<std::uint32_t>(bytes.data() + 16);
}

}  // namespace

void block_builder::add(const index_entry& entry) {
  keys_.push_back(entry.key);
  distances_.push_back(static_cast<std::uint32_t>(entry.position - first_position_));
}

std::span<const std::uint8_t> block_builder::take(block_place place) {
  const std::size_t count = keys_.size();
  bytes_.resize(block_size::head + count * block_size::entry);
  std::memcpy(bytes_.data() + block_size::head, keys_.data(), count * sizeof(index_key));
  std::memcpy(bytes_.data() + block_size::head + count * sizeof(index_key), distances_.data(),
              count * sizeof(std::uint32_t));
  write_head(bytes_, place, count, block_kind::entries);
  keys_.clear();
  distances_.clear();
  return bytes_;
}

void make_block(block_place place, block_kind kind, std::span<const std::uint8_t> payload,
                std::vector<std::uint8_t>& bytes) {
  bytes.resize(block_size::head);
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  write_head(bytes, place, payload.size(), kind);
}

std::optional<std::span<const std::uint8_t>> read_block(std::span<const std::uint8_t> bytes, block_place place,
                                                        block_kind kind) {
  const std::optional<std::size_t> count = read_head(bytes, place, kind);
  if (!count || *count != bytes.size() - block_size::head) return std::nullopt;
  return bytes.subspan(block_size::head);
}

std::optional<block_view> block_view::read(std::span<const std::uint8_t> bytes, block_place place,
                                           std::uint64_t first_position) {
  const std::optional<std::size_t> count = read_head(bytes, place, block_kind::entries);
  if (!count || *count == 0 || bytes.size() != block_size::head + *count * block_size::entry) return std::nullopt;
  block_view view;
  view.keys_ = bytes.data() + block_size::head;
  view.distances_ = view.keys_ + *count * sizeof(index_key);
  view.size_ = *count;
  view.first_position_ = first_position;
  return view;
}

index_key block_view::key(std::size_t at) const noexcept { return load<index_key>(keys_ + at * sizeof(index_key)); }

std::uint64_t block_view::position(std::size_t at) const noexcept {
  return first_position_ + load<std::uint32_t>(distances_ + at * sizeof(std::uint32_t));
}

std::size_t block_view::lower_bound(const index_entry& entry) const noexcept {
  std::size_t begin = 0;
  std::size_t end = size_;
  while (begin < end) {
    const std::size_t middle = (begin + end) / 2;
    if ((*this)[middle] < entry) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  return begin;
}

}  // namespace whence::inline v0
