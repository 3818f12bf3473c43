/// Expected versions: each kind in each state of the stream, and what a conflict says.
#include <whence/testing/log_contract/workbench.hpp>

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
      {"one of several first appends at once is committed", one_of_many_first_appends},
      {"the value of a conflict throws it, with stream and versions", conflict_is_thrown_by_value},
  };
}

}  // namespace whence::testing::inline v0
