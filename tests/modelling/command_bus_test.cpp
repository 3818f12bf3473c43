// A command on its way into the log, and what is refused on the way.
#include <whence/modelling/command_bus.hpp>

#include <doctest/doctest.h>

#include <future>
#include <string>

#include <tests/modelling/scripted_log.hpp>

using namespace bank;

namespace {

struct other {
  // The same names as in `bank`, by other types.
  struct Taken {
    static constexpr whence::event_type type{"Taken"};
    template <class Archive>
    void serialize(Archive&) {}
  };
  struct Account {
    static constexpr whence::aggregate_type type{"Account"};
    using events = whence::events<Taken>;
    void apply(const Taken&) {}
  };
  struct Rated {
    static constexpr whence::event_type type{"Rated"};
    template <class Archive>
    void serialize(Archive&) {}
  };
  struct Rating {
    static constexpr whence::aggregate_type type{"OtherRating"};
    using events = whence::events<Rated>;
    void apply(const Rated&) {}
  };
};

whence::async<std::int64_t> open_and_deposit(const scripted_bus& bank, whence::id<Account> id) {
  const auto opened = co_await bank.bus.send<Open>(id, "ada");
  if (!opened.accepted()) co_return -1;
  const auto deposited = co_await bank.bus.send<Deposit>(id, 250);
  co_return deposited.accepted() ? bank.load(id).state.balance : -2;
}

}  // namespace

TEST_CASE("a command for an aggregate that nobody registered fails with what to add") {
  const scripted_bus bank;
  try {
    static_cast<void>(bank.bus.send<Rate>(whence::id<Rating>{"rating-1"}).get());
    FAIL("it was sent");
  } catch (const whence::aggregate_not_registered& problem) {
    CHECK(problem.code() == "aggregate.not_registered");
    CHECK(problem.text().remedy == "add .aggregate<Rating>() before .start()");
  }
  CHECK(bank.events().empty());
}

TEST_CASE("two aggregates, or two events, of one name are refused when they are added") {
  scripted_bus bank;
  CHECK_THROWS_AS(bank.bus.add<other::Account>(), whence::duplicate_aggregate_type);
  bank.bus.add<Rating>();
  CHECK_THROWS_AS(bank.bus.add<other::Rating>(), whence::duplicate_event_type);
  bank.bus.add<Rating>();
  CHECK(bank.bus.events().find("Rated") != nullptr);
}

TEST_CASE("a rejected command writes nothing") {
  const scripted_bus bank;
  const auto outcome = bank.bus.send<Deposit>(account, 5).get();
  REQUIRE(outcome.rejection());
  CHECK(*outcome.rejection() == whence::rejected{"account.none", "open it first"});
  CHECK(outcome.events() == 0);
  CHECK_FALSE(outcome.recorded());
  CHECK(bank.log->appended.empty());
}

TEST_CASE("what `decide` throws is the result's failure, and nothing is written") {
  const scripted_bus bank;
  auto result = bank.bus.send<Fail>(account);
  CHECK_THROWS_AS(static_cast<void>(std::move(result).get()), std::out_of_range);
  CHECK(bank.log->appended.empty());
}

TEST_CASE("an event that cannot be encoded is the result's failure, and nothing is written") {
  const scripted_bus bank;
  CHECK_THROWS_AS(static_cast<void>(bank.bus.send<Open>(account, "\xff").get()), whence::encode_error);
  CHECK(bank.log->appended.empty());
}

TEST_CASE("an id that belongs to another aggregate type is refused") {
  scripted_bus bank;
  bank.bus.add<Rating>();
  CHECK(bank.bus.send<Open>(account, "ada").get().accepted());
  CHECK_THROWS_AS(static_cast<void>(bank.bus.send<Rate>(whence::id<Rating>{"account-1"}).get()),
                  whence::stream_of_other_type);
  CHECK(bank.events().size() == 1);
}

TEST_CASE("an id that the log refuses fails with the log's reason") {
  const scripted_bus bank;
  CHECK_THROWS_AS(static_cast<void>(bank.bus.send<Open>(whence::id<Account>{""}, "ada").get()),
                  whence::append_not_done);
}

TEST_CASE("a closed log refuses") {
  const scripted_bus bank;
  bank.log->close();
  CHECK_THROWS_AS(static_cast<void>(bank.bus.send<Open>(account, "ada").get()), whence::error);
}

TEST_CASE("an accepted command's events are in the log before its result is there") {
  const scripted_bus bank;
  const auto opened = bank.bus.send<Open>(account, "ada").get();
  CHECK(opened.accepted());
  CHECK(opened.events() == 1);
  CHECK_FALSE(opened.repeated());
  CHECK(opened.token() == whence::token{.epoch = bank.log->identity().epoch, .position = whence::global_position{1}});
  const auto deposited = bank.bus.send<DepositEach>(account, std::vector<std::int64_t>{1, 2, 3}).get();
  CHECK(deposited.events() == 3);
  CHECK(deposited.token().position == whence::global_position{4});
  CHECK(bank.load().state.balance == 6);
  CHECK(bank.load().version == whence::stream_version{4});
}

TEST_CASE("a command without events is accepted, and its token is the state it was decided on") {
  const scripted_bus bank;
  CHECK(bank.bus.send<Open>(account, "ada").get().accepted());
  CHECK(bank.bus.send<Open>(whence::id<Account>{"account-2"}, "bob").get().accepted());
  const auto outcome = bank.bus.send<Withdraw>(account, 0).get();
  CHECK(outcome.accepted());
  CHECK(outcome.events() == 0);
  CHECK_FALSE(outcome.recorded());
  CHECK(outcome.token().position == whence::global_position{1});
  CHECK(bank.events().size() == 2);
}

TEST_CASE("a command without a context is the first cause of its events") {
  const scripted_bus bank;
  const auto before = bank.runtime.clock->now();
  const auto outcome = bank.bus.send<DepositEach>(account, std::vector<std::int64_t>{1, 2}).get();
  const auto events = bank.events();
  REQUIRE(events.size() == 2);
  const auto& first = events[0];
  CHECK(first.event_type == "Deposited");
  CHECK(first.event_version == 1);
  CHECK(first.data == R"({"cents":1})");
  CHECK(first.aggregate_id == "account-1");
  CHECK(first.aggregate_type == "Account");
  CHECK(first.occurred_at >= before);
  CHECK(first.occurred_at <= bank.runtime.clock->now());
  CHECK(first.metadata.causation.value().version() == 7);
  CHECK(first.metadata.correlation.value() == first.metadata.causation.value());
  CHECK(first.metadata.causation_type == "DepositEach");
  CHECK(first.metadata.source == "bank");
  CHECK(first.metadata.traceparent == "");
  CHECK(first.id == whence::event_id{whence::derive(first.metadata.causation.value(), "event", 0)});
  CHECK(events[1].id == whence::event_id{whence::derive(first.metadata.causation.value(), "event", 1)});
  CHECK(events[1].metadata == first.metadata);
  CHECK(outcome.recorded() == first.metadata);
}

TEST_CASE("what a context says stands in the events") {
  const scripted_bus bank;
  const whence::command_context context{
      .id = whence::command_id{whence::uuid::parse("0192f1b2-7a2f-7c3d-8e4f-5a6b7c8d9e0f")},
      .correlation = whence::correlation_id{whence::uuid::parse("0192f1b2-0000-7000-8000-000000000001")},
      .occurred_at = whence::parse_rfc3339("2010-12-01T08:26:00Z"),
      .traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"};
  CHECK(bank.bus.send<Open>(context, account, "ada").get().accepted());
  const auto event = bank.events().at(0);
  CHECK(event.metadata.causation == whence::causation_id{*context.id});
  CHECK(event.metadata.correlation == *context.correlation);
  CHECK(event.metadata.traceparent == context.traceparent);
  CHECK(event.occurred_at == *context.occurred_at);
}

TEST_CASE("commands are awaited in a coroutine") {
  const scripted_bus bank;
  CHECK(open_and_deposit(bank, account).get() == 250);
}

TEST_CASE("a command's result is handed to a callback, though nobody blocks for it") {
  const scripted_bus bank;
  std::promise<std::size_t> events;
  const auto kept = bank.bus.send<Open>(account, "ada").then([&](const whence::command_outcome& outcome) {
    events.set_value(outcome.accepted() ? outcome.events() : 99);
  });
  CHECK(events.get_future().get() == 1);
}

TEST_CASE("a command whose executor stops before its result is there fails, and keeps nothing alive") {
  auto runtime = whence::runtime::system();
  const auto executor = std::make_shared<whence::manual_executor>();
  runtime.executor = executor;
  const auto log = std::make_shared<scripted_log>(runtime);
  whence::command_bus bus(log, runtime);
  bus.add<Account>();
  log->holds_back = true;
  auto asked = bus.send<Open>(account, "ada");
  CHECK_FALSE(asked.ready());  // now it is the executor's
  static_cast<void>(bus.send<Open>(whence::id<Account>{"account-2"}, "bob"));
  executor->stop();
  log->held_back.clear();
  CHECK_THROWS_AS(static_cast<void>(std::move(asked).get()), whence::never_completed);
}

TEST_CASE("a dropped result does not drop the command") {
  const scripted_bus bank;
  static_cast<void>(bank.bus.send<Open>(account, "ada"));
  while (bank.log->head() == whence::global_position{}) std::this_thread::yield();
  CHECK(bank.load().state.owner == "ada");
}

TEST_CASE("a caller that blocks needs no executor thread") {
  auto runtime = whence::runtime::system();
  const auto executor = std::make_shared<whence::manual_executor>();  // runs nothing unless told
  runtime.executor = executor;
  const auto log = std::make_shared<scripted_log>(runtime);
  whence::command_bus bus(log, runtime);
  bus.add<Account>();
  CHECK(bus.send<Open>(account, "ada").get().accepted());
  CHECK(bus.send<Deposit>(account, 5).get().accepted());
  CHECK(whence::repository(log).load(account).state.balance == 5);
  executor->stop();
}
