// Where an id that was cut is looked for, and what is said when it is not found there.
#include <array>
#include <string>

#include <doctest/doctest.h>

#include <tests/cli/console.hpp>
#include <tests/cli/shop_log.hpp>
#include <whence/cli/failure.hpp>
#include <whence/cli/shortened_id.hpp>

using namespace whence;
using cli::id_pattern;
using cli::shortened_id;

namespace {

const shortened_id::place events_only{
    [](const recorded_event& event) { return std::array{event.id.value(), uuid(), uuid()}; },
    [](const recorded_event& event, std::size_t) { return cli::event_candidate(event); }};

std::optional<uuid> find_one(shortened_id search, const id_pattern& pattern) {
  return search.find_one(pattern, events_only, "whence event show");
}

/// The end of the id of the event there.
id_pattern end_of(log_reader& log, std::uint64_t position) {
  const event_page page = log.read(global_position{position - 1}, {}, {.events = 1});
  const std::string id = page.front().id.to_string();
  return {"the id", id.substr(id.size() - 12)};
}

std::unique_ptr<log_reader> reader(tests::console& console) {
  return console.around.store_at("").visit(console.around.runtime);
}

}  // namespace

TEST_CASE("an id that was cut is found in the last events, and no further back than that is looked for it") {
  tests::console console;  // nine events
  const auto log = reader(console);
  for (std::uint64_t position = 1; position <= 9; ++position) {
    CAPTURE(position);
    const id_pattern wanted = end_of(*log, position);
    shortened_id all(*log, {}, global_position{UINT64_MAX}, 9);
    CHECK(find_one(all, wanted).has_value());
    CHECK_FALSE(all.begun_late_at());
    CHECK(all.why_not_found() == "");
    shortened_id last(*log, {}, global_position{UINT64_MAX}, 3);
    CHECK(find_one(last, wanted).has_value() == (position >= 7));
    CHECK(last.begun_late_at() == global_position{7});
    shortened_id before(*log, {}, global_position{6}, 3);
    CHECK(find_one(before, wanted).has_value() == (position >= 4 && position <= 6));
    shortened_id from(*log, global_position{8}, global_position{UINT64_MAX}, 3);
    CHECK(find_one(from, wanted).has_value() == (position >= 8));
    CHECK_FALSE(from.begun_late_at());
  }
}

TEST_CASE("what was not found says where it was looked for, and how to look further back") {
  tests::console console;
  const auto log = reader(console);
  shortened_id last(*log, {}, global_position{UINT64_MAX}, 3);
  CHECK_FALSE(find_one(last, end_of(*log, 1)));
  CHECK(last.why_not_found() == "an id that is cut was looked for from #7 to #9 only");
  CHECK(last.further_back("whence trace deadbeef") ==
        "whence trace deadbeef --to 6\n# that looks further back; or give the whole id");
}

TEST_CASE("there is nothing to look at in an empty log, or between places that are none") {
  const auto empty = tests::empty_console();
  const auto log = reader(*empty);
  CHECK_FALSE(find_one(shortened_id(*log, {}, global_position{UINT64_MAX}), {"the id", "deadbeef"}));
  tests::console console;
  const auto full = reader(console);
  for (const std::uint64_t from : {std::uint64_t{10}, std::uint64_t{UINT64_MAX}})
    CHECK_FALSE(find_one(shortened_id(*full, global_position{from}, global_position{3}), end_of(*full, 1)));
}

TEST_CASE("the last and the first position of a selection bound the search") {
  tests::console console;
  const auto log = reader(console);
  const std::string end = end_of(*log, 5).text();
  CHECK(console.run("event list --event " + end + " -o csv --columns position").out == "globalPosition\r\n5\r\n");
  CHECK(console.run("event list --event " + end + " --to 4").exit == 3);
  CHECK(console.run("event list --event " + end + " --to 4").err.find("from #1 to #4 only") != std::string::npos);
  CHECK(console.run("event list --event " + end + " --from 6 -o csv --columns position").out == "globalPosition\r\n");
  CHECK(console.run("trace " + end + " --to 4").exit == 3);
  CHECK(console.run("trace " + end).exit == 0);
}

TEST_CASE("an id is one with its hyphens or without, whole or cut") {
  tests::console console;
  const auto log = reader(console);
  const std::string id = log->read({}, {}, {.events = 1}).front().id.to_string();
  std::string bare = id;
  std::erase(bare, '-');
  const std::string shown = console.run("event show " + id).out;
  CHECK(shown != "");
  for (const std::string& name : {bare, "\xE2\x80\xA6" + bare, bare.substr(0, 30), bare.substr(12), bare.substr(20)}) {
    CAPTURE(name);
    CHECK(console.run("event show " + name).out == shown);
    CHECK(console.run("event list --event " + name + " -o csv --columns position").out == "globalPosition\r\n1\r\n");
  }
  CHECK(console.run("trace " + bare).out == console.run("trace " + id).out);
  for (const std::string& none : {bare + "0", "0" + bare, id.substr(0, 35) + "-0"}) {
    CAPTURE(none);
    CHECK(console.run("event show " + none).exit == 2);
  }
}

TEST_CASE("who names an event by what is no id is told how else it can be named") {
  tests::console console;
  const tests::ran number = console.run("event show 12");
  CHECK(number.exit == 2);
  CHECK(number.err.find("its beginning or end; or where it stands: @12, order-12345@3  [") != std::string::npos);

  const tests::ran word = console.run("trace nope");
  CHECK(word.exit == 2);
  CHECK(word.err.find("its beginning or end; or where it stands: @4711, order-12345@3  [") != std::string::npos);
}
