// Handlers fail, or wait, when a test says so. What a model has to be is worked out without any of the code that is tested.
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>

#include <doctest/doctest.h>

#include <whence/sql/error.hpp>

#include <tests/in_child.hpp>
#include <tests/projection/shop.hpp>

using namespace whence;
using namespace std::chrono_literals;
using ledger::Balances, ledger::BalancesOf, ledger::expected_model, ledger::whole_model;
using ledger::shop, ledger::read, ledger::eventually;
namespace fs = std::filesystem;

namespace {

struct BrokenHandler {
  static constexpr projection_info info{"balances", 1};
  using events = whence::events<ledger::Deposited>;
  void create(sql::database& db) { db.run("CREATE TABLE balance(account TEXT)"); }
  void on(const ledger::Deposited&, const event_context&, sql::database& db) {
    db.run("UPDATE balance SET paid_at = 1");
  }
};

struct BrokenTables {
  static constexpr projection_info info{"balances", 1};
  using events = whence::events<ledger::Deposited>;
  void create(sql::database& db) { db.run("CREATE TABLE balance(account TEXT); CREATE TABLE balance(account TEXT)"); }
  void on(const ledger::Deposited&, const event_context&, sql::database&) {}
};

}  // namespace

TEST_CASE("a handler that fails once leaves no trace: the page comes again") {
  shop given;
  const auto head = given.book.append(50);
  std::atomic<bool> failed{false};
  ledger::before_event = [&](const event_context& context) {
    if (context.position == global_position{33} && !failed.exchange(true)) throw std::runtime_error("a hiccup");
  };
  const auto model = given.runner();
  model->follow();
  model->include(head, 10s);
  CHECK(failed);
  CHECK(read(model) == expected_model(50));
  model->stop(10s);
}

TEST_CASE("a handler that always fails names projection, position and type, and the model stays before the event") {
  shop given;
  auto head = given.book.append(20);
  const auto model = given.runner();
  model->follow();
  model->include(head, 10s);
  ledger::before_event = [&](const event_context& context) {
    if (context.position == global_position{27}) throw std::runtime_error("account-6 is cursed");
  };
  head = given.book.append(10);
  try {
    model->include(head, 10s);
    FAIL("it includes what it cannot handle");
  } catch (const projection_failed& failure) {
    CHECK(failure.projection == "balances");
    CHECK(failure.position == global_position{27});
    CHECK(failure.event_type == "Withdrawn");
    CHECK(failure.code() == "projection.handler");
    CHECK(std::string(failure.what()).find("balances could not handle Withdrawn at position 27") == 0);
    CHECK(failure.text().why == "account-6 is cursed");
  }
  CHECK(model->state() == subscription_state::failed);
  CHECK(given.reported.lock()->size() == 1);
  const auto stopped_at = model->position().value();
  CHECK(stopped_at >= 20);
  CHECK(stopped_at < 27);
  CHECK(read(model) == expected_model(stopped_at));
  model->stop(10s);
}

TEST_CASE("SQL that fails names the statement, the projection and the event") {
  shop given;
  const auto head = given.book.append(1);
  const auto model = given.runner<BrokenHandler>();
  model->follow();
  try {
    model->include(head, 10s);
    FAIL("it includes what it cannot handle");
  } catch (const projection_failed& failure) {
    CHECK(failure.text().why.find("no such column: paid_at") != std::string::npos);
  }
  model->stop(10s);
}

TEST_CASE("tables that cannot be created leave no file behind, and say so") {
  shop given;
  const auto head = given.book.append(1);
  const auto model = given.runner<BrokenTables>();
  model->follow();
  CHECK_THROWS_AS(model->include(head, 10s), projection_not_created);
  model->stop(10s);
  CHECK(given.generations().empty());
}

TEST_CASE("a model of another log, of another history, or ahead of the log is not touched, and everybody is told") {
  shop given;
  const auto head = given.book.append(20);
  {
    const auto model = given.runner();
    model->follow();
    model->include(head, 10s);
    model->stop(10s);
  }
  const std::string before = given.dump();

  std::unique_ptr<ledger::account_book> other;
  std::uint64_t wanted = 30;
  SUBCASE("another log") {
    other = std::make_unique<ledger::account_book>(2);
    other->append(30);
  }
  SUBCASE("another history of the same log") {
    other = std::make_unique<ledger::account_book>(1);
    other->changes = 100;
    other->append(30);
  }
  SUBCASE("ahead of the log") {
    other = std::make_unique<ledger::account_book>(1);
    other->append(10);
    wanted = 10;
  }
  const token asked{other->log->identity().epoch, global_position{wanted}};
  {
    const auto visitor = given.runner(*other);
    CHECK_THROWS_AS(visitor->include(asked, 1s), checkpoint_mismatch);
  }
  other->runtime.executor->on_report([](const std::exception_ptr&) {});
  const auto model = given.runner(*other);
  model->follow();
  CHECK(eventually([&] { return model->state() == subscription_state::failed; }));
  CHECK_THROWS_AS(model->include({asked.epoch, global_position{100}}, 1s), checkpoint_mismatch);
  CHECK(given.dump() == before);

  model->rebuild().get();  // what the operator is told to do
  model->include(asked, 10s);
  CHECK(model->state() != subscription_state::failed);
  CHECK(model->position() >= asked.position);
  model->stop(10s);
}

TEST_CASE("a token of another epoch is refused, not waited for") {
  shop given;
  const auto model = given.runner();
  CHECK_THROWS_AS(model->include({2, global_position{1}}, 1h), token_of_other_epoch);
}

TEST_CASE("a model that does not get there in time says how far it is") {
  shop given;
  given.book.append(10);
  std::promise<void> go_on;
  auto released = go_on.get_future().share();
  ledger::before_event = [released](const event_context&) { released.wait(); };
  const auto model = given.runner();
  CHECK_THROWS_AS(model->snapshot(), read_model_behind);
  model->follow();
  try {
    model->include({1, global_position{10}}, 20ms);
    FAIL("it includes what it has not handled");
  } catch (const read_model_behind& behind) {
    CHECK(behind.code() == "read_model.behind");
    CHECK(behind.found == global_position{0});
    CHECK(behind.wanted == global_position{10});
  }
  CHECK_FALSE(model->stop(20ms));
  go_on.set_value();
  CHECK(model->stop(10s));
}

TEST_CASE("stopping in the middle of catching up and starting again handles each event once") {
  shop given;
  const auto head = given.book.append(5'000);
  {  // the first build: half of it costs nothing, and is begun anew
    std::promise<void> half;
    std::promise<void> go_on;
    std::atomic<bool> told{false};
    ledger::before_event = [&](const event_context& context) {
      if (context.position <= global_position{2'000} || told.exchange(true)) return;
      half.set_value();
      go_on.get_future().wait();
    };
    const auto model = given.runner();
    model->follow();
    half.get_future().wait();
    CHECK_FALSE(model->stop(0ms));
    go_on.set_value();
    CHECK(model->stop(10s));
    CHECK_THROWS_AS(model->snapshot(), read_model_behind);
  }
  CHECK(given.generations().empty());
  ledger::before_event = [](const event_context&) {};
  for (int turn = 0; turn < 5; ++turn) {  // live: what is kept is kept
    const auto model = given.runner();
    model->follow();
    if (turn == 0) model->include(head, 30s);
    given.book.append(100);
    model->stop(10s);
  }
  const auto model = given.runner();
  model->follow();
  model->include({1, global_position{5'500}}, 30s);
  CHECK(read(model) == expected_model(5'500));
  model->stop(10s);
}

TEST_CASE("a visitor waits while another has the lock, and brings the model up itself when it is free") {
  shop given;
  given.book.append(10);
  given.runner()->include({1, global_position{10}}, 10s);
  const auto head = given.book.append(10);
  auto held = given.book.runtime.files->try_lock(given.directory + "/balances.lock");
  REQUIRE(held.lock);
  const auto visitor = given.runner();
  try {
    visitor->include(head, 50ms);
    FAIL("nobody brought it up");
  } catch (const read_model_behind& behind) {
    CHECK(behind.found == global_position{10});
    CHECK(behind.wanted == global_position{20});
  }
  visitor->include({1, global_position{10}}, 0s);  // what is there needs no lock
  CHECK(read(visitor) == expected_model(10));
  held.lock.reset();
  visitor->include(head, 10s);
  CHECK(read(visitor) == expected_model(20));
}

TEST_CASE("a follower waits for a model's lock, goes on where the other stopped, and lets go at the head") {
  shop given;
  given.book.append(10);
  fs::create_directory(given.directory);
  auto held = given.book.runtime.files->try_lock(given.directory + "/balances.lock");
  const auto model = given.runner();
  model->follow();
  CHECK(eventually([&] { return model->state() == subscription_state::retrying; }));
  CHECK_THROWS_AS(model->include({1, global_position{10}}, 20ms), read_model_behind);
  held.lock.reset();
  model->include({1, global_position{10}}, 10s);
  CHECK(eventually(
      [&] { return given.book.runtime.files->try_lock(given.directory + "/balances.lock").lock != nullptr; }));
  CHECK(given.reported.lock()->empty());
  model->stop(10s);
}

TEST_CASE("followers and visitors of many threads work at one model without harm") {
  shop given;
  given.book.append(100);
  const auto follower = given.runner();
  follower->follow();
  std::atomic<bool> done{false};
  std::atomic<int> wrong{0};
  std::vector<std::thread> visitors;
  for (int number = 0; number < 3; ++number) {
    visitors.emplace_back([&] {
      while (!done) {
        try {
          const auto visitor = given.runner();
          const token head{1, given.book.log->head()};
          visitor->include(head, 30s);
          const auto seen = visitor->snapshot();
          const auto at = seen->at().position;
          if (at < head.position || whole_model(seen->database()) != expected_model(at.value())) ++wrong;
        } catch (const std::exception& failure) {
          MESSAGE(failure.what());
          ++wrong;
        }
      }
    });
  }
  for (int turn = 0; turn < 200; ++turn) {
    given.book.append(1 + static_cast<std::uint64_t>(turn % 5));
    std::this_thread::sleep_for(1ms);
  }
  done = true;
  for (auto& each : visitors) each.join();
  CHECK(wrong == 0);
  const token head{1, given.book.log->head()};
  follower->include(head, 30s);
  CHECK(read(follower) == expected_model(head.position.value()));
  CHECK(given.reported.lock()->empty());
  follower->stop(10s);
}

TEST_CASE("a reader cannot write, and a model's files are its owner's to open") {
  shop given;
  const auto head = given.book.append(10);
  const auto model = given.runner();
  model->include(head, 10s);
  CHECK_THROWS_AS(read_model(model).read([](sql::database& db) { db.run("DELETE FROM balance"); }), sql::sql_error);
  CHECK_THROWS_AS(read_model(model).read([](sql::database& db) { db.run("CREATE TABLE t(x)"); }), sql::sql_error);
  CHECK(read(model) == expected_model(10));
}

TEST_CASE("a snapshot stays what it was while the model moves on") {
  shop given;
  given.book.append(10);
  const auto model = given.runner();
  model->follow();
  model->include({1, global_position{10}}, 10s);
  const auto before = model->snapshot();
  model->include(given.book.append(50), 10s);
  model->rebuild().get();
  CHECK(whole_model(before->database()) == expected_model(10));
  CHECK(read(model) == expected_model(60));
  model->stop(10s);
}

TEST_CASE("a folder that may not be written still serves what is in it; what is missing is told, not made") {
  shop given;
  given.book.append(10);
  given.runner()->include({1, global_position{10}}, 10s);
  const auto head = given.book.append(10);
  fs::permissions(given.folder.path(), fs::perms::all);
  for (const auto& name : given.files()) fs::permissions(given.directory + "/" + name, fs::perms(0444));
  fs::permissions(given.directory, fs::perms(0555));
  given.book.runtime.executor->stop();  // a fork takes no threads along

  const auto ended = tests::in_child([&] {
    // An ordinary user: root may write everywhere. The exit code says what was wrong.
    if (::setgid(65534) != 0 || ::setuid(65534) != 0) return 10;
    ledger::account_book same;
    same.append(20);
    const auto visitor = given.runner(same);
    visitor->include({1, global_position{10}}, 1s);
    if (read(visitor) != expected_model(10)) return 11;
    try {
      visitor->include(head, 50ms);
      return 12;
    } catch (const read_model_behind& behind) {
      return behind.text().why.find("ermission denied") == std::string::npos ? 13 : 0;
    }
  });
  CHECK(ended.exited_with(0));
  fs::permissions(given.directory, fs::perms::owner_all);
}

TEST_CASE("a disk that is full stops a model where it is; with room again it goes on") {
  const tests::temporary_folder folder;
  const std::string directory = folder.file("models");
  const auto ended = tests::in_child([&] {
    // In a child, as the limit is one for the whole process: no file may grow beyond it.
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    if (::getrlimit(RLIMIT_FSIZE, &before) != 0) return 10;
    ledger::account_book book;
    book.append(500);
    const auto model = projection_runner::make(
        detail::definition_of<Balances>, nullptr,
        {.log = book.log, .runtime = book.runtime, .models_directory = directory, .retry = ledger::hasty});
    model->include({1, global_position{500}}, 10s);
    const auto head = book.append(20'000);

    const rlimit small{.rlim_cur = 400'000, .rlim_max = before.rlim_max};
    if (::setrlimit(RLIMIT_FSIZE, &small) != 0) return 11;
    try {
      model->include(head, 10s);
      return 12;
    } catch (const error& failure) {
      if (failure.code() != "sql.full" && failure.code() != "projection.handler" && failure.code() != "sql.io")
        return 13;
    }
    const auto stopped_at = model->position().value();
    if (stopped_at < 500 || stopped_at >= 20'500 || read(model) != expected_model(stopped_at)) return 14;

    if (::setrlimit(RLIMIT_FSIZE, &before) != 0) return 15;
    model->include(head, 10s);
    return read(model) == expected_model(20'500) ? 0 : 16;
  });
  CHECK(ended.exited_with(0));
}
