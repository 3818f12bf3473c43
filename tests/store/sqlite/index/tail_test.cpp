#include <doctest/doctest.h>

#include <algorithm>

#include <whence/store/sqlite/index/tail.hpp>

using namespace whence;

namespace {

constexpr index_key key(std::uint64_t number, key_kind kind) { return number << 3 | static_cast<index_key>(kind); }

/// Events at these positions: of three streams, each with an id, and a tag that all have.
index_batch events(std::uint64_t first, std::uint64_t last) {
  index_batch batch;
  batch.first = first;
  batch.last = last;
  for (std::uint64_t position = first; position <= last; ++position) {
    batch.entries.push_back({key(position % 3, key_kind::stream), position});
    batch.entries.push_back({key(1'000'000 + position, key_kind::event), position});
    batch.entries.push_back({key(7, key_kind::tag), position});
  }
  return batch;
}

constexpr std::uint64_t part = index_tail::part_events;

}  // namespace

TEST_CASE("the tail gives positions in order, across its parts, until they are dropped") {
  index_tail tail;
  bool full = false;
  for (std::uint64_t first = 1; first <= 2 * part + 1'000; first += 500)
    full = tail.add(events(first, first + 499)) || full;
  CHECK(full);
  const std::size_t size = tail.size();
  const std::vector<std::uint64_t> found = tail.find(key(1, key_kind::stream));
  CHECK(found.size() == (size + 2) / 3);
  CHECK(std::is_sorted(found.begin(), found.end()));
  CHECK(tail.find(key(1'009'999, key_kind::event)) == std::vector<std::uint64_t>{9'999});
  CHECK(tail.find(key(77, key_kind::stream)).empty());
  const std::vector<std::uint64_t> tagged = tail.find(key(7, key_kind::tag));
  CHECK(tagged.size() == size);
  CHECK(std::is_sorted(tagged.begin(), tagged.end()));

  const index_batch oldest = tail.oldest(false);
  REQUIRE(oldest.events() >= part);
  CHECK(oldest.first == 1);
  CHECK(tail.first() == 1);
  const std::uint64_t before = tail.drops();
  tail.drop_through(oldest.last - 1);
  CHECK(tail.size() == size);
  tail.drop_through(oldest.last);
  CHECK(tail.drops() == before + 1);
  CHECK(tail.size() == size - oldest.events());
  CHECK(tail.find(key(1'000'001, key_kind::event)).empty());
  CHECK(tail.first() == oldest.last + 1);
  tail.drop_through(tail.oldest(false).last);
  CHECK_FALSE(tail.has_full_part());
  CHECK(tail.oldest(false).empty());
  CHECK(tail.oldest(true).events() == tail.size());
}

TEST_CASE("a part of events that have many keys is full with fewer of them") {
  constexpr std::uint64_t tags = 32;
  index_batch batch;
  for (batch.first = batch.last = 1; batch.entries.size() < index_tail::part_entries; ++batch.last) {
    for (std::uint64_t tag = 0; tag < tags; ++tag) batch.entries.push_back({key(tag, key_kind::tag), batch.last});
  }
  --batch.last;
  index_tail tail;
  CHECK(tail.add(batch));
  CHECK(tail.size() < part / 2);
  CHECK(tail.entries() == batch.entries.size());
  CHECK(tail.has_full_part());
  tail.drop_through(batch.last);
  CHECK(tail.entries() == 0);
}
