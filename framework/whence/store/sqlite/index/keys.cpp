#include <algorithm>
#include <bit>
#include <numeric>

#include <xxhash.h>

#include <whence/store/sqlite/index/keys.hpp>

namespace whence::inline v0 {
namespace {

index_key hash(key_kind kind, const void* bytes, std::size_t size) noexcept {
  return (XXH3_64bits(bytes, size) & ~index_key{7}) | static_cast<index_key>(kind);
}

index_key hash(key_kind kind, const uuid& id) noexcept { return hash(kind, id.bytes().data(), id.bytes().size()); }

}  // namespace

index_key key_of_stream(std::string_view name) noexcept { return hash(key_kind::stream, name.data(), name.size()); }
index_key key_of_event(const event_id& id) noexcept { return hash(key_kind::event, id.value()); }
index_key key_of_correlation(const correlation_id& id) noexcept { return hash(key_kind::correlation, id.value()); }
index_key key_of_causation(const causation_id& id) noexcept { return hash(key_kind::causation, id.value()); }
index_key key_of_tag(std::string_view tag) noexcept { return hash(key_kind::tag, tag.data(), tag.size()); }
index_key key_of_event_type(std::string_view name) noexcept {
  return hash(key_kind::event_type, name.data(), name.size());
}
index_key key_of_aggregate_type(std::string_view name) noexcept {
  return hash(key_kind::aggregate_type, name.data(), name.size());
}

void sort_entries(std::vector<index_entry>& entries) {
  constexpr std::size_t of_part = 64;
  const int bits = std::max(1, static_cast<int>(std::bit_width(entries.size() / of_part)));
  const auto part_of = [shift = 64 - bits](const index_entry& entry) {
    return static_cast<std::size_t>(entry.key >> shift);
  };
  std::vector<std::size_t> begins((std::size_t{1} << bits) + 1);
  for (const index_entry& entry : entries) ++begins[part_of(entry) + 1];
  std::partial_sum(begins.begin(), begins.end(), begins.begin());
  std::vector<index_entry> dealt(entries.size());
  std::vector<std::size_t> next = begins;
  for (const index_entry& entry : entries) dealt[next[part_of(entry)]++] = entry;
  for (std::size_t part = 0; part + 1 < begins.size(); ++part) {
    std::sort(dealt.data() + begins[part], dealt.data() + begins[part + 1]);
  }
  entries.swap(dealt);
}

void id_range::add(const uuid& id) noexcept {
  if (id.version() != 7) {
    has_others_ = true;
    return;
  }
  if (oldest_.is_nil() || id < oldest_) oldest_ = id;
  if (id > newest_) newest_ = id;
}

void id_range::add(const id_range& other) noexcept {
  has_others_ = has_others_ || other.has_others_;
  if (other.oldest_.is_nil()) return;
  add(other.oldest_);
  add(other.newest_);
}

bool id_range::may_have(const uuid& id) const noexcept {
  if (id.version() != 7) return has_others_;
  return !oldest_.is_nil() && oldest_ <= id && id <= newest_;
}

id_range id_range::of(const uuid& oldest, const uuid& newest, bool has_others) noexcept {
  id_range range;
  range.oldest_ = oldest;
  range.newest_ = newest;
  range.has_others_ = has_others;
  return range;
}

void sparse_entries::begin_group(std::uint64_t position) {
  group_ = position_group::of(position);
  begin_of_group_ = all_.size();
  met_.fill(0);
}

void sparse_entries::add_if_new(const index_entry& entry) {
  const auto is_same = [&entry](const index_entry& other) { return other.key == entry.key; };
  if (std::any_of(all_.begin() + static_cast<std::ptrdiff_t>(begin_of_group_), all_.end(), is_same)) return;
  all_.push_back(entry);
}

void index_batch::add(const recorded_event& event, const chain_hash& chain_of_event) {
  const std::uint64_t position = event.position.value();
  if (empty()) first = position;
  last = position;
  chain = chain_of_event;
  entries.push_back({key_of_stream(event.stream), position});
  entries.push_back({key_of_event(event.id), position});
  ids.add(event.id.value());
  if (!event.correlation.value().is_nil()) entries.push_back({key_of_correlation(event.correlation), position});
  if (!event.causation.value().is_nil()) entries.push_back({key_of_causation(event.causation), position});
  for (const std::string_view tag : event.tags) entries.push_back({key_of_tag(tag), position});
  sparse.add(key_of_event_type(event.type), position);
  sparse.add(key_of_aggregate_type(event.aggregate_type), position);
}

void index_batch::add(const index_batch& next) {
  if (next.empty()) return;
  if (empty()) first = next.first;
  last = next.last;
  chain = next.chain;
  entries.insert(entries.end(), next.entries.begin(), next.entries.end());
  sparse.add(next.sparse);
  ids.add(next.ids);
}

}  // namespace whence::inline v0
