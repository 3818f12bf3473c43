#include <algorithm>
#include <cstring>
#include <utility>

#include <whence/store/sqlite/index/run.hpp>

namespace whence::inline v0 {
namespace {

/// Runs of fewer events than this are of level 0.
constexpr std::uint64_t small_run = 131'072;
constexpr std::uint64_t growth = 8;

std::size_t blocks_for(std::size_t things, std::size_t of_block) noexcept { return (things + of_block - 1) / of_block; }

}  // namespace

void block_list::add(std::int64_t block) {
  if (!extents.empty() && extents.back().first + extents.back().count == block) {
    ++extents.back().count;
  } else {
    extents.push_back({block, 1});
  }
}

std::uint64_t block_list::size() const noexcept {
  std::uint64_t all = 0;
  for (const block_extent& extent : extents) all += static_cast<std::uint64_t>(extent.count);
  return all;
}

std::int64_t block_list::at(std::size_t which) const noexcept {
  auto left = static_cast<std::int64_t>(which);
  for (const block_extent& extent : extents) {
    if (left < extent.count) return extent.first + left;
    left -= extent.count;
  }
  return -1;
}

std::size_t index_run::fence_blocks() const noexcept { return blocks_for(entry_blocks(), block_fence::of_block); }

std::size_t index_run::filter_fences_begin(std::size_t filter) const noexcept {
  std::size_t begin = entry_blocks() + fence_blocks();
  for (std::size_t before = 0; before < filter; ++before) begin += filter_fences::blocks_for(filter_pages[before]);
  return begin;
}

int index_run::level() const noexcept {
  int level = 0;
  for (std::uint64_t limit = small_run; events() >= limit; limit *= growth) ++level;
  return level;
}

run_builder::run_builder(index_run planned) : run_(std::move(planned)), block_(run_.first) {
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
  block_.add(entry);
  ++added_;
  if (block_.full()) run_.blocks.add(put(block_kind::entries, block_.take(next_place())));
  if (!is_filtered(entry.key)) return;
  const std::size_t filter = filter_with(entry.key);
  if (filters_[filter].full() && !filters_[filter].has_last(entry.key)) put_page(filter, put);
  filters_[filter].add(entry.key);
}

void run_builder::finish(const sink& put) {
  run_.entries = added_;
  if (!block_.empty()) run_.blocks.add(put(block_kind::entries, block_.take(next_place())));
  put_all(block_kind::fences, fences_, block_fence::of_block * block_fence::bytes, put);
  for (std::size_t filter = 0; filter < filters_of_run; ++filter) {
    if (!filters_[filter].empty()) put_page(filter, put);
    put_all(block_kind::filter_fences, filter_fences_[filter].bytes(),
            filter_fences::of_block * filter_fences::bytes_of_fence, put);
  }
}

void run_builder::put_page(std::size_t filter, const sink& put) {
  const index_key first_key = filters_[filter].first();
  make_block(block_place::of_page(run_.number, filter, run_.filter_pages[filter]), block_kind::filter,
             filters_[filter].take(), bytes_);
  const std::int64_t page = put(block_kind::filter, bytes_);
  run_.pages.add(page);
  ++run_.filter_pages[filter];
  filter_fences_[filter].add(first_key, page);
}

void run_builder::put_all(block_kind kind, std::span<const std::uint8_t> payload, std::size_t bytes_of_block,
                          const sink& put) {
  for (std::size_t at = 0; at < payload.size(); at += bytes_of_block) {
    make_block(next_place(), kind, payload.subspan(at, std::min(bytes_of_block, payload.size() - at)), bytes_);
    run_.blocks.add(put(kind, bytes_));
  }
}

}  // namespace whence::inline v0
