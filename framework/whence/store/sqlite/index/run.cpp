#include <algorithm>
#include <cstring>
#include <utility>

#include <whence/store/sqlite/index/run.hpp>

namespace whence::inline v0 {
namespace {

/// Runs of fewer events than this are of level 0.
constexpr std::uint64_t small_run = 131'072;
constexpr std::uint64_t growth = 8;

std::size_t blocks_for(std::size_t bytes, std::size_t of_block) noexcept { return (bytes + of_block - 1) / of_block; }

}  // namespace

std::size_t index_run::fence_blocks() const noexcept { return blocks_for(entry_blocks(), block_fence::of_block); }

std::size_t index_run::filter_blocks() const noexcept {
  return blocks_for(key_filter::bytes_for(filtered), block_size::payload);
}

std::int64_t index_run::block(std::size_t which) const noexcept {
  auto left = static_cast<std::int64_t>(which);
  for (const block_extent& extent : blocks) {
    if (left < extent.count) return extent.first + left;
    left -= extent.count;
  }
  return -1;
}

int index_run::level() const noexcept {
  int level = 0;
  for (std::uint64_t limit = small_run; events() >= limit; limit *= growth) ++level;
  return level;
}

run_builder::run_builder(index_run planned)
    : run_(std::move(planned)), block_(run_.number, run_.first), filter_(run_.filtered) {
  fences_.reserve(run_.entry_blocks() * block_fence::bytes);
}

void run_builder::add(const index_entry& entry, const sink& put) {
  if (block_.empty()) {
    const std::size_t at = fences_.size();
    const auto distance = static_cast<std::uint32_t>(entry.position - run_.first);
    fences_.resize(at + block_fence::bytes);
    std::memcpy(fences_.data() + at, &entry.key, sizeof entry.key);
    std::memcpy(fences_.data() + at + sizeof entry.key, &distance, sizeof distance);
  }
  if (is_filtered(entry.key) && previous_ != entry.key) filter_.add(entry.key);
  previous_ = entry.key;
  block_.add(entry);
  if (block_.full()) put_block(block_.take(), put);
}

void run_builder::finish(const sink& put) {
  if (!block_.empty()) put_block(block_.take(), put);
  put_all(block_kind::fences, fences_, block_fence::of_block * block_fence::bytes, put);
  put_all(block_kind::filter, std::as_const(filter_).bytes(), block_size::payload, put);
}

void run_builder::put_block(std::span<const std::uint8_t> bytes, const sink& put) {
  const std::int64_t at = put(bytes);
  if (!run_.blocks.empty() && run_.blocks.back().first + run_.blocks.back().count == at) {
    ++run_.blocks.back().count;
  } else {
    run_.blocks.push_back({at, 1});
  }
}

void run_builder::put_all(block_kind kind, std::span<const std::uint8_t> payload, std::size_t of_block,
                          const sink& put) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t at = 0; at < payload.size(); at += of_block) {
    make_block(run_.number, kind, payload.subspan(at, std::min(of_block, payload.size() - at)), bytes);
    put_block(bytes, put);
  }
}

std::uint64_t count_filtered(std::span<const index_entry> sorted) noexcept {
  std::uint64_t count = 0;
  for (std::size_t at = 0; at < sorted.size(); ++at) {
    if (is_filtered(sorted[at].key) && (at == 0 || sorted[at - 1].key != sorted[at].key)) ++count;
  }
  return count;
}

}  // namespace whence::inline v0
