/// Expected versions: each kind in each state of the stream, and what a conflict says.
#include <whence/testing/log_contract/workbench.hpp>

#include <algorithm>
#include <atomic>

namespace whence::testing::inline v0 {
namespace {

using reason = append_refused::reason;

void each_expectation_in_each_state(const log_fixture& fixture) {
  workbench bench(fixture);
  const auto exactly = [](std::uint64_t version) { return expected_version::exactly(stream_version{version}); };
  const std::vector<expected_version> expectations{expected_version::any(),
                                                   expected_version::none(),
                                                   expected_version::exists(),
                                                   exactly(1),
                                                   exactly(2),
                                                   exactly(3)};
  int number = 0;
  for (std::uint64_t state = 0; state <= 3; ++state) {
    for (const auto expected : expectations) {
      const std::string stream = "thing-" + std::to_string(++number);
      if (state > 0) bench.commit_new(to_stream(stream, expected_version::none(), make_events(state)));
      const append_batch batch = one_event(stream, expected);
      if (expected.met_by(stream_version{state})) {
        bench.commit_new(batch);
        require_equal(bench.writer().stream_head(stream), stream_version{state + 1}, "the head after an append");
      } else {
        const auto refused = bench.refuse(batch, reason::version_conflict);
        require_equal(refused.stream, stream, "the stream that a conflict names");
        require_equal(refused.expected, expected, "the expectation that a conflict names");
        require_equal(refused.actual, stream_version{state}, "the actual version that a conflict names");
        require_equal(bench.writer().stream_head(stream), stream_version{state}, "the head after a conflict");
      }
    }
  }
  require_dense(read_all(bench.writer()));
}

void exactly_zero_is_none(const log_fixture& fixture) {
  workbench bench(fixture);
  bench.commit_new(one_event("thing", expected_version::exactly(stream_version{0})));
  const auto refused =
      bench.refuse(one_event("thing", expected_version::exactly(stream_version{0})), reason::version_conflict);
  require_equal(refused.actual, stream_version{1}, "the actual version that a conflict names");
}

void expectations_see_what_is_queued(const log_fixture& fixture) {
  workbench bench(fixture);
  auto first = bench.writer().append(one_event("thing", expected_version::none()));
  auto second = bench.writer().append(one_event("thing", expected_version::none()));
  auto third = bench.writer().append(one_event("thing", expected_version::exactly(stream_version{1})));
  const append_outcome outcomes[] = {std::move(first).get(), std::move(second).get(), std::move(third).get()};
  require(outcomes[0].committed() != nullptr, "the first append to a stream was " + shown(outcomes[0]));
  require(outcomes[1].refused() != nullptr,
          "a second first append, queued behind the first, was " + shown(outcomes[1]));
  require_equal(outcomes[1].refused()->actual, stream_version{1},
                "the actual version of a conflict with a queued append");
  require(outcomes[2].committed() != nullptr, "the append behind a refused one was " + shown(outcomes[2]));
  require_dense(read_all(bench.writer()));
}

/// NEventStore#415 took version 0 to mean "do not check".
void one_of_many_first_appends(const log_fixture& fixture) {
  workbench bench(fixture);
  for (int round = 0; round < 10; ++round) {
    const std::string stream = "thing-" + std::to_string(round);
    std::atomic<int> committed{0};
    at_once(8, [&](unsigned) {
      const append_outcome outcome = bench.writer().append(one_event(stream, expected_version::none())).get();
      if (outcome.committed() != nullptr) {
        ++committed;
        return;
      }
      require(outcome.refused() != nullptr && outcome.refused()->why == reason::version_conflict,
              "one of several first appends to a stream was " + shown(outcome));
      require_equal(outcome.refused()->actual, stream_version{1}, "the actual version that a conflict names");
    });
    require_equal(committed.load(), 1, "how many of eight first appends were committed");
    require_equal(bench.writer().stream_head(stream), stream_version{1}, "the head after eight first appends");
  }
}

/// The events of one append: each with a type of its own, so that names cannot be mixed up.
std::vector<new_event> distinct_events(std::size_t count) {
  std::vector<new_event> events;
  for (std::size_t i = 1; i <= count; ++i) events.push_back(make_event("Thing" + std::to_string(i) + "Happened"));
  return events;
}

/// The conflict names `appended` from the event after `expected` on (`expected` of them are not beyond it), as far as the limit
/// goes, and counts the rest.
void require_named(const append_refused& conflict, const std::vector<stored_event>& stream, std::size_t expected) {
  const std::size_t beyond = stream.size() - std::min(expected, stream.size());
  const std::size_t named = std::min(beyond, append_refused::between_max);
  require_equal(conflict.between.size(), named, "how many events a conflict names");
  require_equal(conflict.more_between, std::uint64_t{beyond - named}, "how many more events a conflict counts");
  for (std::size_t i = 0; i < named; ++i) {
    const stored_event& wanted = stream[expected + i];
    const event_between& found = conflict.between[i];
    require_equal(found.id, wanted.event.id, "the id of an event between");
    require_equal(found.type, wanted.event.event_type, "the type of an event between");
    require_equal(found.version, wanted.version(), "the version of an event between");
    require_equal(found.position, wanted.position(), "the position of an event between");
  }
}

void conflict_names_what_is_between(const log_fixture& fixture) {
  workbench bench(fixture);
  bench.commit_new(to_stream("thing", expected_version::none(), distinct_events(2)));
  bench.commit_new(one_event("other"));
  bench.commit_new(to_stream("thing", expected_version::exactly(stream_version{2}), distinct_events(3)));
  for (int openings = 0; openings < 2; ++openings) {
    const std::vector<stored_event> stream = read_whole_stream(bench.writer(), "thing");
    for (const std::uint64_t version : {0, 1, 2, 4, 9}) {
      const auto expected = expected_version::exactly(stream_version{version});
      require_named(bench.refuse(one_event("thing", expected), reason::version_conflict), stream, version);
    }
    const auto missing = bench.refuse(one_event("new", expected_version::exists()), reason::version_conflict);
    require(missing.between.empty() && missing.more_between == 0, "a conflict over a missing stream names events");
    bench.reopen();
  }
}

void conflict_names_a_few(const log_fixture& fixture) {
  workbench bench(fixture);
  for (int i = 0; i < 4; ++i) {
    bench.commit_new(to_stream("thing", expected_version::any(), distinct_events(append_refused::between_max)));
    bench.commit_new(to_stream("other", expected_version::any(), make_events(3)));
  }
  const std::vector<stored_event> stream = read_whole_stream(bench.writer(), "thing");
  for (const std::uint64_t version : {0, 5, 23, 24, 25, 31}) {
    const auto expected = expected_version::exactly(stream_version{version});
    require_named(bench.refuse(one_event("thing", expected), reason::version_conflict), stream, version);
  }
}

/// What the one queued before it writes is between, too.
void conflict_names_what_is_queued(const log_fixture& fixture) {
  workbench bench(fixture);
  bench.commit_new(to_stream("thing", expected_version::none(), distinct_events(2)));
  auto first = bench.writer().append(to_stream("thing", expected_version::any(), distinct_events(2)));
  auto second = bench.writer().append(one_event("thing", expected_version::exactly(stream_version{1})));
  auto third = bench.writer().append(one_event("thing", expected_version::exactly(stream_version{3})));
  require(std::move(first).get().committed() != nullptr, "an append without a condition was not committed");
  const append_outcome outcomes[] = {std::move(second).get(), std::move(third).get()};
  const std::vector<stored_event> stream = read_whole_stream(bench.writer(), "thing");
  require_equal(stream.size(), std::size_t{4}, "the events of the stream");
  std::size_t expected = 1;
  for (const append_outcome& outcome : outcomes) {
    require(outcome.refused() != nullptr && outcome.refused()->why == reason::version_conflict,
            "an append behind another was " + shown(outcome));
    require_named(*outcome.refused(), stream, expected);
    expected += 2;
  }
}

void conflict_is_thrown_by_value(const log_fixture& fixture) {
  workbench bench(fixture);
  bench.commit_new(to_stream("thing", expected_version::none(), make_events(2)));
  const append_outcome outcome =
      bench.writer().append(one_event("thing", expected_version::exactly(stream_version{1}))).get();
  try {
    static_cast<void>(outcome.value());
  } catch (const version_conflict& conflict) {
    require_equal(conflict.stream, "thing", "the stream of a thrown conflict");
    require_equal(conflict.actual, stream_version{2}, "the actual version of a thrown conflict");
    require(conflict.next() == next_move::reload, "the next move after a conflict is to reload");
    const stored_event between = read_whole_stream(bench.writer(), "thing").at(1);
    require_equal(conflict.between.size(), std::size_t{1}, "how many events a thrown conflict names");
    require(conflict.text().why.find("version 2 is " + between.event.event_type + " (event " +
                                     between.event.id.to_string() + ", position 2)") != std::string::npos,
            "the text of a conflict does not name the event in between: " + conflict.text().why);
    return;
  }
  throw contract_broken("the value of a refused append did not throw version_conflict");
}

}  // namespace

std::vector<clause> expectation_clauses() {
  return {
      {"each expected version is met in the right states and in no other", each_expectation_in_each_state},
      {"exactly version 0 means that the stream must not exist", exactly_zero_is_none},
      {"an expectation sees the appends that are queued before it", expectations_see_what_is_queued},
      {"a conflict names the events beyond the version that was expected", conflict_names_what_is_between},
      {"a conflict names the first eight of many events, and counts the others", conflict_names_a_few},
      {"a conflict names what is queued before it", conflict_names_what_is_queued},
      {"one of several first appends at once is committed", one_of_many_first_appends},
      {"the value of a conflict throws it, with stream and versions", conflict_is_thrown_by_value},
  };
}

}  // namespace whence::testing::inline v0
