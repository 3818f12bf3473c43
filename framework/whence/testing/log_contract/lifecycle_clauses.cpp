/// Opening, closing, one writer at a time, visitors.
#include <whence/testing/log_contract/workbench.hpp>

#include <unistd.h>

#include <whence/store/log_errors.hpp>

namespace whence::testing::inline v0 {
namespace {

using reason = append_refused::reason;

void kept(const log_fixture& fixture) {
  workbench bench(fixture);
  for (int i = 0; i < 30; ++i) bench.commit_new(one_event("thing-" + std::to_string(i % 4)));
  const auto before = read_all(bench.writer());
  const log_identity identity = bench.writer().identity();
  require(!identity.id.is_nil(), "a log has no id");
  for (int round = 0; round < 3; ++round) {
    bench.reopen();
    const auto after = read_all(bench.writer());
    require_equal(ids_of(after), ids_of(before), "the events after a restart");
    require_equal(versions_of(after), versions_of(before), "the versions after a restart");
    for (std::size_t i = 0; i < after.size(); ++i)
      require(after[i].chain == before[i].chain && after[i].event.recorded_at == before[i].event.recorded_at,
              "a chain hash or recordedAt is another after a restart");
    require(bench.writer().identity() == identity, "a log has another id or epoch after a restart");
  }
  require_equal(bench.commit_new(one_event("thing-0", expected_version::exactly(stream_version{8}))).first,
                global_position{31}, "the position of the first append after a restart");
}

void says_that_it_is_whole(const log_fixture& fixture) {
  workbench bench(fixture);
  const auto require_whole = [&](log_reader& reader, std::uint64_t head) {
    const log_condition condition = reader.condition();
    require(condition.what == log_condition::kind::whole, "a log that nothing happened to is not whole");
    require_equal(condition.found, global_position{head}, "where a log says that it ends");
    require(condition.witnessed <= condition.found, "a log that is whole ends before its witness");
  };
  require_whole(bench.writer(), 0);
  bench.commit_new(to_stream("thing", expected_version::none(), make_events(3)));
  require_whole(bench.writer(), 3);
  require_whole(*bench.visitor(), 3);
  bench.reopen();
  require_whole(bench.writer(), 3);
}

void names_itself(const log_fixture& fixture) {
  workbench one(fixture);
  workbench two(fixture);
  require(one.writer().identity().id != two.writer().identity().id, "two logs have the same id");
  require_equal(one.writer().identity().epoch, std::uint64_t{1}, "the epoch of a new log");
  one.commit_new(one_event("thing"));
  require_equal(two.writer().head(), global_position{}, "the head of a log when another was appended to");
}

void refuses_when_closed(const log_fixture& fixture) {
  workbench bench(fixture);
  bench.commit_new(one_event("thing"));
  bench.writer().close();
  const append_batch late = one_event("thing");
  const append_outcome outcome = bench.writer().append(late).get();
  require(outcome.refused() != nullptr && outcome.refused()->why == reason::closed,
          "an append to a closed log was " + shown(outcome));
  bench.writer().close();
  bench.reopen();
  require_equal(bench.writer().head(), global_position{1}, "the head after an append to the closed log");
  bench.commit_new(late);
}

void commits_what_is_queued(const log_fixture& fixture) {
  workbench bench(fixture);
  std::vector<async<append_outcome>> results;
  for (int i = 0; i < 50; ++i) results.push_back(bench.writer().append(one_event("thing")));
  bench.writer().close();
  for (auto& result : results) {
    const append_outcome outcome = std::move(result).get();
    require(outcome.committed() != nullptr, "an append queued before the close was " + shown(outcome));
  }
  bench.reopen();
  require_equal(bench.writer().head(), global_position{50}, "the head after a close with appends queued");
}

void commits_what_nobody_awaits(const log_fixture& fixture) {
  workbench bench(fixture);
  bench.commit_new(one_event("thing"));
  for (int i = 1; i < 10; ++i) {
    auto dropped = bench.writer().append(one_event("thing"));
  }
  require_soon([&] { return bench.writer().head() == global_position{10}; },
               "an append whose result was dropped did not happen");
}

void destructor_closes(const log_fixture& fixture) {
  workbench bench(fixture);
  auto queued = bench.writer().append(one_event("thing"));
  bench.close_and_destroy();
  const append_outcome outcome = std::move(queued).get();
  require(outcome.committed() != nullptr, "an append queued when the log was destroyed was " + shown(outcome));
  require_equal(bench.visitor()->head(), global_position{1}, "the head after the log was destroyed");
}

void one_writer(const log_fixture& fixture) {
  workbench bench(fixture);
  bench.commit_new(one_event("thing"));
  try {
    const auto second = bench.source().open(bench.runtime());
    throw contract_broken("a second writer was let in");
  } catch (const log_busy& busy) {
    require_equal(busy.holder_pid, static_cast<long>(::getpid()), "the process that log_busy names");
  }
  bench.commit_new(one_event("thing"));
  bench.close_and_destroy();
  const auto next = bench.source().open(bench.runtime());
  require_equal(next->head(), global_position{2}, "the head that the next writer finds");
}

void nothing_to_visit(const log_fixture& fixture) {
  const runtime runtime = runtime::system();
  const log_source source = fixture.fresh();
  try {
    static_cast<void>(source.visit(runtime));
  } catch (const log_missing&) {
    require_equal(source.open(runtime)->head(), global_position{},
                  "the head of a log that was made after a visit failed");
    require_equal(source.visit(runtime)->head(), global_position{}, "the head that a visitor of an empty log sees");
    return;
  }
  throw contract_broken("there was a log to visit before the first writer");
}

void visitors_read(const log_fixture& fixture) {
  workbench bench(fixture);
  bench.commit_new(to_stream("thing", expected_version::none(), make_events(3)));
  const auto first = bench.visitor();
  const auto second = bench.visitor();
  require(first->identity() == bench.writer().identity(), "a visitor sees another log id or epoch");
  for (std::uint64_t round = 1; round <= 5; ++round) {
    for (auto* visitor : {first.get(), second.get()}) {
      require_equal(visitor->head(), bench.writer().head(), "the head that a visitor sees");
      require_equal(ids_of(read_all(*visitor)), ids_of(read_all(bench.writer())), "the events that a visitor sees");
      require_equal(ids_of(read_whole_stream(*visitor, "thing")), ids_of(read_whole_stream(bench.writer(), "thing")),
                    "the events of a stream that a visitor sees");
    }
    bench.commit_new(one_event("thing", expected_version::exactly(stream_version{2 + round})));
  }
  bench.close_and_destroy();
  require_equal(first->head(), global_position{8}, "the head that a visitor sees when the writer has gone");
  require_equal(bench.visitor()->head(), global_position{8},
                "the head that a new visitor sees when the writer has gone");
}

void visitors_wait(const log_fixture& fixture) {
  workbench bench(fixture);
  const auto visitor = bench.visitor();
  watch waiting(visitor->wait_beyond({}));
  require(!waiting.is_there_within(must_not_happen_within), "a visitor's waiting ended before anything was appended");
  bench.commit_new(one_event("thing"));
  require_equal(waiting.get("a visitor's waiting"), global_position{1}, "the head that a visitor's waiting returns");
  std::stop_source stop;
  watch stopped(visitor->wait_beyond(global_position{1}, stop.get_token()));
  stop.request_stop();
  try {
    stopped.get("a visitor's waiting that was stopped");
  } catch (const operation_cancelled&) {
    return;
  }
  throw contract_broken("a visitor's waiting that was stopped ended as if there were an event");
}

}  // namespace

std::vector<clause> lifecycle_clauses() {
  return {
      {"what was committed is there after each restart", kept},
      {"a log that nothing happened to says that it is whole", says_that_it_is_whole},
      {"each log has an id of its own and begins in epoch 1", names_itself},
      {"a closed log refuses appends and can be opened again", refuses_when_closed},
      {"closing commits what is queued", commits_what_is_queued},
      {"an append happens when nobody awaits its result", commits_what_nobody_awaits},
      {"destroying a log closes it", destructor_closes},
      {"a second writer is refused by process id until the first has gone", one_writer},
      {"there is no log to visit before its first writer", nothing_to_visit},
      {"visitors see what is committed, with and without a writer", visitors_read},
      {"a visitor can wait for what comes", visitors_wait},
  };
}

}  // namespace whence::testing::inline v0
