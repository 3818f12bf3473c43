// What was written as runs, merged or not, is found as a plain list of all entries would find it.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <whence/core/runtime.hpp>
#include <whence/sql/error.hpp>
#include <whence/store/sqlite/index/filter.hpp>
#include <whence/store/sqlite/index/filter_cache.hpp>
#include <whence/store/sqlite/index/reader.hpp>
#include <whence/store/sqlite/index/writer.hpp>

#include <tests/temporary_folder.hpp>

using namespace whence;

namespace {

constexpr index_key key(std::uint64_t number, key_kind kind) {
  return (number * 0x9E3779B97F4A7C15) << 3 | static_cast<index_key>(kind);
}

/// An index, and what it should say.
struct index_and_model {
  tests::temporary_folder folder;
  std::string path = folder.file("shop.db.index");
  whence::runtime runtime = runtime::system(1);
  log_identity log{log_id(runtime.make_uuid()), 1};
  std::map<index_key, std::vector<std::uint64_t>> model;
  std::uint64_t last = 0;
  std::mt19937 random{20260127};

  std::uint64_t below(std::uint64_t limit) {
    return std::uniform_int_distribution<std::uint64_t>(0, limit - 1)(random);
  }

  /// The next events: of few and of many streams, each with an id, some with a tag that is everywhere.
  index_batch next(std::uint64_t events) {
    index_batch batch;
    batch.first = last + 1;
    for (std::uint64_t i = 0; i < events; ++i) {
      ++last;
      add(batch, key(below(4) == 0 ? below(3) : below(5'000), key_kind::stream));
      add(batch, key(1'000'000 + last, key_kind::event));
      if (below(3) == 0) add(batch, key(7, key_kind::tag));
    }
    batch.last = last;
    return batch;
  }
  void add(index_batch& batch, index_key wanted) {
    batch.entries.push_back({wanted, last});
    model[wanted].push_back(last);
  }

  void check(index_reader& index, index_key wanted) {
    const auto known = model.find(wanted);
    const std::vector<std::uint64_t> all = known == model.end() ? std::vector<std::uint64_t>{} : known->second;
    const std::uint64_t from = below(last + 2);
    const std::size_t limit = 1 + static_cast<std::size_t>(below(2'000));
    const std::uint64_t skip = below(3) == 0 ? below(all.size() + 2) : 0;
    std::vector<std::uint64_t> up(std::upper_bound(all.begin(), all.end(), from), all.end());
    up.erase(up.begin(), up.begin() + static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(skip, up.size())));
    if (up.size() > limit) up.resize(limit);
    CHECK(index.ascending(wanted, from, limit, skip) == up);
    std::vector<std::uint64_t> down(all.begin(), std::lower_bound(all.begin(), all.end(), from));
    std::reverse(down.begin(), down.end());
    if (down.size() > limit) down.resize(limit);
    CHECK(index.descending(wanted, from, limit) == down);
  }

  void check(index_reader& index) {
    const index_reader::snapshot now(index);
    CHECK(index.checkpoint().has_value() == (last != 0));
    for (int i = 0; i < 60; ++i) {
      check(index, key(below(5'100), key_kind::stream));
      check(index, key(1'000'000 + 1 + below(last + 10), key_kind::event));
    }
    for (std::uint64_t few = 0; few < 3; ++few) check(index, key(few, key_kind::stream));
    check(index, key(7, key_kind::tag));
    check(index, key(8, key_kind::tag));
  }

  std::int64_t count(const std::string& table) const {
    return sql::database::open(path, sql::open_mode::read_only).integer("SELECT count(*) FROM " + table).value();
  }
};

}  // namespace

TEST_CASE("keys are found as in a plain list: in small and large runs, while they are merged, and after") {
  index_and_model given;
  index_writer writer = index_writer::open(*given.runtime.files, given.path);
  index_reader seeking(given.path);
  index_reader filtering(given.path, index_reader::filters::asked);
  for (int batch = 0; batch < 45; ++batch) {
    writer.add(given.next(batch % 10 == 9 ? 30'000 : 1 + given.below(2'000)), given.log);
    const std::uint64_t parts = given.below(4);
    for (std::uint64_t part = 0; part < parts && writer.merge_a_part(); ++part) {
    }
    if (batch % 3 == 0) given.check(seeking);
    if (batch % 4 == 0) given.check(filtering);
  }
  while (writer.merge_a_part()) {
  }
  given.check(seeking);
  given.check(filtering);
  CHECK(given.count("runs") < 16);
  CHECK(given.count("garbage") == 0);
  CHECK_FALSE(writer.merge_a_part());
}

TEST_CASE("a merge that was cut short leaves what was there, and is done again") {
  index_and_model given;
  {
    index_writer writer = index_writer::open(*given.runtime.files, given.path);
    for (int batch = 0; batch < 8; ++batch) writer.add(given.next(40'000), given.log);
    REQUIRE(writer.merge_a_part());
    REQUIRE(given.count("runs") == 9);
    writer.add(given.next(10), given.log);
  }
  index_reader reader(given.path);
  given.check(reader);
  index_writer writer = index_writer::open(*given.runtime.files, given.path);
  CHECK(given.count("runs") == 9);
  CHECK(given.count("garbage") > 0);
  while (writer.merge_a_part()) {
  }
  CHECK(given.count("runs") == 2);
  CHECK(given.count("garbage") == 0);
  given.check(reader);
}

TEST_CASE("small runs are merged while large ones are") {
  index_and_model given;
  index_writer writer = index_writer::open(*given.runtime.files, given.path);
  // A run is as large as its events are many, whatever keys they have.
  for (int large = 0; large < 8; ++large) {
    index_batch batch = given.next(20'000);
    given.last = batch.last = batch.last + 200'000;
    writer.add(std::move(batch), given.log);
  }
  REQUIRE(writer.merge_a_part());
  REQUIRE(given.count("runs WHERE live = 0") == 1);
  for (int small = 0; small < 8; ++small) writer.add(given.next(100), given.log);
  REQUIRE(given.count("runs WHERE live = 1") == 16);
  REQUIRE(writer.merge_a_part());
  CHECK(given.count("runs WHERE live = 1") == 9);
  CHECK(given.count("runs WHERE live = 0") == 1);
  index_reader reader(given.path, index_reader::filters::asked);
  given.check(reader);
  while (writer.merge_a_part()) {
  }
  CHECK(given.count("runs") == 2);
  given.check(reader);
}

TEST_CASE("the WAL of the index stays short, though somebody always looks into it") {
  index_and_model given;
  // Longer than any machine lets a thread wait.
  constexpr std::chrono::minutes patience{2};
  index_writer writer = index_writer::open(*given.runtime.files, given.path, {}, patience);
  writer.add(given.next(10), given.log);
  // Whoever looks again has the new snapshot before the old one ends.
  index_reader readers[2] = {index_reader(given.path), index_reader(given.path)};
  std::optional<index_reader::snapshot> looks[2];
  std::atomic<bool> ended = false;
  std::thread looking([&] {
    for (std::size_t turn = 0; !ended; turn = 1 - turn) {
      looks[turn].emplace(readers[turn]);
      looks[1 - turn].reset();
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
  });
  std::uintmax_t longest = 0;
  std::uint64_t random = 1;
  for (int run = 0; run < 120; ++run) {
    index_batch batch;
    batch.first = batch.last = ++given.last;
    for (int entry = 0; entry < 100'000; ++entry) {
      batch.entries.push_back({random, given.last});
      random = random * 6364136223846793005u + 1442695040888963407u;
    }
    writer.add(std::move(batch), given.log);
    longest = std::max(longest, std::filesystem::file_size(given.path + "-wal"));
  }
  ended = true;
  looking.join();
  CHECK(longest < (72u << 20));
  CHECK(std::filesystem::file_size(given.path) > (112u << 20));
}

TEST_CASE("a snapshot keeps what it saw while runs are merged and deleted") {
  index_and_model given;
  index_writer writer = index_writer::open(*given.runtime.files, given.path);
  for (int batch = 0; batch < 8; ++batch) writer.add(given.next(1'000), given.log);
  index_reader reader(given.path);
  {
    const index_reader::snapshot before(reader);
    while (writer.merge_a_part()) {
    }
    const std::uint64_t seen = given.last;
    writer.add(given.next(1'000), given.log);
    CHECK(reader.checkpoint()->position == global_position{seen});
    const auto& all = given.model[key(1, key_kind::stream)];
    const std::vector<std::uint64_t> expected(all.begin(), std::upper_bound(all.begin(), all.end(), seen));
    CHECK(reader.ascending(key(1, key_kind::stream), 0, 100'000) == expected);
  }
  given.check(reader);
}

TEST_CASE("a block that is not as it was written is never taken for one") {
  index_and_model given;
  index_writer writer = index_writer::open(*given.runtime.files, given.path);
  writer.add(given.next(3'000), given.log);
  sql::database db = sql::database::open(given.path, sql::open_mode::read_write);
  const auto number = static_cast<std::int64_t>(1 + given.below(4));
  SUBCASE("a bit is another") {
    std::vector<std::uint8_t> bytes;
    {
      sql::statement select = db.prepare("SELECT bytes FROM blocks WHERE number = ?");
      select.bind(1, number);
      REQUIRE(select.step());
      bytes.assign(select.blob(0).begin(), select.blob(0).end());
    }
    bytes[static_cast<std::size_t>(given.below(bytes.size()))] ^= static_cast<std::uint8_t>(1u << given.below(8));
    db.run("UPDATE blocks SET bytes = ? WHERE number = ?", {std::span<const std::uint8_t>(bytes), number});
  }
  SUBCASE("it is cut off") { db.run("UPDATE blocks SET bytes = substr(bytes, 1, 100) WHERE number = ?", {number}); }
  SUBCASE("another stands in its place") {
    db.run("UPDATE blocks SET bytes = (SELECT bytes FROM blocks WHERE number > 5) WHERE number = ?", {number});
  }
  SUBCASE("another of the same run and size stands in its place") {
    db.run("UPDATE blocks SET bytes = (SELECT bytes FROM blocks WHERE number = ?2) WHERE number = ?1",
           {number, number % 4 + 1});
  }
  SUBCASE("it is gone") { db.run("DELETE FROM blocks WHERE number = ?", {number}); }
  index_reader reader(given.path);
  const index_reader::snapshot now(reader);
  const auto read_all = [&] {
    for (const auto& [wanted, positions] : given.model) {
      if (reader.ascending(wanted, 0, 10'000) != positions) return false;
    }
    return true;
  };
  CHECK_THROWS_AS(read_all(), sql::sql_error);
}

TEST_CASE("a page of a filter that stands in the place of another of the same filter is never taken for that") {
  index_and_model given;
  index_writer writer = index_writer::open(*given.runtime.files, given.path);
  writer.add(given.next(40'000), given.log);
  sql::database db = sql::database::open(given.path, sql::open_mode::read_write);
  // The pages of event ids, in which each event has a key.
  db.run(
      "CREATE TABLE other AS SELECT number, bytes FROM pages ORDER BY number DESC LIMIT 2;"
      " UPDATE pages SET bytes = (SELECT bytes FROM other WHERE number <> pages.number)"
      " WHERE number IN (SELECT number FROM other); DROP TABLE other");
  index_reader reader(given.path, index_reader::filters::asked);
  const index_reader::snapshot now(reader);
  const auto read_all = [&] {
    for (const auto& [wanted, positions] : given.model) {
      if (reader.ascending(wanted, 0, 10'000) != positions) return false;
    }
    return true;
  };
  CHECK_THROWS_AS(read_all(), sql::sql_error);
}

TEST_CASE("a page of a filter never denies what was added, and mostly denies what was not") {
  for (const std::uint64_t keys : {std::uint64_t{1}, std::uint64_t{43}, std::uint64_t{filter_size::keys_of_page}}) {
    std::vector<index_key> added;
    for (std::uint64_t number = 0; number < keys; ++number) added.push_back(key(number, key_kind::stream));
    std::ranges::sort(added);
    filter_builder builder;
    for (const index_key each : added) {
      builder.add(each);
      builder.add(each);
    }
    CHECK(builder.full() == (keys == filter_size::keys_of_page));
    CHECK(builder.first() == added.front());
    const std::span<const std::uint8_t> bytes = builder.take();
    CHECK(builder.empty());
    std::vector<filter_line> lines(bytes.size() / sizeof(filter_line));
    REQUIRE(lines.size() == (keys + filter_size::keys_of_line - 1) / filter_size::keys_of_line);
    std::memcpy(lines.data(), bytes.data(), bytes.size());
    const auto denies = [&lines](index_key each) { return !may_have(lines[filter_line_of(each, lines.size())], each); };
    CHECK(std::ranges::none_of(added, denies));
    int wrong = 0;
    for (std::uint64_t number = keys; number < keys + 20'000; ++number) wrong += !denies(key(number, key_kind::stream));
    CHECK(wrong < 20'000 / 40);
  }
}

TEST_CASE("the page of a key is that of the last fence that is not beyond it, however the keys are spread") {
  std::uint64_t random = 7;
  for (const std::size_t count : {0u, 1u, 2u, 300u}) {
    for (const std::uint64_t spread : {UINT64_MAX, UINT64_MAX >> 20, std::uint64_t{0xfffff}}) {
      std::vector<index_key> keys;
      for (std::size_t i = 0; i < count; ++i) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        keys.push_back((random ^ (random >> 31)) & spread);
      }
      std::ranges::sort(keys);
      keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
      filter_fences fences;
      for (const index_key each : keys) fences.add(each, static_cast<std::int64_t>(fences.pages.size() + 5));
      const std::optional<filter_fences> read = filter_fences::read(fences.bytes());
      REQUIRE(read);
      CHECK(read->first_keys == keys);
      CHECK(read->pages == fences.pages);
      std::vector<index_key> wanted{0, UINT64_MAX, spread / 3};
      for (const index_key each : keys) wanted.insert(wanted.end(), {each, each - 1, each + 1});
      for (const index_key each : wanted) {
        const auto behind = std::upper_bound(keys.begin(), keys.end(), each) - keys.begin();
        const std::optional<std::size_t> page = read->page_of(each);
        REQUIRE(page.has_value() == (behind > 0));
        if (page) REQUIRE(*page == static_cast<std::size_t>(behind - 1));
      }
    }
  }
  filter_fences turned;
  turned.add(9, 1);
  turned.add(8, 2);
  CHECK_FALSE(filter_fences::read(turned.bytes()));
}

TEST_CASE("a cache of filters has what was asked for lately, and never more than it may") {
  constexpr std::size_t pages = filter_cache::pages_max + 500;
  filter_fences fences;
  for (std::size_t page = 0; page < pages; ++page) {
    fences.add(page << 20, static_cast<std::int64_t>(page));
  }
  filter_cache cache;
  filter_cache::filter few(fences);
  filter_cache::filter many(fences);
  const auto put = [&cache](filter_cache::filter& to, std::size_t page) {
    filter_builder builder;
    builder.add(page << 20);
    const std::span<const std::uint8_t> lines = builder.take();
    return cache.put(to, page, lines) != nullptr;
  };
  const auto has = [&cache](const filter_cache::filter& of, std::size_t page) {
    const filter_line* const line = cache.line(of, page, page << 20);
    if (line != nullptr) REQUIRE(may_have(*line, page << 20));
    return line != nullptr;
  };
  const auto count = [](const filter_cache::filter& of) {
    return static_cast<std::size_t>(
        std::ranges::count_if(of.pages, [](const auto& page) { return page.lines != nullptr; }));
  };
  for (std::size_t page = 0; page < 100; ++page) REQUIRE(put(few, page));
  for (std::size_t page = 0; page < pages; ++page) {
    REQUIRE(put(many, page));
    REQUIRE(count(few) + count(many) <= filter_cache::pages_max);
    if (page % 50 == 0) {
      for (std::size_t asked = 0; asked < 100; ++asked) REQUIRE(has(few, asked));
    }
  }
  CHECK(count(few) == 100);
  CHECK(count(few) + count(many) == filter_cache::pages_max);
  CHECK(has(many, pages - 1));
  CHECK_FALSE(has(many, 0));
  cache.drop(many);
  CHECK(count(many) == 0);
  CHECK(has(few, 99));
  for (std::size_t page = 0; page < pages; ++page) REQUIRE(put(many, page));
  CHECK(count(few) + count(many) == filter_cache::pages_max);
  const std::vector<std::uint8_t> odd(65);
  CHECK(cache.put(many, 0, odd) == nullptr);
  CHECK(cache.put(many, 0, {}) == nullptr);
}

TEST_CASE("a range of ids knows its UUIDv7, and says nothing of others") {
  id_range range;
  const auto v7 = [](const char* digits) {
    return uuid::parse(std::string("019bff00-0000-7000-8000-0000000000") + digits);
  };
  const uuid random = uuid::parse("a2b1c3d4-0000-4000-8000-000000000001");
  CHECK_FALSE(range.may_have(v7("01")));
  CHECK(range.is_beyond(v7("01")));
  range.add(v7("05"));
  range.add(v7("09"));
  CHECK(range.may_have(v7("05")));
  CHECK(range.may_have(v7("07")));
  CHECK_FALSE(range.may_have(v7("04")));
  CHECK_FALSE(range.may_have(v7("0a")));
  CHECK(range.is_beyond(v7("0a")));
  CHECK_FALSE(range.is_beyond(v7("09")));
  CHECK_FALSE(range.may_have(random));
  CHECK_FALSE(range.is_beyond(random));
  range.add(random);
  CHECK(range.may_have(uuid::parse("a2b1c3d4-0000-4000-8000-000000000002")));
  CHECK(range.is_beyond(v7("0a")));
}

TEST_CASE("sparse entries are one for each key and group, however the events come together") {
  std::uint64_t random = 11;
  const auto below = [&random](std::uint64_t bound) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    return (random >> 33) % bound;
  };
  for (const std::uint64_t keys : {1u, 7u, 200u}) {
    sparse_entries one_by_one;
    sparse_entries in_batches;
    std::vector<index_entry> expected;
    std::set<std::pair<index_key, std::uint64_t>> seen;
    for (std::uint64_t position = 1; position < 10'000;) {
      sparse_entries batch;
      for (std::uint64_t end = position + 1 + below(1'500); position < end; ++position) {
        const index_key each = key(below(keys), key_kind::event_type);
        one_by_one.add(each, position);
        batch.add(each, position);
        if (seen.insert({each, (position - 1) / 1'024}).second) expected.push_back({each, position});
      }
      in_batches.add(batch);
    }
    CHECK(one_by_one.all() == expected);
    CHECK(in_batches.all() == expected);
  }
  CHECK(position_group::of(1).first == 1);
  CHECK(position_group::of(1'024) == position_group::of(1));
  CHECK(position_group::of(1'024).last() == 1'024);
  CHECK(position_group::of(1'025).first == 1'025);
}

TEST_CASE("entries are sorted by key and position, however many there are and however the keys are spread") {
  std::uint64_t random = 42;
  for (const std::size_t count : {0u, 1u, 2u, 63u, 64u, 1'000u, 50'000u}) {
    for (const std::uint64_t spread : {UINT64_MAX, std::uint64_t{0xffff}, std::uint64_t{1}}) {
      std::vector<index_entry> entries;
      for (std::uint64_t position = 1; position <= count; ++position) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        entries.push_back({(random ^ (random >> 29)) & spread, position});
      }
      std::vector<index_entry> expected = entries;
      std::sort(expected.begin(), expected.end());
      sort_entries(entries);
      CHECK(entries == expected);
    }
  }
}
