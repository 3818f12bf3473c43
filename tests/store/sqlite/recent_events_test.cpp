// What the committer remembers of the newest events: nothing wrong, nothing left out, and no more than it may.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <whence/store/sqlite/recent_events.hpp>

using namespace whence;

namespace {

struct small_event {
  std::string type;
  std::vector<std::string> tags;
};

item_keys keys_of(const query_item& item) {
  item_keys keys;
  keys.assign(item);
  return keys;
}

bool finds(const query_item& item, const small_event& event) {
  const auto has = [&](const std::string& tag) { return std::ranges::count(event.tags, tag) > 0; };
  return (item.event_types.empty() || std::ranges::count(item.event_types, event.type) > 0) &&
         std::ranges::all_of(item.tags, has);
}

std::vector<std::uint64_t> found_by(recent_events& recent, const query_item& item, std::uint64_t after) {
  std::vector<std::uint64_t> found;
  recent.find(keys_of(item), global_position{after}, found);
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

void add(recent_events& recent, std::uint64_t position, const small_event& event) {
  event_keys one;
  one.add(global_position{position}, event.type, event.tags);
  recent.add(one);
}

}  // namespace

TEST_CASE("before anybody asked, nothing is remembered") {
  recent_events recent;
  CHECK_FALSE(recent.begun());
  CHECK_FALSE(recent.has_all_after(global_position{0}));
  recent.begin(global_position{17});
  CHECK_FALSE(recent.has_all_after(global_position{16}));
  CHECK(recent.has_all_after(global_position{17}));
}

TEST_CASE("items find in memory what they describe") {
  std::mt19937 dice(4711);
  const auto some = [&](const std::string& prefix, std::size_t kinds, std::size_t most) {
    std::vector<std::string> names;
    for (std::size_t count = dice() % (most + 1); count > 0; --count)
      names.push_back(prefix + std::to_string(dice() % kinds));
    return names;
  };
  recent_events recent;
  recent.begin(global_position{100});
  std::vector<small_event> events;
  for (std::uint64_t position = 101; position <= 2'100;) {
    event_keys group;
    for (std::size_t count = 1 + dice() % 40; count > 0; --count, ++position) {
      events.push_back({"Type" + std::to_string(dice() % 5), some("tag", 8, 4)});
      group.add(global_position{position}, events.back().type, events.back().tags);
    }
    recent.add(group);
  }
  for (int round = 0; round < 500; ++round) {
    const query_item item{.event_types = some("Type", 6, 2), .tags = some("tag", 9, 3)};
    const std::uint64_t after = 100 + dice() % (events.size() + 1);
    std::vector<std::uint64_t> wanted;
    for (std::uint64_t position = after + 1; position <= 100 + events.size(); ++position)
      if (finds(item, events[position - 101])) wanted.push_back(position);
    CHECK(found_by(recent, item, after) == wanted);
  }
}

TEST_CASE("the oldest events are let go of, and what is remembered says so") {
  recent_events recent;
  recent.begin(global_position{});
  const query_item early{.event_types = {}, .tags = {"early"}};
  add(recent, 1, {"Type", {"early"}});
  std::uint64_t position = 1;
  while (recent.has_all_after(global_position{})) {
    add(recent, ++position, {"Type", {"late"}});
    CHECK(found_by(recent, early, 0).size() <= 1);  // somebody asks
    REQUIRE(position <= 3 * recent_events::part_events);
  }
  CHECK(position >= 2 * recent_events::part_events);
  CHECK_FALSE(recent.has_all_after(global_position{recent_events::part_events - 1}));
  CHECK(recent.has_all_after(global_position{recent_events::part_events}));
  CHECK(found_by(recent, early, recent_events::part_events).empty());
  CHECK(found_by(recent, {.event_types = {}, .tags = {"late"}}, position - 1) == std::vector<std::uint64_t>{position});
}

TEST_CASE("of events with many tags fewer are remembered") {
  recent_events recent;
  recent.begin(global_position{});
  std::uint64_t position = 0;
  while (recent.has_all_after(global_position{})) {
    small_event event{"Type", {}};
    for (int i = 0; i < 32; ++i) event.tags.push_back("tag:" + std::to_string(position) + ":" + std::to_string(i));
    add(recent, ++position, event);
    CHECK(found_by(recent, {.event_types = {}, .tags = {event.tags[7], event.tags[31]}}, 0) ==
          std::vector<std::uint64_t>{position});
    REQUIRE(position <= 2 * recent_events::part_keys / 33 + 2);
  }
}

TEST_CASE("when nobody asks any more, nothing is remembered any more") {
  recent_events recent;
  recent.begin(global_position{});
  std::uint64_t position = 0;
  while (recent.begun()) {
    add(recent, ++position, {"Type", {}});
    REQUIRE(position <= 3 * recent_events::part_events);
  }
  recent.begin(global_position{position});
  CHECK_FALSE(recent.has_all_after(global_position{position - 1}));
  CHECK(recent.has_all_after(global_position{position}));
}
