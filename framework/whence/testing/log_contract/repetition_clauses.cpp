/// Idempotence: an event id takes effect once, for as long as the log exists.
#include <whence/testing/log_contract/workbench.hpp>

#include <atomic>

namespace whence::testing::inline v0 {
namespace {

using reason = append_refused::reason;

append_batch expecting(append_batch batch, expected_version expected) {
  for (auto& part : batch.streams) part.expected = expected;
  return batch;
}

void require_first_result(const append_committed& again, const append_committed& first) {
  require(again.repeated, "a repeat was not called one");
  require_equal(again.first, first.first, "the first position of a repeat");
  require_equal(again.last, first.last, "the last position of a repeat");
  require_equal(again.token, first.token, "the token of a repeat");
}

/// KurrentDB#1898 accepted a known event id again when the version was right.
void under_every_expectation(const log_fixture& fixture) {
  workbench bench(fixture);
  bench.commit_new(one_event("other"));
  const append_batch batch = to_stream("thing", expected_version::none(), make_events(3));
  const auto first = bench.commit_new(batch);
  const auto require_repeats = [&] {
    require_first_result(bench.commit(expecting(batch, expected_version::any())), first);
    require_first_result(bench.commit(expecting(batch, expected_version::none())), first);
    require_first_result(bench.commit(expecting(batch, expected_version::exists())), first);
    for (std::uint64_t version = 1; version <= 7; ++version)
      require_first_result(bench.commit(expecting(batch, expected_version::exactly(stream_version{version}))), first);
  };
  require_repeats();
  bench.commit_new(to_stream("thing", expected_version::exactly(stream_version{3}), make_events(2)));
  require_repeats();
  require_equal(bench.writer().stream_head("thing"), stream_version{5}, "the head of the stream after repeats");
  require_equal(bench.writer().head(), global_position{6}, "the head of the log after repeats");
}

void of_many_streams(const log_fixture& fixture) {
  workbench bench(fixture);
  append_batch batch;
  batch.streams.push_back({"order", "Order", expected_version::none(), make_events(2)});
  batch.streams.push_back({"payment", "Payment", expected_version::none(), make_events(1)});
  const auto first = bench.commit_new(batch);
  bench.commit_new(one_event("thing"));
  require_first_result(bench.commit(batch), first);
  require_equal(bench.writer().head(), global_position{4}, "the head after a repeat");
}

void after_reopening(const log_fixture& fixture) {
  workbench bench(fixture);
  std::vector<std::pair<append_batch, append_committed>> all;
  for (int i = 0; i < 20; ++i) {
    append_batch batch = to_stream("thing-" + std::to_string(i % 3), expected_version::any(), make_events(1 + i % 4));
    const auto committed = bench.commit_new(batch);
    all.emplace_back(std::move(batch), committed);
  }
  const global_position head = bench.writer().head();
  bench.reopen();
  for (const auto& [batch, first] : all) require_first_result(bench.commit(batch), first);
  require_equal(bench.writer().head(), head, "the head after repeats behind a restart");
}

/// More events than any store keeps at hand: the answer has to come from what it has put away.
void after_many_others(const log_fixture& fixture) {
  workbench bench(fixture);
  const append_batch known = to_stream("thing", expected_version::none(), make_events(3));
  append_batch of_other_ids = to_stream("thing", expected_version::any(), make_events(2));
  for (auto& event : of_other_ids.streams[0].events) {
    uuid::bytes_type bytes = event.id.value().bytes();
    bytes[6] = static_cast<std::uint8_t>(0x40U | (bytes[6] & 0x0FU));  // version 4: says nothing of when it was made
    event.id = event_id{uuid{bytes}};
  }
  const auto first = bench.commit_new(known);
  const auto second = bench.commit_new(of_other_ids);
  for (int i = 0; i < 5; ++i)
    bench.commit_new(to_stream("other-" + std::to_string(i), expected_version::any(), make_events(10'000)));

  append_batch longer = expecting(known, expected_version::any());
  longer.streams[0].events.insert(longer.streams[0].events.begin(), make_event());
  for (int openings = 0; openings < 2; ++openings) {
    require_first_result(bench.commit(known), first);
    require_first_result(bench.commit(of_other_ids), second);
    const auto refused = bench.refuse(longer, reason::event_id_reused);
    require_equal(refused.event, known.streams[0].events[0].id, "the known id that a refusal names");
    require(!bench.writer().find_event(longer.streams[0].events[0].id),
            "the unknown event of a refused batch is found");
    bench.reopen();
  }
}

void at_the_same_time(const log_fixture& fixture) {
  workbench bench(fixture);
  for (int round = 0; round < 10; ++round) {
    const append_batch batch = to_stream("thing-" + std::to_string(round), expected_version::none(), make_events(2));
    std::atomic<int> repeats{0};
    at_once(8, [&](unsigned) {
      const append_outcome outcome = bench.writer().append(batch).get();
      require(outcome.committed() != nullptr, "one of several equal appends was " + shown(outcome));
      require_equal(outcome.committed()->last, global_position{2U * static_cast<unsigned>(round) + 2},
                    "the position of one of several equal appends");
      if (outcome.committed()->repeated) ++repeats;
    });
    require_equal(repeats.load(), 7, "how many of eight equal appends were repeats");
  }
  require_dense(read_all(bench.writer()));
}

void queued_behind_itself(const log_fixture& fixture) {
  workbench bench(fixture);
  const append_batch batch = one_event("thing", expected_version::none());
  auto first = bench.writer().append(batch);
  auto second = bench.writer().append(batch);
  const append_outcome outcomes[] = {std::move(first).get(), std::move(second).get()};
  require(outcomes[0].committed() != nullptr, "an append was " + shown(outcomes[0]));
  require(outcomes[1].committed() != nullptr, "its repeat, queued behind it, was " + shown(outcomes[1]));
  require_first_result(*outcomes[1].committed(), *outcomes[0].committed());
  require_equal(bench.writer().head(), global_position{1}, "the head after an append and its repeat");
}

void partly_known(const log_fixture& fixture) {
  workbench bench(fixture);
  const append_batch known = to_stream("thing", expected_version::none(), make_events(1));
  bench.commit_new(known);
  append_batch longer = expecting(known, expected_version::any());
  longer.streams[0].events.push_back(make_event());
  const auto refused = bench.refuse(longer, reason::event_id_reused);
  require_equal(refused.event, known.streams[0].events[0].id, "the known id that a refusal names");
  require(!bench.writer().find_event(longer.streams[0].events[1].id), "the unknown event of a refused batch is found");

  append_batch wider = known;
  wider.streams.push_back({"other", "Thing", expected_version::any(), make_events(1)});
  bench.refuse(wider, reason::event_id_reused);
  require_equal(bench.writer().stream_head("other"), stream_version{}, "the head of a stream beside known events");
}

/// KurrentDB#1697 answered "created" to a known id with another payload.
void other_content(const log_fixture& fixture) {
  workbench bench(fixture);
  new_event event = make_event();
  event.metadata.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const append_batch known = to_stream("thing", expected_version::none(), {event});
  const auto first = bench.commit_new(known);
  const auto other = correlation_id{bench.runtime().make_uuid()};
  const std::vector<std::pair<const char*, std::function<void(new_event&)>>> changes{
      {"type", [](new_event& e) { e.type = "OtherHappened"; }},
      {"version", [](new_event& e) { e.version = 2; }},
      {"data", [](new_event& e) { e.data = R"({"n":2})"; }},
      {"correlation", [&](new_event& e) { e.metadata.correlation = other; }},
      {"causation", [&](new_event& e) { e.metadata.causation = causation_id{command_id{other.value()}}; }},
      {"causation type", [](new_event& e) { e.metadata.causation_type = "DoOther"; }},
      {"source", [](new_event& e) { e.metadata.source = "elsewhere"; }},
  };
  for (const auto& [name, change] : changes) {
    append_batch changed = known;
    change(changed.streams[0].events[0]);
    for (const auto expected : {expected_version::any(), expected_version::exactly(stream_version{1})}) {
      const append_outcome outcome = bench.writer().append(expecting(changed, expected)).get();
      require(outcome.refused() != nullptr && outcome.refused()->why == reason::event_id_reused,
              std::string{"a known id with another "} + name + " was " + shown(outcome));
      require_equal(outcome.refused()->event, event.id, "the id that a refusal names");
    }
  }
  require_first_result(bench.commit(known), first);
  require_equal(bench.writer().head(), global_position{1}, "the head after refused reuses of an id");
}

void in_another_stream(const log_fixture& fixture) {
  workbench bench(fixture);
  const append_batch known = one_event("thing", expected_version::none());
  bench.commit_new(known);
  append_batch moved = known;
  moved.streams[0].stream = "elsewhere";
  const auto refused = bench.refuse(moved, reason::event_id_reused);
  require_equal(refused.event, known.streams[0].events[0].id, "the id that a refusal names");
  require_equal(bench.writer().stream_head("elsewhere"), stream_version{}, "the head of the other stream");
  bench.reopen();
  bench.refuse(moved, reason::event_id_reused);
}

/// KurrentDB-Client-Dotnet#159 answered with an error, and had written.
void twice_in_a_batch(const log_fixture& fixture) {
  workbench bench(fixture);
  const new_event event = make_event();
  bench.refuse(to_stream("thing", expected_version::any(), {event, event}), reason::invalid);
  append_batch two_streams = to_stream("thing", expected_version::any(), {event});
  two_streams.streams.push_back({"other", "Thing", expected_version::any(), {event}});
  bench.refuse(two_streams, reason::invalid);
  require(read_all(bench.writer()).empty(), "a batch with an id twice was refused, and has written");
  bench.commit_new(to_stream("thing", expected_version::none(), {event}));
}

void after_a_refusal(const log_fixture& fixture) {
  workbench bench(fixture);
  bench.commit_new(one_event("thing", expected_version::none()));
  append_batch batch = one_event("thing", expected_version::none());
  bench.refuse(batch, reason::version_conflict);
  bench.commit_new(expecting(batch, expected_version::exactly(stream_version{1})));
}

}  // namespace

std::vector<clause> repetition_clauses() {
  return {
      {"the same batch again returns the first result, whatever versions are expected", under_every_expectation},
      {"a batch of many streams is recognised as a whole", of_many_streams},
      {"the same batch again returns the first result after a restart", after_reopening},
      {"a repeat is recognised behind tens of thousands of other events", after_many_others},
      {"the same batch from many threads at once is written once", at_the_same_time},
      {"a repeat that is queued behind its first append is recognised", queued_behind_itself},
      {"a batch with known and unknown event ids is refused", partly_known},
      {"a known event id with another content is refused", other_content},
      {"a known event id in another stream is refused", in_another_stream},
      {"an event id that stands twice in a batch is refused, and nothing is written", twice_in_a_batch},
      {"the event ids of a refused batch are free", after_a_refusal},
  };
}

}  // namespace whence::testing::inline v0
