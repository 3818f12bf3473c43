/// Reading by queries: what is found, in which order, page by page; by the writer, by visitors, and while others write.
#include <whence/testing/log_contract/workbench.hpp>

#include <algorithm>
#include <random>
#include <set>
#include <string>

namespace whence::testing::inline v0 {
namespace {

std::vector<std::uint64_t> all_matching(log_reader& reader, const event_query& query, page_limit limit = {},
                                        global_position after = {}) {
  std::vector<std::uint64_t> found;
  for (;;) {
    const event_page page = reader.read_matching(query, after, limit);
    require(page.size() <= limit.events, "a page of what a query finds holds more events than its limit");
    for (const recorded_event& event : page) {
      require(event.position > after && event.position <= page.scanned_to(),
              "a page of what a query finds holds an event outside of what was scanned");
      found.push_back(event.position.value());
    }
    if (page.at_end()) {
      require_equal(page.scanned_to(), reader.head(), "where the last page of what a query finds was scanned to");
      require(std::is_sorted(found.begin(), found.end()), "what a query finds does not ascend");
      return found;
    }
    require(page.scanned_to() > after, "a page that is not at the end does not move on");
    after = page.scanned_to();
  }
}

/// What the words of event_query.hpp say, said another way.
bool is_found(const query_item& item, const envelope& event) {
  const std::set<std::string> tags(event.tags.begin(), event.tags.end());
  const std::set<std::string> types(item.event_types.begin(), item.event_types.end());
  return (types.empty() || types.count(event.event_type) == 1) &&
         std::all_of(item.tags.begin(), item.tags.end(), [&](const auto& tag) { return tags.count(tag) == 1; });
}

class chance {
 public:
  std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_); }
  std::vector<std::string> some_of(const std::string& prefix, std::size_t kinds, std::size_t at_most) {
    std::set<std::string> names;
    for (std::size_t i = below(at_most + 1); i > 0; --i) names.insert(prefix + std::to_string(below(kinds)));
    return {names.begin(), names.end()};
  }

 private:
  std::mt19937 random_{7331};
};

constexpr std::size_t types = 4;
constexpr std::size_t tags = 6;

event_query random_query(chance& dice) {
  event_query query;
  for (std::size_t items = 1 + dice.below(3); items > 0; --items)
    query.items.push_back({dice.some_of("Type", types, 2), dice.some_of("tag:", tags, 2)});
  return query;
}

void fill(workbench& bench, chance& dice, int batches) {
  for (int i = 0; i < batches; ++i) {
    std::vector<new_event> events;
    for (std::size_t count = 1 + dice.below(5); count > 0; --count)
      events.push_back(tagged(dice.some_of("tag:", tags, 3), "Type" + std::to_string(dice.below(types))));
    bench.commit_new(to_stream("stream-" + std::to_string(dice.below(9)), expected_version::any(), std::move(events)));
  }
}

void finds_what_it_says(const log_fixture& fixture) {
  workbench bench(fixture);
  chance dice;
  fill(bench, dice, 150);
  const auto all = read_all(bench.writer());
  for (int round = 0; round < 60; ++round) {
    const event_query query = random_query(dice);
    const bool of_any = std::any_of(query.items.begin(), query.items.end(), [](const query_item& item) {
      return item.event_types.empty() && item.tags.empty();
    });
    if (of_any) continue;  // it would find what this clause appends in order to ask
    // Often so near to the end that there is little to be found.
    const global_position after{round % 2 == 0 ? all.size() - dice.below(10) : dice.below(all.size() + 1)};
    std::vector<std::uint64_t> wanted;
    for (const stored_event& stored : all) {
      const bool found = std::any_of(query.items.begin(), query.items.end(),
                                     [&](const query_item& item) { return is_found(item, stored.event); });
      if (found && stored.position() > after) wanted.push_back(stored.position().value());
    }
    const page_limit limit{.events = 1 + dice.below(20)};
    const std::string what = "what " + query.to_string() + " finds after " + std::to_string(after.value());
    require_equal(all_matching(bench.writer(), query, limit, after), wanted, what);
    require_equal(all_matching(*bench.visitor(), query, limit, after), wanted, what + ", for a visitor");
    // A condition is about the same events.
    append_batch batch = one_event("asked");
    batch.streams[0].events[0].type = "Asked";
    batch.conditions.push_back({query, after});
    const append_outcome outcome = bench.writer().append(std::move(batch)).get();
    require_equal(outcome.committed() != nullptr, wanted.empty(), "whether a condition holds on " + what);
    if (round % 20 == 19) bench.reopen();
  }
}

void each_event_once(const log_fixture& fixture) {
  workbench bench(fixture);
  bench.commit_new(
      to_stream("thing", expected_version::none(), {tagged({"a", "b"}), tagged({"a"}), tagged({"b", "b"})}));
  const event_query query{{{.event_types = {}, .tags = {"b"}},
                           {.event_types = {}, .tags = {"a"}},
                           {.event_types = {"ThingHappened"}, .tags = {"a"}}}};
  require_equal(all_matching(bench.writer(), query), std::vector<std::uint64_t>{1, 2, 3}, "what three items find");
  require_equal(all_matching(bench.writer(), query, {.events = 1}), std::vector<std::uint64_t>{1, 2, 3},
                "what three items find, page by page");
  require(all_matching(bench.writer(), {}).empty(), "a query without items finds something");
  require_equal(all_matching(bench.writer(), event_query::all()), numbers(1, 3), "what the query of all events finds");
}

/// Long enough that a store has handed most of it on from memory to wherever it looks things up.
void finds_in_a_long_log(const log_fixture& fixture) {
  workbench bench(fixture);
  std::vector<std::uint64_t> wanted;
  for (int i = 0; i < 40; ++i) {
    std::vector<new_event> events = make_events(998);
    events.push_back(tagged({"round:" + std::to_string(i % 2), "all"}, "RoundEnded"));
    events.push_back(tagged({"all"}));
    const auto committed =
        bench.commit_new(to_stream("long-" + std::to_string(i), expected_version::any(), std::move(events)));
    if (i % 2 == 1) wanted.push_back(committed.last.value() - 1);
  }
  const event_query query{
      {{.event_types = {"RoundEnded"}, .tags = {"all", "round:1"}}, {.event_types = {}, .tags = {"round:1"}}}};
  for (int openings = 0; openings < 2; ++openings) {
    require_equal(all_matching(bench.writer(), query, {.events = 3}), wanted, "what a query finds in a long log");
    require_equal(all_matching(*bench.visitor(), query), wanted, "what a visitor's query finds in a long log");
    const event_query by_type{{{.event_types = {"RoundEnded"}, .tags = {}}}};
    require_equal(all_matching(bench.writer(), by_type).size(), std::size_t{40}, "how many events of a type are found");
    bench.reopen();
  }
}

/// Eight threads count by query: what each has seen is all that there was when it was committed.
void read_and_append(const log_fixture& fixture) {
  workbench bench(fixture);
  at_once(8, [&](unsigned number) {
    const std::string own = "own:" + std::to_string(number % 4);
    const event_query query{{{.event_types = {"Counted"}, .tags = {own}}, {.event_types = {}, .tags = {"shared"}}}};
    for (unsigned done = 0; done < 20;) {
      global_position seen_to;
      std::size_t seen = 0;
      for (bool at_end = false; !at_end;) {
        const event_page page = bench.writer().read_matching(query, seen_to);
        seen += page.size();
        seen_to = page.scanned_to();
        at_end = page.at_end();
      }
      new_event counted = tagged({done % 5 == 0 ? "shared" : own}, "Counted");
      counted.data = R"({"own":")" + own + R"(","seen":)" + std::to_string(seen) + "}";
      append_batch batch = to_stream("counter-" + std::to_string(number), expected_version::any(), {counted});
      batch.conditions.push_back({query, seen_to});
      const append_outcome outcome = bench.writer().append(std::move(batch)).get();
      if (outcome.committed() != nullptr) ++done;
      require(outcome.committed() != nullptr || (outcome.refused() != nullptr &&
                                                 outcome.refused()->why == append_refused::reason::condition_conflict),
              "a counting append was " + shown(outcome));
    }
  });
  const auto all = read_all(bench.writer());
  require_equal(all.size(), std::size_t{160}, "the number of events that eight threads counted");
  for (const stored_event& stored : all) {
    for (int own = 0; own < 4; ++own) {
      const std::string tag = "own:" + std::to_string(own);
      if (stored.event.data.find("\"" + tag + "\"") == std::string::npos) continue;
      const auto before = static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const auto& other) {
        const auto& its = other.event.tags;
        return other.position() < stored.position() && (its.front() == tag || its.front() == "shared");
      }));
      require(stored.event.data.find("\"seen\":" + std::to_string(before) + "}") != std::string::npos,
              "the event at " + shown(stored.position()) + " was appended on " + stored.event.data + "; there were " +
                  std::to_string(before));
    }
  }
}

}  // namespace

std::vector<clause> query_clauses() {
  return {
      {"a query finds the events that its items describe, and a condition rules out the same", finds_what_it_says},
      {"a query finds each event once, in the order of the log", each_event_once},
      {"a query finds events wherever they are in a long log", finds_in_a_long_log},
      {"writers that append under what they read by query lose no update", read_and_append},
  };
}

}  // namespace whence::testing::inline v0
