// An aggregate that commands were sent to lately is not read from its first event again, and nobody can tell but by the time.
#include <doctest/doctest.h>

#include <atomic>
#include <functional>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include <tests/modelling/scripted_log.hpp>

using namespace bank;

namespace bank {

/// Breaks the rule that `decide` is pure: sends a deposit to the account on which it decides.
struct DepositOnTheWay {
  const whence::command_bus* bus;
};
inline whence::outcome<Account> decide(const Account& state, const DepositOnTheWay& command) {
  if (state.balance < 1'000) static_cast<void>(command.bus->send<Deposit>(bank::account, 1'000).get());
  return Withdrawn{1};
}

/// Can be made to fail in what may fail for want of memory.
struct Fragile {
  static constexpr whence::aggregate_type type{"Account"};
  using events = Account::events;
  inline static bool cannot_be_made = false;
  inline static bool cannot_apply = false;

  std::int64_t balance = 0;
  Fragile() {
    if (cannot_be_made) throw std::bad_alloc();
  }
  void apply(const Opened&) {}
  void apply(const Deposited& event) {
    balance += event.cents;
    if (cannot_apply && balance % 2 == 0) throw std::bad_alloc();
  }
  void apply(const Withdrawn& event) { balance -= event.cents; }
};
inline whence::outcome<Fragile> decide(const Fragile& fragile, const Withdraw& command) {
  if (fragile.balance < command.cents) return whence::rejected{"account.overdrawn", "there is not enough in it"};
  return Withdrawn{command.cents};
}

}  // namespace bank

namespace {

constexpr int long_enough = 20;  // of events, for an aggregate to stay in memory

whence::stream_version version(std::uint64_t value) { return whence::stream_version{value}; }

void open_with_deposits(const scripted_bus& bank, const whence::id<Account>& id, int deposits = long_enough) {
  REQUIRE(bank.bus.send<Open>(id, "ada").get().accepted());
  REQUIRE(bank.bus.send<DepositEach>(id, std::vector<std::int64_t>(static_cast<std::size_t>(deposits), 1))
              .get()
              .accepted());
}

/// Where the reads of streams began that the next commands cause.
std::vector<whence::stream_version> reads_of(const scripted_bus& bank, const std::function<void()>& commands) {
  bank.log->read_from.clear();
  commands();
  return bank.log->read_from;
}

void deposit(const scripted_bus& bank, const whence::id<Account>& id = account) {
  REQUIRE(bank.bus.send<Deposit>(id, 1).get().accepted());
}

/// As another writer would, past the bus.
void append(scripted_log& log, const whence::runtime& runtime, const std::string& type, const std::string& data) {
  whence::append_batch batch;
  batch.streams.push_back({.stream = account.value(),
                           .aggregate_type = "Account",
                           .expected = whence::expected_version::any(),
                           .events = {{.id = whence::event_id{runtime.make_uuid()},
                                       .type = type,
                                       .version = 1,
                                       .occurred_at = runtime.clock->now(),
                                       .data = data,
                                       .metadata = {.correlation = whence::correlation_id{runtime.make_uuid()},
                                                    .causation = whence::command_id{runtime.make_uuid()},
                                                    .causation_type = "Elsewhere",
                                                    .source = "another",
                                                    .traceparent = {}},
                                       .tags = {}}}});
  static_cast<void>(log.behind().append(std::move(batch)).get().value());
}
void append(const scripted_bus& bank, const std::string& type, const std::string& data) {
  append(*bank.log, bank.runtime, type, data);
}

}  // namespace

TEST_CASE("an aggregate with a long stream is read from its first event once, and then from where it was") {
  const scripted_bus bank;
  open_with_deposits(bank, account);
  CHECK(reads_of(bank, [&] { deposit(bank); }) == std::vector{version(1)});
  CHECK(reads_of(bank, [&] { deposit(bank); }) == std::vector{version(22)});
  CHECK(reads_of(bank, [&] { deposit(bank); }) == std::vector{version(23)});
  CHECK(bank.load().state.balance == long_enough + 3);
}

TEST_CASE("an aggregate with a short stream is not kept: a page holds it") {
  const scripted_bus bank;
  open_with_deposits(bank, account, 3);
  deposit(bank);
  CHECK(reads_of(bank, [&] { deposit(bank); }) == std::vector{version(1)});
}

TEST_CASE("a command is decided on what another writer appended meanwhile, be it accepted or rejected") {
  const scripted_bus bank;
  open_with_deposits(bank, account);
  deposit(bank);
  REQUIRE(bank.load().state.balance == long_enough + 1);

  append(bank, "Withdrawn", R"({"cents":20})");
  const auto refused = bank.bus.send<Withdraw>(account, 2).get();
  REQUIRE(refused.rejection());
  CHECK(refused.rejection()->code == "account.overdrawn");

  append(bank, "Deposited", R"({"cents":1})");
  CHECK(bank.bus.send<Withdraw>(account, 2).get().accepted());
}

TEST_CASE("the aggregates that were used last are kept, and no more than asked for") {
  const scripted_bus bank({.source = "bank", .hot_aggregates = 2});
  const whence::id<Account> first{"first"}, second{"second"}, third{"third"};
  for (const auto& id : {first, second, third}) open_with_deposits(bank, id);
  deposit(bank, first);
  deposit(bank, second);
  deposit(bank, first);
  deposit(bank, third);  // in place of the second
  CHECK(reads_of(bank, [&] { deposit(bank, first); }) == std::vector{version(23)});
  CHECK(reads_of(bank, [&] { deposit(bank, third); }) == std::vector{version(22)});
  CHECK(reads_of(bank, [&] { deposit(bank, second); }) == std::vector{version(1)});
}

TEST_CASE("without hot aggregates each command reads from the first event") {
  const scripted_bus bank({.source = "bank", .hot_aggregates = 0});
  open_with_deposits(bank, account);
  deposit(bank);
  CHECK(reads_of(bank, [&] { deposit(bank); }) == std::vector{version(1)});
}

TEST_CASE("what failed to be folded fails again, and is not folded on from the middle") {
  const scripted_bus bank;
  open_with_deposits(bank, account);
  deposit(bank);
  append(bank, "Deposited", R"({"cents":1})");
  append(bank, "Deposited", R"({"dollars":1})");
  for (int i = 0; i < 2; ++i) {
    const auto reads = reads_of(bank, [&] {
      CHECK_THROWS_AS(static_cast<void>(bank.bus.send<Deposit>(account, 1).get()), whence::decode_error);
    });
    CHECK(reads == std::vector{version(i == 0 ? 22 : 1)});
  }
}

TEST_CASE("a state that could not be folded to the end, nor made anew, is not decided on") {
  const whence::runtime runtime = whence::runtime::system();
  const auto log = std::make_shared<scripted_log>(runtime);
  const auto deposit_one = [&] { append(*log, runtime, "Deposited", R"({"cents":1})"); };
  whence::command_bus bus(log, runtime);
  bus.add<Fragile>();
  const whence::id<Fragile> id{account.value()};
  for (int i = 0; i < 30; ++i) deposit_one();
  REQUIRE(bus.send<Withdraw>(id, 1).get().accepted());
  for (int i = 0; i < 2; ++i) deposit_one();

  Fragile::cannot_apply = Fragile::cannot_be_made = true;
  for (int i = 0; i < 2; ++i) CHECK_THROWS_AS(static_cast<void>(bus.send<Withdraw>(id, 1).get()), std::bad_alloc);
  Fragile::cannot_apply = Fragile::cannot_be_made = false;
  CHECK(bus.send<Withdraw>(id, 32).get().rejection());
  CHECK(bus.send<Withdraw>(id, 31).get().accepted());
}

TEST_CASE("a hot aggregate of a name that another aggregate type is asked for is an error, as ever") {
  scripted_bus bank;
  bank.bus.add<Rating>();
  open_with_deposits(bank, account);
  deposit(bank);
  CHECK_THROWS_AS(static_cast<void>(bank.bus.send<Rate>(whence::id<Rating>{account.value()}).get()),
                  whence::stream_of_other_type);
  deposit(bank);
}

TEST_CASE("a state that is ahead of its log is thrown away") {
  const scripted_bus bank;
  open_with_deposits(bank, account);
  deposit(bank);
  int conflicts = 1;
  bank.log->answer = [&](const whence::append_batch&) -> std::optional<whence::append_outcome> {
    if (conflicts-- == 0) return std::nullopt;
    whence::append_refused refused{};
    refused.why = whence::append_refused::reason::version_conflict;
    refused.stream = account.value();
    refused.actual = version(5);
    return refused;
  };
  bank.log->read_from.clear();
  CHECK(bank.bus.send<Deposit>(account, 1).get().accepted());
  CHECK(bank.log->read_from == std::vector{version(22), version(1)});
}

TEST_CASE("a `decide` that sends a command to the aggregate on which it decides does not wait for itself") {
  const scripted_bus bank;
  open_with_deposits(bank, account);
  deposit(bank);
  CHECK(bank.bus.send<DepositOnTheWay>(account, &bank.bus).get().accepted());
  CHECK(bank.load().state.balance == long_enough + 1 + 1'000 - 1);
}

TEST_CASE("many threads command more aggregates than are kept: no event is folded twice, none is left out") {
  const scripted_bus bank({.source = "bank", .conflicts = {.tries_max = 1'000}, .hot_aggregates = 3});
  std::vector<whence::id<Account>> ids;
  for (int i = 0; i < 5; ++i) ids.emplace_back("account-" + std::to_string(i));
  for (const auto& id : ids) open_with_deposits(bank, id);
  constexpr int threads = 4, rounds = 60;
  std::atomic<int> overdrawn = 0;
  {
    std::vector<std::jthread> all;
    for (int thread = 0; thread < threads; ++thread) {
      all.emplace_back([&, thread] {
        for (int i = 0; i < rounds; ++i) {
          const auto& id = ids[static_cast<std::size_t>(i + thread) % ids.size()];
          if (!bank.bus.send<Withdraw>(id, 1).get().accepted()) ++overdrawn;
          if (!bank.bus.send<Deposit>(id, 1).get().accepted()) ++overdrawn;
        }
      });
    }
  }
  CHECK(overdrawn == 0);
  for (const auto& id : ids) {
    CHECK(bank.load(id).state.balance == long_enough);
    CHECK(bank.load(id).version == version(long_enough + 1 + threads * rounds / 5 * 2));
  }
}
