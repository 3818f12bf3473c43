#include <algorithm>

#include <xxhash.h>

#include <whence/store/sqlite/verify/plan.hpp>

namespace whence::inline v0 {

void entry_sum::add(const index_entry& entry) noexcept {
  const std::uint64_t numbers[] = {entry.key, entry.position};
  const XXH128_hash_t hash = XXH3_128bits(numbers, sizeof numbers);
  low += hash.low64;
  high += hash.high64;
  ++entries;
}

void entry_sum::add(const entry_sum& other) noexcept {
  low += other.low;
  high += other.high;
  entries += other.entries;
}

const std::string& file_of(const std::vector<log_base>& bases, const std::string& log, global_position position) {
  const std::string* file = &log;
  for (const log_base& base : bases) {
    if (position > base.position) break;
    file = &base.path;
  }
  return *file;
}

position_range verification_plan::chunk(std::uint64_t number) const noexcept {
  const std::uint64_t first = begin() + number * chunk_events;
  return {global_position{std::max(from.value(), first)},
          global_position{std::min(head.value(), first + chunk_events - 1)}};
}

std::uint64_t verification_plan::chunks() const noexcept {
  return head < from ? 0 : (head.value() - begin()) / chunk_events + 1;
}

std::uint64_t verification_plan::sums() const noexcept {
  if (!compares_index || indexed_to < from) return 0;
  return (indexed_to.value() - begin()) / sum_events + 1;
}

}  // namespace whence::inline v0
