// What the committer knows, while the index that it is asked of is made anew.
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <whence/store/sqlite/index/indexer.hpp>
#include <whence/store/sqlite/known_events.hpp>
#include <whence/store/sqlite/log_place.hpp>
#include <whence/store/sqlite/reader_pool.hpp>

#include <tests/store/sqlite/log_folder.hpp>

using namespace whence;
using tests::log_folder;

namespace {

/// A closed log of so many streams with an event each that its index is not filled in a moment.
struct large_log {
  static constexpr int streams = 30'000;

  log_folder folder;
  std::vector<event_id> ids;
  log_paths paths = log_paths::of(folder.path());
  log_identity identity;

  large_log() {
    const auto log = folder.open();
    identity = log->identity();
    std::vector<async<append_outcome>> outcomes;
    for (int i = 0; i < streams; ++i) {
      append_batch batch = folder.batch("order-" + std::to_string(i));
      ids.push_back(batch.streams[0].events[0].id);
      outcomes.push_back(log->append(std::move(batch)));
    }
    for (async<append_outcome>& outcome : outcomes) static_cast<void>(std::move(outcome).get().value());
  }
};

}  // namespace

TEST_CASE("what was asked of an index while it was filled anew counts for nothing once it is filled") {
  const large_log given;
  reader_pool readers(given.paths.log);
  indexer index(given.folder.runtime().files, given.folder.runtime().executor, given.paths, readers, given.identity,
                global_position{large_log::streams});
  REQUIRE(!index.wait_until_complete());
  known_events known(given.paths, index);

  const auto must_know_all = [&] {
    for (int i = 0; i < large_log::streams; i += 997) {
      const std::string stream = "order-" + std::to_string(i);
      const recorded_event* const event = known.event_with(given.ids[static_cast<std::size_t>(i)]);
      REQUIRE(event != nullptr);
      CHECK(event->stream == stream);
      CHECK(known.head_of(stream, hash_of_stream(stream)).version == 1);
    }
  };
  const auto ask_while_it_is_filled = [&] {
    const std::uint64_t before = index.generation();
    index.rebuild();
    while (index.generation() == before) {
    }
    static_cast<void>(known.events_from("order-1", 1, 1, 10));
    REQUIRE(!index.wait_until_complete());
  };

  SUBCASE("in a later look") {
    {
      const known_events::look look(known);
      ask_while_it_is_filled();
    }
    const known_events::look look(known);
    must_know_all();
  }
  SUBCASE("in the same look") {
    const known_events::look look(known);
    ask_while_it_is_filled();
    must_know_all();
  }
}
