// Conditions on the SQLite log: wherever what they rule out is known from. In memory, in the part that the index does not have yet,
// in the index, in one that is made anew, and of another process.
#include <doctest/doctest.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <tests/in_child.hpp>
#include <tests/store/sqlite/index_of.hpp>
#include <tests/store/sqlite/log_folder.hpp>

using namespace whence;
using tests::log_folder;

namespace {

event_query tagged_with(std::string tag) { return {{{.event_types = {}, .tags = {std::move(tag)}}}}; }
event_query of_type(std::string type) { return {{{.event_types = {std::move(type)}, .tags = {}}}}; }

append_batch tagged(const log_folder& folder, std::string stream, std::string tag, std::string type = "OrderPlaced") {
  append_batch batch = folder.batch(std::move(stream));
  batch.streams[0].events[0].type = std::move(type);
  if (!tag.empty()) batch.streams[0].events[0].tags = {std::move(tag)};
  return batch;
}

append_batch under(append_batch batch, event_query query, std::uint64_t after) {
  batch.conditions.push_back({std::move(query), global_position{after}});
  return batch;
}

/// The position of the first event in the way; 0 if there is none.
std::uint64_t in_the_way(const log_folder& folder, whence::log& log, event_query query, std::uint64_t after) {
  const append_outcome outcome = log.append(under(tagged(folder, "asked", "", "Asked"), std::move(query), after)).get();
  if (outcome.committed() != nullptr) return 0;
  REQUIRE(outcome.refused()->why == append_refused::reason::condition_conflict);
  return outcome.refused()->between.at(0).position.value();
}

/// Appends so many events without a tag.
void fill(const log_folder& folder, whence::log& log, int events) {
  for (; events > 0; events -= 1'000) folder.append(log, "filling", std::min(events, 1'000));
}

}  // namespace

TEST_CASE("a condition sees what a process before this one wrote, whoever has read its position") {
  const log_folder folder;
  // The child has no threads of the parent to miss: the parent has opened nothing yet.
  REQUIRE(tests::in_child([&] {
            const auto log = folder.open();
            log->append(tagged(folder, "order-1", "name:ada")).get().value();
            log->append(tagged(folder, "order-2", "name:bob")).get().value();
            log->close();
            return 0;
          }).exited_with(0));
  const auto log = folder.open();
  CHECK(in_the_way(folder, *log, tagged_with("name:ada"), 0) == 1);
  CHECK(in_the_way(folder, *log, tagged_with("name:bob"), 1) == 2);
  CHECK(in_the_way(folder, *log, tagged_with("name:ada"), 1) == 0);
}

TEST_CASE("a condition sees what a process that was killed had been acknowledged") {
  const log_folder folder;
  REQUIRE(tests::in_child([&]() -> int {
            const auto log = folder.open();
            log->append(tagged(folder, "order-1", "name:ada")).get().value();
            ::_exit(7);
          }).exited_with(7));
  const auto log = folder.open();
  CHECK(in_the_way(folder, *log, tagged_with("name:ada"), 0) == 1);
  CHECK(in_the_way(folder, *log, of_type("OrderPlaced"), 0) == 1);
  CHECK(in_the_way(folder, *log, of_type("OrderPlaced"), 1) == 0);
}

TEST_CASE("a condition is judged alike wherever the events are known from") {
  const log_folder folder;
  auto log = folder.open();
  log->append(tagged(folder, "order-1", "name:ada", "Registered")).get().value();
  fill(folder, *log, 70'000);  // the first parts are in the index
  log->append(tagged(folder, "order-2", "name:bob", "Renamed")).get().value();
  fill(folder, *log, 500);
  const auto check = [&] {
    CHECK(in_the_way(folder, *log, tagged_with("name:ada"), 0) == 1);
    CHECK(in_the_way(folder, *log, tagged_with("name:ada"), 1) == 0);
    CHECK(in_the_way(folder, *log, tagged_with("name:bob"), 1) == 70'002);
    CHECK(in_the_way(folder, *log, tagged_with("name:bob"), 70'002) == 0);
    CHECK(in_the_way(folder, *log, tagged_with("name:eve"), 0) == 0);
    CHECK(in_the_way(folder, *log, of_type("Registered"), 0) == 1);
    CHECK(in_the_way(folder, *log, of_type("Registered"), 1) == 0);
    CHECK(in_the_way(folder, *log, of_type("Renamed"), 40'000) == 70'002);
    CHECK(in_the_way(folder, *log, of_type("Renamed"), 70'002) == 0);
    CHECK(in_the_way(folder, *log, of_type("OrderPlaced"), 70'300) == 70'301);
    CHECK(in_the_way(folder, *log, event_query::all(), 5) == 6);
  };
  SUBCASE("as it was written") { check(); }
  SUBCASE("opened again") {
    log.reset();
    log = folder.open();
    check();
  }
  SUBCASE("without an index") {
    log.reset();
    for (const char* part : {".index", ".index-wal", ".index-shm"}) std::filesystem::remove(folder.beside(part));
    log = folder.open();
    check();
  }
  SUBCASE("with an index that is removed meanwhile") {
    for (const char* part : {".index", ".index-wal", ".index-shm"}) std::filesystem::remove(folder.beside(part));
    check();
  }
}

TEST_CASE("a key that another tag has as well rules nothing out") {
  const log_folder folder;
  {
    const auto log = folder.open();
    log->append(tagged(folder, "order-1", "name:ada")).get().value();
    folder.append(*log, "order-2", 2);
  }
  // As if all events had the key of the tag: the index says so.
  index_batch keys = tests::all_keys(folder);
  for (std::uint64_t position = 1; position <= 3; ++position)
    keys.entries.push_back({key_of_tag("name:eve"), position});
  tests::make_index(folder, keys);
  const auto log = folder.open();
  CHECK(in_the_way(folder, *log, tagged_with("name:eve"), 0) == 0);
  CHECK(in_the_way(folder, *log, tagged_with("name:ada"), 0) == 1);
}

TEST_CASE("among appends that share a commit, each is judged by those before it") {
  const log_folder folder;
  const auto log = folder.open({.held_at_most = std::chrono::minutes{1}});
  std::vector<async<append_outcome>> results;
  results.push_back(log->append(tagged(folder, "plain", "seat:1")));  // before anybody asked
  for (int i = 0; i < 50; ++i) {
    const std::string seat = "seat:" + std::to_string(i % 5);
    results.push_back(log->append(under(tagged(folder, "order-" + std::to_string(i), seat), tagged_with(seat), 0)));
  }
  std::vector<int> sold(5, 0);
  CHECK(std::move(results.front()).get().committed());
  for (std::size_t i = 1; i < results.size(); ++i) {
    const append_outcome outcome = std::move(results[i]).get();
    if (outcome.committed() != nullptr) {
      ++sold[(i - 1) % 5];
      continue;
    }
    CHECK(outcome.refused()->why == append_refused::reason::condition_conflict);
    CHECK(outcome.refused()->between.size() == 1);
  }
  CHECK(sold == std::vector<int>{1, 0, 1, 1, 1});
  CHECK(log->head() == global_position{5});
}
