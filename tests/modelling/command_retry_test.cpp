// What the bus does when an append does not simply commit. The log's answers are scripted; what went to it is looked at.
#include <doctest/doctest.h>

#include <thread>

#include <tests/modelling/scripted_log.hpp>

using namespace bank;

namespace {

using reason = whence::append_refused::reason;

whence::append_outcome refusal(reason why) {
  whence::append_refused refused{};
  refused.why = why;
  refused.stream = "account-1";
  refused.detail = "scripted";
  return refused;
}

bool same_events(const whence::append_batch& a, const whence::append_batch& b) {
  const auto& x = a.streams.at(0).events;
  const auto& y = b.streams.at(0).events;
  if (x.size() != y.size()) return false;
  for (std::size_t i = 0; i < x.size(); ++i)
    if (x[i].id != y[i].id || x[i].data != y[i].data || x[i].metadata != y[i].metadata ||
        x[i].occurred_at != y[i].occurred_at)
      return false;
  return true;
}

/// Sends, as another service would, while the command under test is between loading and appending.
void another_writer(scripted_bus& bank, int times) {
  bank.log->answer = [&bank, times](const whence::append_batch&) mutable -> std::optional<whence::append_outcome> {
    if (times-- <= 0) return std::nullopt;
    const auto load =
        whence::repository(std::shared_ptr<whence::log_reader>(std::shared_ptr<void>(), &bank.log->behind()))
            .load(account);
    whence::append_batch batch;
    batch.streams.push_back({.stream = "account-1",
                             .aggregate_type = "Account",
                             .expected = whence::expected_version::exactly(load.version),
                             .events = {{.id = whence::event_id{bank.runtime.make_uuid()},
                                         .type = "Withdrawn",
                                         .version = 1,
                                         .occurred_at = bank.runtime.clock->now(),
                                         .data = R"({"cents":40})",
                                         .metadata = {.correlation = whence::correlation_id{bank.runtime.make_uuid()},
                                                      .causation = whence::command_id{bank.runtime.make_uuid()},
                                                      .causation_type = "Withdraw",
                                                      .source = "another",
                                                      .traceparent = {}},
                                         .tags = {}}}});
    static_cast<void>(bank.log->behind().append(std::move(batch)).get().value());
    return std::nullopt;
  };
}

void open_with(const scripted_bus& bank, std::int64_t cents) {
  REQUIRE(bank.bus.send<Open>(account, "ada").get().accepted());
  REQUIRE(bank.bus.send<Deposit>(account, cents).get().accepted());
}

}  // namespace

TEST_CASE("after a conflict the command is decided again on the new state, and may be rejected then") {
  scripted_bus bank;
  open_with(bank, 100);
  another_writer(bank, 2);
  const auto outcome = bank.bus.send<Withdraw>(account, 50).get();
  REQUIRE(outcome.rejection());
  CHECK(outcome.rejection()->code == "account.overdrawn");
  CHECK(bank.load().state.balance == 20);
}

TEST_CASE("after a conflict the command is decided again, and its events follow those of the other writer") {
  scripted_bus bank;
  open_with(bank, 100);
  another_writer(bank, 1);
  const auto outcome = bank.bus.send<Withdraw>(account, 50).get();
  CHECK(outcome.accepted());
  CHECK(bank.load().state.balance == 10);
  CHECK(outcome.token().position == whence::global_position{4});
}

TEST_CASE("conflicts without end are given up after the tries that the options allow") {
  scripted_bus bank({.source = "bank", .conflicts = {.tries_max = 3}});
  bank.log->answer = [](const auto&) { return refusal(reason::version_conflict); };
  CHECK_THROWS_AS(static_cast<void>(bank.bus.send<Open>(account, "ada").get()), whence::version_conflict);
  CHECK(bank.log->appended.size() == 3);
}

TEST_CASE("who gives up after conflicts is told which events of others were in the way") {
  scripted_bus bank({.source = "bank", .conflicts = {.tries_max = 2}});
  open_with(bank, 100);
  another_writer(bank, 2);
  try {
    static_cast<void>(bank.bus.send<Withdraw>(account, 1).get());
    FAIL("it was not given up");
  } catch (const whence::version_conflict& conflict) {
    REQUIRE(conflict.between.size() == 1);
    CHECK(conflict.between[0].type == "Withdrawn");
    CHECK(conflict.between[0].version == whence::stream_version{4});
    CHECK(conflict.text().why.starts_with("another writer was first: version 4 is Withdrawn (event "));
  }
}

TEST_CASE("an append of unknown result is sent again, the very same, until the log knows") {
  scripted_bus bank;
  int unknown = 2;
  bank.log->answer = [&](const auto&) -> std::optional<whence::append_outcome> {
    if (unknown-- > 0) return whence::append_unknown{"scripted"};
    return std::nullopt;
  };
  const auto outcome = bank.bus.send<Open>(account, "ada").get();
  CHECK(outcome.accepted());
  REQUIRE(bank.log->appended.size() == 3);
  CHECK(same_events(bank.log->appended[0], bank.log->appended[1]));
  CHECK(same_events(bank.log->appended[0], bank.log->appended[2]));
  CHECK(bank.events().size() == 1);
}

TEST_CASE("an append that had been kept after all takes effect once, and is not called a repeat") {
  scripted_bus bank;
  bool first = true;
  bank.log->answer = [&](const whence::append_batch& batch) -> std::optional<whence::append_outcome> {
    if (!std::exchange(first, false)) return std::nullopt;
    static_cast<void>(bank.log->behind().append(batch).get().value());
    return whence::append_unknown{"scripted"};
  };
  const auto outcome = bank.bus.send<Open>(account, "ada").get();
  CHECK(outcome.accepted());
  CHECK_FALSE(outcome.repeated());
  CHECK(bank.events().size() == 1);
}

TEST_CASE("a result that stays unknown is said to be unknown") {
  scripted_bus bank({.source = "bank", .storage = {.tries_max = 4}});
  bank.log->answer = [](const auto&) -> std::optional<whence::append_outcome> {
    return whence::append_unknown{"scripted"};
  };
  CHECK_THROWS_AS(static_cast<void>(bank.bus.send<Open>(account, "ada").get()), whence::append_result_unknown);
  CHECK(bank.log->appended.size() == 4);
}

TEST_CASE("an append that was certainly not kept is sent again") {
  scripted_bus bank;
  bool first = true;
  bank.log->answer = [&](const auto&) -> std::optional<whence::append_outcome> {
    if (std::exchange(first, false)) return refusal(reason::not_written);
    return std::nullopt;
  };
  CHECK(bank.bus.send<Open>(account, "ada").get().accepted());
  CHECK(bank.log->appended.size() == 2);
}

TEST_CASE("other refusals of the log are failures at once") {
  for (const reason why : {reason::invalid, reason::queue_full, reason::closed}) {
    scripted_bus bank;
    bank.log->answer = [why](const auto&) { return refusal(why); };
    try {
      static_cast<void>(bank.bus.send<Open>(account, "ada").get());
      FAIL("it was accepted");
    } catch (const whence::append_not_done& problem) {
      CHECK(problem.reason == why);
    }
    CHECK(bank.log->appended.size() == 1);
  }
}

TEST_CASE("a command whose twin took effect between its look and its append is told the twin's effect") {
  scripted_bus bank;
  const whence::command_context context{.id = whence::command_id{bank.runtime.make_uuid()}};
  bool first = true;
  bank.log->before_reading = [&] {  // it has looked for its id, and has not yet loaded
    if (std::exchange(first, false))
      CHECK(bank.bus.send<DepositEach>(context, account, std::vector<std::int64_t>{1, 2}).get().accepted());
  };
  const auto outcome = bank.bus.send<DepositEach>(context, account, std::vector<std::int64_t>{1, 2}).get();
  CHECK(outcome.accepted());
  CHECK(outcome.repeated());
  CHECK(outcome.events() == 2);
  CHECK(bank.load().state.balance == 3);
}

TEST_CASE("a twin that was decided otherwise, and was first, is the command's effect") {
  scripted_bus bank;
  const whence::command_context context{.id = whence::command_id{bank.runtime.make_uuid()}};
  bool first = true;
  bank.log->answer = [&](whence::append_batch batch) -> std::optional<whence::append_outcome> {
    if (!std::exchange(first, false)) return std::nullopt;
    batch.streams.at(0).events.at(0).data = R"({"cents":7})";
    static_cast<void>(bank.log->behind().append(std::move(batch)).get().value());
    return refusal(reason::event_id_reused);
  };
  const auto outcome = bank.bus.send<DepositEach>(context, account, std::vector<std::int64_t>{1}).get();
  CHECK(outcome.repeated());
  CHECK(outcome.events() == 1);
  CHECK(bank.load().state.balance == 7);
}

TEST_CASE("an event id that the log calls used, and does not have, is a failure") {
  scripted_bus bank;
  bank.log->answer = [](const auto&) { return refusal(reason::event_id_reused); };
  CHECK_THROWS_AS(static_cast<void>(bank.bus.send<Open>(account, "ada").get()), whence::event_id_reused);
  CHECK(bank.log->appended.size() == 1);
}

TEST_CASE("retries go on without a caller that blocks") {
  scripted_bus bank;
  open_with(bank, 100);
  another_writer(bank, 1);
  static_cast<void>(bank.bus.send<Withdraw>(account, 50));
  while (bank.log->head() != whence::global_position{4}) std::this_thread::yield();
  CHECK(bank.load().state.balance == 10);
}
