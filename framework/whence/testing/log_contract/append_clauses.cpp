/// Appending: all or nothing, in one or many streams, in the order of the calls.
#include <whence/testing/log_contract/workbench.hpp>

namespace whence::testing::inline v0 {
namespace {

using reason = append_refused::reason;

void one_stream(const log_fixture& fixture) {
  workbench bench(fixture);
  const append_batch first = to_stream("thing-1", expected_version::none(), make_events(2));
  const append_batch second = to_stream("thing-1", expected_version::exactly(stream_version{2}), make_events(3));
  require_equal(bench.commit_new(first).first, global_position{1}, "the first position of a log");
  require_equal(bench.commit_new(second).first, global_position{3}, "the position after two events");
  require_equal(bench.writer().head(), global_position{5}, "the head after five events");

  const auto all = read_all(bench.writer());
  auto wanted = ids_of(first);
  for (const auto& id : ids_of(second)) wanted.push_back(id);
  require_equal(ids_of(all), wanted, "the events of the log, in order");
  require_equal(versions_of(all), numbers(1, 5), "the versions of the stream");
  require_dense(all);
}

void many_streams(const log_fixture& fixture) {
  workbench bench(fixture);
  append_batch batch;
  batch.streams.push_back({"order-1", "Order", expected_version::none(), make_events(2)});
  batch.streams.push_back({"payment-1", "Payment", expected_version::any(), make_events(1)});
  batch.streams.push_back({"item-1", "Item", expected_version::none(), make_events(3)});
  const auto committed = bench.commit_new(batch);
  require_equal(committed.first, global_position{1}, "the first position of the batch");
  require_equal(committed.last, global_position{6}, "the last position of the batch");

  const auto all = read_all(bench.writer());
  require_equal(ids_of(all), ids_of(batch), "the events of the batch, in the order given");
  require_equal(versions_of(all), std::vector<std::uint64_t>{1, 2, 1, 1, 2, 3}, "the versions in their streams");
  require_dense(all);
}

void nothing_of_a_refused_batch(const log_fixture& fixture) {
  workbench bench(fixture);
  bench.commit_new(one_event("b"));
  append_batch batch;
  batch.streams.push_back({"a", "Thing", expected_version::none(), make_events(2)});
  batch.streams.push_back({"b", "Thing", expected_version::none(), make_events(1)});
  batch.streams.push_back({"c", "Thing", expected_version::any(), make_events(1)});
  const auto refused = bench.refuse(batch, reason::version_conflict);
  require_equal(refused.stream, "b", "the stream that a conflict names");

  for (const auto* stream : {"a", "c"}) {
    require_equal(bench.writer().stream_head(stream), stream_version{}, "the head of a stream of a refused batch");
    require(bench.writer().read_stream(stream).empty(), "a stream of a refused batch has events");
  }
  for (const auto& part : batch.streams)
    for (const auto& event : part.events)
      require(!bench.writer().find_event(event.id), "an event of a refused batch is found");
  require_equal(bench.commit_new(one_event("a", expected_version::none())).first, global_position{2},
                "the position after a refused batch");
  require_dense(read_all(bench.writer()));
}

void order_of_the_calls(const log_fixture& fixture) {
  workbench bench(fixture);
  std::vector<append_batch> batches;
  std::vector<async<append_outcome>> results;
  for (int i = 0; i < 100; ++i) batches.push_back(one_event("thing-" + std::to_string(i % 7)));
  for (const auto& batch : batches) results.push_back(bench.writer().append(batch));
  std::vector<std::string> wanted;
  std::uint64_t next = 1;
  for (auto& result : results) {
    const append_outcome outcome = std::move(result).get();
    require(outcome.committed() != nullptr, "a queued append was to be committed, and was " + shown(outcome));
    require_equal(outcome.committed()->first, global_position{next++}, "the position of the next append called");
  }
  for (const auto& batch : batches) wanted.push_back(ids_of(batch).front());
  require_equal(ids_of(read_all(bench.writer())), wanted, "the events of queued appends, in the order of the calls");
}

void last_result_first(const log_fixture& fixture) {
  workbench bench(fixture);
  auto first = bench.writer().append(one_event("thing"));
  auto second = bench.writer().append(one_event("thing", expected_version::exactly(stream_version{1})));
  const append_outcome later = std::move(second).get();
  require(later.committed() != nullptr, "the second of two queued appends was " + shown(later));
  require_equal(later.committed()->first, global_position{2}, "the position of the second of two queued appends");
  const append_outcome earlier = std::move(first).get();
  require(earlier.committed() != nullptr, "the first of two queued appends was " + shown(earlier));
  require_equal(earlier.committed()->first, global_position{1}, "the position of the first of two queued appends");
}

/// A position is given once, whatever fails in between (turso#8926 gave one twice after a rollback).
void refusals_leave_no_hole(const log_fixture& fixture) {
  workbench bench(fixture);
  const append_batch known = one_event("known");
  bench.commit_new(known);
  std::uint64_t next = 2;
  std::uint32_t dice = 1;
  for (int round = 0; round < 120; ++round) {
    dice = dice * 1'664'525U + 1'013'904'223U;
    switch (dice >> 30U) {
      case 0: bench.refuse(one_event("known", expected_version::none()), reason::version_conflict); break;
      case 1: {
        append_batch batch = one_event("fresh-" + std::to_string(round));
        batch.streams.push_back({"known", "Thing", expected_version::none(), make_events(1)});
        bench.refuse(batch, reason::version_conflict);
        break;
      }
      default: {
        const std::size_t count = 1 + (dice >> 28U) % 3;
        const auto committed = bench.commit_new(to_stream("thing", expected_version::any(), make_events(count)));
        require_equal(committed.first, global_position{next}, "the position after appends that failed");
        next += count;
      }
    }
  }
  require_dense(read_all(bench.writer()));
  require_equal(bench.writer().head(), global_position{next - 1}, "the head after appends, some of which failed");
}

}  // namespace

std::vector<clause> append_clauses() {
  return {
      {"an append takes the next positions and versions", one_stream},
      {"an append to many streams is one step, in the order given", many_streams},
      {"a refused batch writes nothing to any of its streams", nothing_of_a_refused_batch},
      {"appends take their positions in the order of the calls", order_of_the_calls},
      {"the result of a later append can be taken first", last_result_first},
      {"appends that fail leave no hole and give no position twice", refusals_leave_no_hole},
  };
}

}  // namespace whence::testing::inline v0
