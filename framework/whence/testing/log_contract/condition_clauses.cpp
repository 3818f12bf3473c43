/// Conditions: when an append is refused because of what a query finds, what it says, and what it doesn't see.
#include <whence/testing/log_contract/workbench.hpp>

#include <algorithm>
#include <atomic>
#include <string>

namespace whence::testing::inline v0 {
namespace {

using reason = append_refused::reason;

append_batch under(append_condition condition, append_batch batch = one_event("other")) {
  batch.conditions.push_back(std::move(condition));
  return batch;
}

append_batch of_tagged(std::string stream, std::vector<std::string> tags, std::string type = "ThingHappened") {
  return to_stream(std::move(stream), expected_version::any(), {tagged(std::move(tags), std::move(type))});
}

/// Whether an append under the condition is let through; it is one more event without a tag, of a type that no query names.
bool holds(workbench& bench, append_condition condition) {
  const append_outcome outcome =
      bench.writer()
          .append(under(std::move(condition), to_stream("asked", expected_version::any(), {make_event("Asked")})))
          .get();
  const bool let_through = outcome.committed() != nullptr;
  require(let_through || (outcome.refused() != nullptr && outcome.refused()->why == reason::condition_conflict),
          "an append under a condition was " + shown(outcome));
  return let_through;
}

void rules_out_what_is_found_behind_its_position(const log_fixture& fixture) {
  workbench bench(fixture);
  const auto first = bench.commit_new(of_tagged("ada", {"name:ada", "kind:user"}, "UserRegistered"));
  const auto last = bench.commit_new(of_tagged("bob", {"name:bob", "kind:user"}, "UserRenamed"));
  const global_position start{};
  const auto query = [](std::vector<std::string> types, std::vector<std::string> tags) {
    return event_query{{{.event_types = std::move(types), .tags = std::move(tags)}}};
  };
  require(!holds(bench, {tagged_with({"name:ada"}), start}), "an event with the tag is there, and did not matter");
  require(holds(bench, {tagged_with({"name:ada"}), first.last}), "an event at a condition's own position mattered");
  require(!holds(bench, {tagged_with({"kind:user"}), first.last}), "the event behind the position did not matter");
  require(holds(bench, {tagged_with({"kind:user"}), last.last}), "events before the position mattered");
  require(holds(bench, {tagged_with({"name:eve"}), start}), "a tag that no event has mattered");
  require(holds(bench, {tagged_with({"name:ada", "name:bob"}), start}), "an event has one of two tags, and mattered");
  require(!holds(bench, {tagged_with({"name:ada", "kind:user"}), start}), "an event has both tags, and did not matter");
  require(!holds(bench, {query({"UserRenamed"}, {}), first.last}), "an event of the type did not matter");
  require(holds(bench, {query({"UserRegistered"}, {}), first.last}), "an event of another type mattered");
  require(holds(bench, {query({"UserDeleted"}, {}), start}), "a type that no event has mattered");
  require(holds(bench, {query({"UserRenamed"}, {"name:ada"}), start}),
          "of type and tag, only one was met, and mattered");
  require(!holds(bench, {query({"UserRegistered", "UserRenamed"}, {"name:bob"}), start}),
          "an event of one of two types with the tag did not matter");
  const event_query either{{{.event_types = {}, .tags = {"name:eve"}}, {.event_types = {"UserRenamed"}, .tags = {}}}};
  require(!holds(bench, {either, start}), "what the second item of a query finds did not matter");
  require(!holds(bench, {event_query::all(), last.last}), "the query of all events found none");
  require(holds(bench, {event_query::all(), bench.writer().head()}), "the query of all events found one at the end");
}

void conflict_names_what_is_in_the_way(const log_fixture& fixture) {
  workbench bench(fixture);
  bench.commit_new(of_tagged("before", {"course:1"}));
  const global_position after = bench.writer().head();
  for (int i = 0; i < 12; ++i) {
    bench.commit_new(of_tagged("thing-" + std::to_string(i), {"course:1"}, "Thing" + std::to_string(i) + "Happened"));
    bench.commit_new(one_event("between"));
  }
  const append_condition condition{tagged_with({"course:1"}), after};
  for (int openings = 0; openings < 2; ++openings) {
    const append_refused refused = bench.refuse(under(condition), reason::condition_conflict);
    require(refused.condition == condition, "a conflict does not name its condition");
    require_equal(refused.between.size(), append_refused::between_max, "how many events a conflict names");
    const auto all = read_all(bench.writer());
    for (std::size_t i = 0; i < refused.between.size(); ++i) {
      const event_between& found = refused.between[i];
      const stored_event& wanted = all.at(after.value() + 2 * i);
      require_equal(found.position, wanted.position(), "the position of an event in the way");
      require_equal(found.id, wanted.event.id, "the id of an event in the way");
      require_equal(found.type, wanted.event.event_type, "the type of an event in the way");
      require_equal(found.version, wanted.version(), "the version of an event in the way");
      require_equal(found.stream, wanted.event.aggregate_id, "the stream of an event in the way");
    }
    bench.reopen();
  }
}

void conflict_is_thrown_by_value(const log_fixture& fixture) {
  workbench bench(fixture);
  bench.commit_new(of_tagged("ada", {"name:ada"}));
  const append_outcome outcome = bench.writer().append(under({tagged_with({"name:ada"}), {}})).get();
  try {
    static_cast<void>(outcome.value());
  } catch (const condition_conflict& conflict) {
    require(conflict.next() == next_move::reload, "the next move after a conflict is to reload");
    require_equal(conflict.between.size(), std::size_t{1}, "how many events a thrown conflict names");
    require_equal(conflict.between.front().stream, "ada", "the stream that a thrown conflict names");
    require(conflict.condition.query == tagged_with({"name:ada"}), "a thrown conflict does not name its query");
    return;
  }
  throw contract_broken("the value of a refused append did not throw condition_conflict");
}

void conditions_see_what_is_queued(const log_fixture& fixture) {
  workbench bench(fixture);
  bench.commit_new(one_event("thing"));
  const append_condition unique{tagged_with({"name:ada"}), {}};
  auto first = bench.writer().append(under(unique, of_tagged("user-1", {"name:ada"})));
  auto second = bench.writer().append(under(unique, of_tagged("user-2", {"name:ada"})));
  auto other = bench.writer().append(under({tagged_with({"name:bob"}), {}}, of_tagged("user-3", {"name:bob"})));
  auto third = bench.writer().append(under({tagged_with({"name:bob"}), global_position{1}}, one_event("user-4")));
  const append_outcome outcomes[] = {std::move(first).get(), std::move(second).get(), std::move(other).get(),
                                     std::move(third).get()};
  require(outcomes[0].committed() != nullptr, "the first to claim a name was " + shown(outcomes[0]));
  require(outcomes[2].committed() != nullptr, "who claimed another name was " + shown(outcomes[2]));
  std::uint64_t position = 2;
  for (const std::size_t late : {std::size_t{1}, std::size_t{3}}) {
    require(outcomes[late].refused() != nullptr && outcomes[late].refused()->why == reason::condition_conflict,
            "who came second, queued behind the first, was " + shown(outcomes[late]));
    require_equal(outcomes[late].refused()->between.at(0).position, global_position{position++},
                  "the position of what was queued before");
  }
  require_equal(bench.writer().head(), global_position{3}, "the head after two of four appends were refused");
}

/// DDD forums are full of it: two users register the same name at the same moment.
void one_of_many_claims(const log_fixture& fixture) {
  workbench bench(fixture);
  for (int round = 0; round < 10; ++round) {
    const std::string tag = "name:" + std::to_string(round);
    std::atomic<int> committed{0};
    at_once(8, [&](unsigned number) {
      const std::string user = "user-" + std::to_string(round) + "-" + std::to_string(number);
      const append_outcome outcome =
          bench.writer().append(under({tagged_with({tag}), {}}, of_tagged(user, {tag}))).get();
      if (outcome.committed() != nullptr) {
        ++committed;
        return;
      }
      require(outcome.refused() != nullptr && outcome.refused()->why == reason::condition_conflict,
              "one of several claims to a name was " + shown(outcome));
      require(bench.writer().read_linked(event_link::tag(tag)).size() == 1,
              "who lost a name does not see who has it, or sees several");
    });
    require_equal(committed.load(), 1, "how many of eight claims to a name were committed");
  }
}

void all_of_a_batch_must_hold(const log_fixture& fixture) {
  workbench bench(fixture);
  bench.commit_new(of_tagged("thing", {"a"}));
  bench.commit_new(of_tagged("thing", {"b"}));
  const append_condition met{tagged_with({"a"}), global_position{1}};
  const append_condition broken{tagged_with({"b"}), global_position{1}};
  append_batch both = under(met);
  both.conditions.push_back(broken);
  const auto refused = bench.refuse(both, reason::condition_conflict);
  require(refused.condition == broken, "a conflict names a condition that holds");
  std::swap(both.conditions[0], both.conditions[1]);
  bench.refuse(both, reason::condition_conflict);
  const auto expects = [](std::uint64_t version) { return expected_version::exactly(stream_version{version}); };
  bench.refuse(under(met, one_event("thing", expects(1))), reason::version_conflict);
  bench.refuse(under(broken, one_event("thing", expects(2))), reason::condition_conflict);
  append_batch two_streams = under(broken);
  two_streams.streams.push_back({"second", "Thing", expected_version::none(), make_events(1)});
  bench.refuse(two_streams, reason::condition_conflict);
  bench.commit_new(under(met, one_event("thing", expects(2))));
}

/// What an append writes itself is not what it is afraid of.
void own_events_do_not_matter(const log_fixture& fixture) {
  workbench bench(fixture);
  bench.commit_new(under({tagged_with({"name:ada"}), {}}, of_tagged("ada", {"name:ada"})));
  bench.commit_new(under({event_query::all(), global_position{1}}, one_event("ada")));
  require_equal(bench.writer().head(), global_position{2}, "the head after two appends");
}

void repeats_are_recognised_first(const log_fixture& fixture) {
  workbench bench(fixture);
  const append_batch claim = under({tagged_with({"name:ada"}), {}}, of_tagged("ada", {"name:ada"}));
  const append_committed first = bench.commit_new(claim);
  const auto again = [&](append_batch batch) {
    const append_committed repeated = bench.commit(std::move(batch));
    require(repeated.repeated && repeated.first == first.first && repeated.last == first.last,
            "a repeat under a condition that no longer holds was no repeat of the first");
  };
  again(claim);
  bench.commit_new(of_tagged("eve", {"name:ada"}));
  again(claim);
  append_batch of_another_log = claim;
  of_another_log.conditions[0].after = global_position{1'000};
  again(of_another_log);
  auto queued = bench.writer().append(under({tagged_with({"name:bob"}), {}}, of_tagged("bob", {"name:bob"})));
  bench.reopen();
  again(claim);
  require(std::move(queued).get().committed() != nullptr, "a queued claim was not committed");
  require_equal(bench.writer().head(), global_position{3}, "the head after repeats");
}

void beyond_the_end_is_refused(const log_fixture& fixture) {
  workbench bench(fixture);
  const append_refused empty = bench.refuse(under({tagged_with({"a"}), global_position{1}}), reason::invalid);
  require(empty.detail.find("the log ends at 0") != std::string::npos,
          "a condition beyond the end of the log does not say where that is: " + empty.detail);
  bench.commit_new(of_tagged("thing", {"a"}));
  bench.commit_new(under({tagged_with({"a"}), global_position{1}}));
  bench.refuse(under({tagged_with({"a"}), global_position{3}}), reason::invalid);
  bench.refuse(under({tagged_with({"b"}), global_position{UINT64_MAX}}), reason::invalid);
}

void broken_rules(const log_fixture& fixture) {
  workbench bench(fixture);
  const auto refused = [&](event_query query, std::string_view rule) {
    const append_refused refusal = bench.refuse(under({std::move(query), {}}), reason::invalid);
    require(refusal.detail.find(rule) != std::string::npos,
            "the refusal of a condition does not say \"" + std::string(rule) + "\": " + refusal.detail);
  };
  refused({}, "has no item");
  refused(tagged_with({""}), "tag is empty");
  refused(tagged_with({std::string(256, 'x')}), "at most 255 bytes");
  refused(tagged_with({"a\n"}), "control characters");
  refused({{{.event_types = {""}, .tags = {}}}}, "event type is empty");
  refused(tagged_with(std::vector<std::string>(33, "a")), "at most 32");
  refused({{{.event_types = std::vector<std::string>(257, "A"), .tags = {}}}}, "at most 256");
  refused({std::vector<query_item>(65)}, "at most 64");
  append_batch many = one_event("thing");
  many.conditions.resize(33, {event_query::all(), {}});
  require(bench.refuse(many, reason::invalid).detail.find("at most 32") != std::string::npos,
          "a batch with too many conditions does not say how many there may be");
  many.conditions.resize(32);
  bench.commit_new(many);
}

/// The history is longer than what a store may remember, and is read again after it was closed.
void old_positions(const log_fixture& fixture) {
  workbench bench(fixture);
  bench.commit_new(of_tagged("early", {"name:ada"}, "UserRegistered"));
  require(holds(bench, {tagged_with({"name:bob"}), {}}), "a tag that no event has mattered");
  for (int i = 0; i < 40; ++i) {
    std::vector<new_event> events = make_events(999);
    events.push_back(tagged({"round:" + std::to_string(i)}, "RoundEnded"));
    bench.commit_new(to_stream("long-" + std::to_string(i), expected_version::any(), std::move(events)));
  }
  const auto type = [](std::string name) { return event_query{{{.event_types = {std::move(name)}, .tags = {}}}}; };
  for (int openings = 0; openings < 2; ++openings) {
    require(!holds(bench, {tagged_with({"name:ada"}), {}}), "the first event of a long log did not matter");
    require(holds(bench, {tagged_with({"name:ada"}), global_position{1}}), "the event at an old position mattered");
    require(holds(bench, {tagged_with({"name:eve"}), {}}), "a tag that no event of a long log has mattered");
    require(!holds(bench, {tagged_with({"round:20"}), global_position{10}}), "an event in the middle did not matter");
    require(!holds(bench, {type("UserRegistered"), {}}), "the first event's type did not matter");
    require(holds(bench, {type("UserRegistered"), global_position{1}}),
            "the type of the event at an old position mattered");
    require(holds(bench, {type("UserDeleted"), {}}), "a type that no event of a long log has mattered");
    require(!holds(bench, {type("RoundEnded"), global_position{30'000}}), "a type in the middle did not matter");
    const auto last = last_event(bench.writer()).position();
    require(!holds(bench, {type("RoundEnded"), global_position{38'000}}), "a type at the end did not matter");
    require(holds(bench, {type("RoundEnded"), last}), "the type of an event before the end mattered");
    bench.reopen();
  }
}

/// PaulGrimshaw/dcb-event-store#89: writers whose tags were disjoint did not wait for each other, and committed out of their order.
void disjoint_tags(const log_fixture& fixture) {
  workbench bench(fixture);
  constexpr unsigned writers = 8;
  constexpr unsigned appends_each = 60;
  at_once(writers + 2, [&](unsigned number) {
    if (number >= writers) {
      log_reader& reader = bench.writer();
      const auto deadline = std::chrono::steady_clock::now() + must_happen_within;
      for (global_position seen; seen.value() < writers * appends_each;) {
        for (const recorded_event& event : reader.read(seen)) {
          require_equal(event.position, seen.next(), "the next position that a reader sees beside disjoint tags");
          seen = event.position;
        }
        require(std::chrono::steady_clock::now() < deadline, "a reader did not come to the end of the log in 20 s");
      }
      return;
    }
    const std::string tag = "tag:" + std::to_string(number);
    append_condition unchanged{tagged_with({tag}), {}};
    for (unsigned i = 0; i < appends_each; ++i) {
      const auto committed = bench.commit_new(under(unchanged, of_tagged("stream-" + std::to_string(number), {tag})));
      unchanged.after = committed.last;
    }
  });
  require_dense(read_all(bench.writer()));
}

}  // namespace

std::vector<clause> condition_clauses() {
  return {
      {"a condition rules out what its query finds behind its position, and nothing else",
       rules_out_what_is_found_behind_its_position},
      {"a condition's conflict names the first eight events in the way", conflict_names_what_is_in_the_way},
      {"the value of a condition's conflict throws it, with its query", conflict_is_thrown_by_value},
      {"a condition sees the appends that are queued before it", conditions_see_what_is_queued},
      {"one of several claims to a name at once is committed", one_of_many_claims},
      {"all conditions and expected versions of a batch must hold, or nothing of it is written",
       all_of_a_batch_must_hold},
      {"a condition does not rule out what its own append writes", own_events_do_not_matter},
      {"a repeat is recognised before its conditions are looked at", repeats_are_recognised_first},
      {"a condition after a position that the log does not have is refused as invalid", beyond_the_end_is_refused},
      {"a condition that breaks a rule is refused by its name", broken_rules},
      {"a condition after an old position sees all that came since", old_positions},
      {"writers under disjoint tags are not refused, and become visible in order", disjoint_tags},
  };
}

}  // namespace whence::testing::inline v0
