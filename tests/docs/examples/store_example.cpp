/// store: the log without anything above it.
#include <memory>
#include <string>

#include <doctest/doctest.h>

#include <whence/core/runtime.hpp>
#include <whence/store/log_source.hpp>

TEST_CASE("append on an expected version, and read what is there") {
  const whence::runtime runtime = whence::runtime::system();
  const std::unique_ptr<whence::log> log = whence::memory().open(runtime);  // or whence::sqlite("bank.db")

  whence::new_event deposited{.id = whence::event_id{runtime.make_uuid()},
                              .type = "Deposited",
                              .occurred_at = runtime.clock->now(),
                              .data = R"({"cents":100})",
                              .metadata = {},
                              .tags = {}};
  whence::append_batch batch;
  batch.streams.push_back({.stream = "account-ada",
                           .aggregate_type = "Account",
                           .expected = whence::expected_version::none(),
                           .events = {deposited}});

  const whence::append_outcome first = log->append(batch).get();
  CHECK(first.committed()->last == whence::global_position{1});

  const whence::append_outcome again = log->append(batch).get();  // the same event id: a repeat, not a second deposit
  CHECK(again.committed()->repeated);
  CHECK(log->head() == whence::global_position{1});

  batch.streams[0].events[0].id = whence::event_id{runtime.make_uuid()};  // another event, on the old version
  const whence::append_outcome late = log->append(batch).get();
  CHECK(late.refused()->why == whence::append_refused::reason::version_conflict);

  for (const whence::recorded_event& event : log->read_stream("account-ada"))
    CHECK(std::string(event.data) == R"({"cents":100})");
}
