// Models in memory: a database, and an object that cannot be rolled back.
#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <whence/projection/read_model.hpp>
#include <whence/sql/error.hpp>

#include <tests/projection/shop.hpp>

using namespace whence;
using namespace std::chrono_literals;
using ledger::Balances, ledger::expected_model, ledger::Totals, ledger::whole_model;

namespace {

/// Decodes deposits, and counts the rest as it is stored.
struct Mixed {
  static constexpr projection_info info{"mixed", 1};
  using events = whence::events<ledger::Deposited, ledger::Withdrawn>;
  std::int64_t deposited = 0;
  std::vector<std::string> undecoded;

  void on(const ledger::Deposited& event, const event_context&) { deposited += event.amount; }
  void on(const stored_event& event, const event_context& context) {
    undecoded.push_back(std::string(event.type) + " " + std::to_string(event.version) + " " + std::string(event.data) +
                        " " + std::string(context.stream));
  }
};
static_assert(!handles_in_memory<Mixed, ledger::Withdrawn> && handled_in_memory<Mixed, ledger::Withdrawn>);

/// Looks at no payload: not even one that is none of its event's form.
struct CountByType {
  static constexpr projection_info info{"count_by_type", 1};
  using events = whence::events<ledger::Deposited, ledger::Withdrawn>;
  void create(sql::database& db) { db.run("CREATE TABLE counts(type TEXT PRIMARY KEY, events INTEGER NOT NULL)"); }
  void on(const stored_event& event, const event_context&, sql::database& db) {
    db.run("INSERT INTO counts VALUES(?, 1) ON CONFLICT DO UPDATE SET events = events + 1", {event.type});
  }
};

struct desk {
  ledger::account_book book;

  desk() {
    ledger::before_event = [](const event_context&) {};
    book.runtime.executor->on_report([](const std::exception_ptr&) {});
  }
  ~desk() {
    book.runtime.executor->stop();
    ledger::before_event = [](const event_context&) {};
  }

  std::shared_ptr<projection_runner> database() {
    return projection_runner::make(
        detail::definition_of<Balances>, nullptr,
        {.log = book.log, .runtime = book.runtime, .models_directory = {}, .retry = ledger::hasty});
  }
  std::shared_ptr<projection_runner> object() {
    return projection_runner::make(
        detail::definition_of<Totals>, std::make_shared<Totals>(),
        {.log = book.log, .runtime = book.runtime, .models_directory = {}, .retry = ledger::hasty});
  }
};

}  // namespace

TEST_CASE("an event without an `on` of its own goes to the one for stored events, not decoded") {
  desk given;
  const auto head = given.book.append(30);
  const auto model = projection_runner::make(
      detail::definition_of<Mixed>, std::make_shared<Mixed>(),
      {.log = given.book.log, .runtime = given.book.runtime, .models_directory = {}, .retry = ledger::hasty});
  model->include(head, 10s);
  memory_model<Mixed>(model).read([](const Mixed& mixed) {
    std::int64_t deposited = 0;
    std::vector<std::string> withdrawn;
    for (std::int64_t number = 1; number <= 30; ++number) {
      const std::int64_t amount = number * 37 % 1'000;
      if (number % 5 == 0) continue;
      if (number % 3 != 0) {
        deposited += amount;
      } else {
        withdrawn.push_back("Withdrawn 1 {\"amount\":" + std::to_string(amount) + "} account-" +
                            std::to_string(number % 7));
      }
    }
    CHECK(mixed.deposited == deposited);
    CHECK(mixed.undecoded == withdrawn);
  });
}

TEST_CASE("a projection that looks at no payload does not mind what is in it") {
  desk given;
  given.book.append(30);
  append_batch odd = ledger::change(1, given.book.writing);
  odd.streams.front().events.front().data = R"({"amount":"a lot"})";
  const token head = given.book.log->append(std::move(odd)).get().value().token;
  const auto model = projection_runner::make(
      detail::definition_of<CountByType>, nullptr,
      {.log = given.book.log, .runtime = given.book.runtime, .models_directory = {}, .retry = ledger::hasty});
  model->include(head, 10s);
  CHECK(ledger::rows(model->snapshot()->database(), "SELECT * FROM counts ORDER BY type") ==
        "Deposited 17 \nWithdrawn 8 \n");
}

TEST_CASE("an object handles each event once, though a page of it fails in the middle") {
  desk given;
  const auto head = given.book.append(100);
  std::atomic<int> failures{2};
  ledger::before_event = [&](const event_context& context) {
    if (context.position == global_position{58} && failures-- > 0) throw std::runtime_error("again, please");
  };
  const auto model = given.object();
  model->follow();
  model->include(head, 10s);
  memory_model<Totals>(model).read([](const Totals& totals) {
    CHECK(totals.changes == 80);
    std::int64_t sum = 0;
    for (const auto& [account, amount] : totals.amounts) sum += amount;
    std::int64_t expected = 0;
    for (std::int64_t number = 1; number <= 100; ++number) {
      if (number % 5 != 0) expected += (number % 3 == 0 ? -1 : 1) * (number * 37 % 1'000);
    }
    CHECK(sum == expected);
  });
  model->stop(10s);
}

TEST_CASE("an object that many threads bring up at once handles each event once") {
  desk given;
  const auto head = given.book.append(1'000);
  for (int round = 0; round < 20; ++round) {
    const auto visitor = given.object();
    std::atomic<int> ready{0};
    std::vector<std::thread> threads;
    for (int number = 0; number < 4; ++number) {
      threads.emplace_back([&] {
        ++ready;
        while (ready < 4) std::this_thread::yield();
        visitor->include(head, 10s);
      });
    }
    for (std::thread& thread : threads) thread.join();
    memory_model<Totals>(visitor).read([](const Totals& totals) { CHECK(totals.changes == 800); });
  }
}

TEST_CASE("an object that fails for good stands before the event, and says which") {
  desk given;
  const auto head = given.book.append(10);
  ledger::before_event = [](const event_context& context) {
    if (context.position == global_position{7}) throw std::runtime_error("never");
  };
  const auto model = given.object();
  model->follow();
  CHECK_THROWS_AS(model->include(head, 10s), projection_failed);
  CHECK(model->position() == global_position{6});
  model->stop(10s);
}

TEST_CASE("a database in memory is read while it is written and rebuilt, and is always the fold of some head") {
  desk given;
  given.book.append(50);
  const auto model = given.database();
  CHECK_THROWS_AS(model->snapshot(), read_model_behind);
  model->follow();
  model->include({1, global_position{50}}, 10s);
  std::atomic<bool> done{false};
  std::atomic<int> wrong{0};
  std::thread reader([&] {
    std::uint64_t last = 0;
    while (!done) {
      const auto seen = model->snapshot();
      const auto at = seen->at().position.value();
      if (at < last || whole_model(seen->database()) != expected_model(at)) ++wrong;
      last = at;
    }
  });
  for (int turn = 0; turn < 10; ++turn) {
    given.book.append(5);
    model->rebuild().get();
  }
  done = true;
  reader.join();
  CHECK(wrong == 0);
  model->include({1, global_position{100}}, 10s);
  CHECK(read_model(model).read(whole_model) == expected_model(100));
  CHECK_THROWS_AS(read_model(model).read([](sql::database& db) { db.run("DELETE FROM balance"); }), sql::sql_error);
  model->stop(10s);
}

TEST_CASE("a visitor of a log in memory has a model of its own") {
  desk given;
  const auto head = given.book.append(30);
  const auto visitor = given.database();
  visitor->include(head, 10s);
  CHECK(read_model(visitor).read(whole_model) == expected_model(30));
}

TEST_CASE("a rebuild ends when its projection is stopped") {
  desk given;
  const auto head = given.book.append(3'000);
  const auto model = given.database();
  model->follow();
  model->include(head, 10s);
  ledger::before_event = [&](const event_context& context) {
    if (context.position == global_position{501}) model->stop(0s);
  };
  CHECK_THROWS_AS(model->rebuild().get(), operation_cancelled);
}
