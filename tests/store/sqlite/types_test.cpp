// Events of some types are found by the index, group by group, as reading everything would find them; and nothing else is read.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <whence/store/log_errors.hpp>
#include <whence/store/log_verification.hpp>
#include <whence/store/sqlite/index/reader.hpp>

#include <tests/store/sqlite/index_of.hpp>
#include <tests/store/sqlite/log_folder.hpp>

using namespace whence;
using tests::all_keys;
using tests::log_folder;
using tests::make_index;

namespace {

struct kind_of_event {
  std::string aggregate_type = "Order";
  std::string type = "OrderPlaced";
};

/// A log whose events are of the types that `is` gives them, by position, written by several writers in turn: the runs of its index
/// end in the middle of groups.
struct typed_log {
  typed_log(std::uint64_t events, std::uint64_t of_writer, const std::function<kind_of_event(std::uint64_t)>& is) {
    for (std::uint64_t position = 1; position <= events;) {
      const auto log = folder.open();
      append_batch batch;
      for (const std::uint64_t end = std::min(events, position + of_writer - 1); position <= end; ++position) {
        kinds.push_back(is(position));
        new_event event = folder.event();
        event.type = kinds.back().type;
        const std::string stream = kinds.back().aggregate_type + "-" + std::to_string(position);
        batch.streams.push_back({stream, kinds.back().aggregate_type, expected_version::any(), {std::move(event)}});
      }
      REQUIRE(log->append(std::move(batch)).get().committed());
    }
  }

  std::vector<std::uint64_t> expected(const event_filter& filter, std::uint64_t after = 0) const {
    const auto lets = [](const std::vector<std::string>& names, const std::string& name) {
      return names.empty() || std::ranges::find(names, name) != names.end();
    };
    std::vector<std::uint64_t> positions;
    for (std::uint64_t position = after + 1; position <= kinds.size(); ++position) {
      const kind_of_event& one = kinds[position - 1];
      if (lets(filter.aggregate_types, one.aggregate_type) && lets(filter.event_types, one.type)) {
        positions.push_back(position);
      }
    }
    return positions;
  }

  log_folder folder;
  std::vector<kind_of_event> kinds;
};

std::vector<std::uint64_t> read_all(log_reader& log, const event_filter& filter, std::uint64_t after = 0,
                                    page_limit limit = {}) {
  std::vector<std::uint64_t> positions;
  for (global_position at{after};;) {
    const event_page page = log.read(at, filter, limit);
    for (const recorded_event& event : page) positions.push_back(event.position.value());
    if (page.at_end()) return positions;
    REQUIRE(page.scanned_to() > at);
    at = page.scanned_to();
  }
}

/// One type in all events, one in a stretch of them, one at both ends of groups, one once; and an aggregate type that few have.
kind_of_event mixed(std::uint64_t position) {
  if (position == 17'777) return {"Order", "OrderLost"};
  if (position > 3'000 && (position % 4'096 == 0 || position % 4'096 == 1)) return {"Refund", "RefundPaid"};
  if (position % 5'000 == 4'999) return {"Refund", "OrderPlaced"};
  if (position > 9'000 && position < 9'900) return {"Order", "OrderPaid"};
  return {};
}

const std::vector<event_filter> filters{
    {{}, {"RefundPaid"}},
    {{}, {"OrderLost"}},
    {{}, {"OrderPaid", "OrderLost", "RefundPaid"}},
    {{}, {"OrderPlaced"}},
    {{}, {"Nothing"}},
    {{"Refund"}, {}},
    {{"Order", "Refund"}, {"OrderPaid", "RefundPaid"}},
    {{"Refund"}, {"OrderPlaced"}},
    {{"Refund"}, {"OrderLost"}},
};

}  // namespace

TEST_CASE("events of types are found wherever groups, runs and the index end") {
  const typed_log given(20'000, 7'001, mixed);
  index_batch behind;  // an index that ends before the log does
  SUBCASE("by the whole index") {}
  SUBCASE("by an index that ends in the middle of a group") {
    for (const global_position last{12'300};
         const recorded_event& event : given.folder.visit()->read({}, {}, {.events = last.value()})) {
      behind.add(event, event.chain);
    }
    make_index(given.folder, behind);
  }
  SUBCASE("without an index") { std::filesystem::remove(given.folder.beside(".index")); }
  const auto check = [&given](log_reader& log) {
    for (const event_filter& filter : filters) {
      CAPTURE(filter.event_types);
      CHECK(read_all(log, filter) == given.expected(filter));
      for (const std::uint64_t after : {4'095u, 9'500u, 12'287u}) {
        CHECK(read_all(log, filter, after, {.events = 100}) == given.expected(filter, after));
      }
      CHECK(read_all(log, filter, 15'904, {.events = 1, .scanned = 2'000}) == given.expected(filter, 15'904));
    }
  };
  check(*given.folder.visit());
  check(*given.folder.open());
}

TEST_CASE("of a group that has none of the types nothing is read") {
  const typed_log given(20'000, 10'000, mixed);
  const event_filter rare{{}, {"OrderLost"}};
  given.folder.change("UPDATE entries SET data = '[]' WHERE position = 5000");
  const auto visitor = given.folder.visit();
  CHECK_THROWS_AS(read_all(*visitor, {}), log_damaged);
  CHECK(read_all(*visitor, rare) == std::vector<std::uint64_t>{17'777});
  {
    const auto log = given.folder.open();
    static_cast<void>(log->find_event(given.folder.event().id));  // waits until the index is looked through
    CHECK(read_all(*log, rare) == std::vector<std::uint64_t>{17'777});
    // A page of many events ends where it did.
    const event_page page = log->read({}, rare, {.scanned = 1});
    CHECK(page.empty());
    CHECK_FALSE(page.at_end());
  }
  std::filesystem::remove(given.folder.beside(".index"));
  CHECK_THROWS_AS(read_all(*visitor, rare), log_damaged);
}

TEST_CASE("an index that is damaged, or has lost its types, costs no event of a type") {
  const typed_log given(9'000, 9'000, mixed);
  const event_filter rare{{}, {"RefundPaid"}};
  SUBCASE("damaged while it is read") {
    const auto log = given.folder.open();
    REQUIRE(read_all(*log, rare) == given.expected(rare));
    sql::database::open(given.folder.beside(".index"), sql::open_mode::read_write)
        .run("UPDATE blocks SET bytes = zeroblob(1000)");
    CHECK(read_all(*given.folder.visit(), rare) == given.expected(rare));
    CHECK(read_all(*log, rare) == given.expected(rare));
    static_cast<void>(log->find_event(given.folder.event().id));  // waits for the one that is made anew
    CHECK(verify_log(sqlite(given.folder.path()), given.folder.runtime(), {}).sound());
  }
  SUBCASE("a sample finds out that it has none") {
    index_batch keys;
    for (const recorded_event& event : given.folder.visit()->read({}, {}, {.events = 9'000}))
      keys.add(event, event.chain);
    keys.sparse.clear();
    make_index(given.folder, keys);
    CHECK(read_all(*given.folder.visit(), rare).size() < given.expected(rare).size());
    const auto log = given.folder.open();
    static_cast<void>(log->find_event(given.folder.event().id));
    CHECK(read_all(*log, rare) == given.expected(rare));
  }
}

TEST_CASE("what the index has of types is compared with the log, from wherever one begins, around what is damaged") {
  const typed_log given(7'000, 450, mixed);  // groups that three runs meet in, and runs that were merged
  const auto verify = [&given](std::uint64_t from) {
    verify_options options;
    options.from = global_position{from};
    return verify_log(sqlite(given.folder.path()), given.folder.runtime(), options);
  };
  for (const std::uint64_t from : {1u, 2u, 1'024u, 1'025u, 4'000u, 6'999u, 7'000u}) {
    CAPTURE(from);
    const log_verification found = verify(from);
    CHECK(found.sound());
    CHECK(found.events == 7'001 - from);
  }
  given.folder.change("UPDATE entries SET data = '[]' WHERE position IN (2, 1024, 3500, 3501, 6999)");
  for (const std::uint64_t from : {1u, 1'000u, 3'501u}) {
    CAPTURE(from);
    for (const log_finding& each : verify(from).findings) CHECK(each.what == log_finding::kind::unreadable);
  }
}

TEST_CASE("a group that lacks a type in the index, or has one too many, is found") {
  const typed_log given(4'000, 4'000, mixed);
  index_batch keys;
  for (const recorded_event& event : given.folder.visit()->read({}, {}, {.events = 4'000}))
    keys.add(event, event.chain);
  const sparse_entries all = keys.sparse;
  keys.sparse.clear();
  bool sound = false;
  SUBCASE("as it was") {
    keys.sparse.add(all);
    sound = true;
  }
  SUBCASE("one is missing") {
    for (const index_entry& entry : all.all()) {
      if (entry != index_entry{key_of_event_type("OrderPlaced"), 2'049}) keys.sparse.add(entry.key, entry.position);
    }
    REQUIRE(keys.sparse.all().size() + 1 == all.all().size());
  }
  SUBCASE("one is too many") {
    keys.sparse.add(all);
    keys.sparse.add(key_of_aggregate_type("Refund"), 4'000);
  }
  make_index(given.folder, keys);
  const log_verification found = verify_log(sqlite(given.folder.path()), given.folder.runtime(), {});
  CHECK(found.sound() == sound);
  CHECK((found.index == log_verification::index_state::damaged) == !sound);
}

TEST_CASE("a log with more types than are kept in memory is read, searched, verified and opened like others") {
  constexpr std::uint64_t types = 70'000;
  const typed_log given(types, 10'000, [](std::uint64_t position) {
    return kind_of_event{"Order", "OrderPlaced" + std::to_string(position)};
  });
  const auto check = [&](log_reader& log) {
    CHECK(read_all(log, {}).size() == types);
    CHECK(read_all(log, {{}, {"OrderPlaced69999"}}) == std::vector<std::uint64_t>{69'999});
    CHECK(read_all(log, {{}, {"OrderPlaced5", "OrderPlaced70000"}}) == std::vector<std::uint64_t>{5, types});
    const event_page two = log.read(global_position{types - 2});
    REQUIRE(two.size() == 2);
    CHECK(two[0].type == "OrderPlaced69999");
    CHECK(two[1].type == "OrderPlaced70000");
  };
  check(*given.folder.visit());
  const auto log = given.folder.open();
  check(*log);
  CHECK(log->append(given.folder.batch("order-1")).get().committed());
}
