// Generations: built beside the one that serves, swapped in, deleted by others, damaged, of other versions.
#include <atomic>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>

#include <unistd.h>

#include <doctest/doctest.h>

#include <whence/sql/error.hpp>

#include <tests/projection/shop.hpp>

using namespace whence;
using namespace std::chrono_literals;
using ledger::Balances, ledger::BalancesOf, ledger::expected_model, ledger::whole_model;
using ledger::shop, ledger::read, ledger::eventually;
namespace fs = std::filesystem;

namespace {

struct Names {
  static constexpr projection_info info{"balance", 1};  // the beginning of the other's name
  using events = whence::events<ledger::Deposited>;
  void create(sql::database& db) { db.run("CREATE TABLE name(account TEXT)"); }
  void on(const ledger::Deposited&, const event_context& context, sql::database& db) {
    db.run("INSERT INTO name VALUES(?)", {context.stream});
  }
};

}  // namespace

TEST_CASE("readers never see a half-built model, nor one that goes back, while it is rebuilt again and again") {
  shop given;
  given.book.append(300);
  const auto model = given.runner();
  model->follow();
  model->include({1, global_position{300}}, 10s);

  std::atomic<bool> done{false};
  std::atomic<int> wrong{0};
  std::atomic<int> reads{0};
  std::vector<std::thread> readers;
  for (int number = 0; number < 3; ++number) {
    readers.emplace_back([&] {
      std::uint64_t last = 0;
      while (!done) {
        const auto seen = model->snapshot();
        const auto at = seen->at().position.value();
        if (at < last || whole_model(seen->database()) != expected_model(at)) ++wrong;
        last = at;
        ++reads;
      }
    });
  }
  std::thread writer([&] {
    while (!done) {
      given.book.append(1);
      std::this_thread::sleep_for(1ms);
    }
  });
  for (int turn = 0; turn < 10; ++turn) model->rebuild().get();
  done = true;
  for (auto& reader : readers) reader.join();
  writer.join();
  CHECK(wrong == 0);
  CHECK(reads > 0);
  model->include({1, given.book.log->head()}, 10s);
  CHECK(read(model) == expected_model(given.book.log->head().value()));
  CHECK(given.generations().size() == 1);
  model->stop(10s);
}

TEST_CASE("a rebuild that fails half way costs nothing") {
  shop given;
  const auto head = given.book.append(3'000);
  const auto model = given.runner();
  model->follow();
  model->include(head, 10s);
  const auto before = given.generations();
  ledger::before_event = [](const event_context& context) {
    if (context.position == global_position{2'003}) throw std::runtime_error("only in rebuilds");
  };
  CHECK_THROWS_AS(model->rebuild().get(), projection_failed);
  CHECK(given.generations() == before);
  CHECK(read(model) == expected_model(3'000));
  CHECK(model->state() == subscription_state::live);
  ledger::before_event = [](const event_context&) {};
  model->include(given.book.append(10), 10s);
  CHECK(read(model) == expected_model(3'010));
  model->stop(10s);
}

TEST_CASE("rebuilding one model leaves all others alone") {
  shop given;
  const auto head = given.book.append(40);
  const auto balances = given.runner();
  const auto names = given.runner<Names>();
  for (const auto& each : {balances, names}) each->follow();
  for (const auto& each : {balances, names}) each->include(head, 10s);
  const auto before = given.dump();
  names->rebuild().get();
  names->rebuild().get();
  CHECK(given.dump() == before);
  CHECK(read(balances) == expected_model(40));
  for (const auto& each : {balances, names}) each->stop(10s);
}

TEST_CASE("two rebuilds at once: one is refused, and nothing is harmed") {
  shop given;
  const auto head = given.book.append(500);
  const auto model = given.runner();
  model->follow();
  model->include(head, 10s);
  std::promise<void> inside;
  std::promise<void> go_on;
  std::atomic<bool> told{false};
  ledger::before_event = [&](const event_context&) {
    if (told.exchange(true)) return;
    inside.set_value();
    go_on.get_future().wait();
  };
  auto first = model->rebuild();
  inside.get_future().wait();
  try {
    model->rebuild().get();
    FAIL("there were two");
  } catch (const subscription_busy& busy) {
    CHECK(busy.text().why == "this process itself (" + std::to_string(::getpid()) + ") builds a generation of it");
  }
  go_on.set_value();
  std::move(first).get();
  CHECK(read(model) == expected_model(500));
  model->stop(10s);
}

TEST_CASE("any file of a model may be deleted: what comes back is equal to the last byte of a dump") {
  shop given;
  const auto head = given.book.append(777);
  {
    const auto model = given.runner();
    model->follow();
    model->include(head, 10s);
    model->stop(10s);
  }
  const std::string before = given.dump();
  std::vector<std::string> deleted;
  SUBCASE("the database") { deleted = {"balances.1.1.db"}; }
  SUBCASE("the database, but not its -wal") { deleted = {"balances.1.1.db", "balances.1.1.db-shm"}; }
  SUBCASE("the name of the current one") { deleted = {"balances.current"}; }
  SUBCASE("the locks") { deleted = {"balances.lock", "balances.build.lock"}; }
  SUBCASE("everything") { deleted = given.files(); }
  for (const auto& name : deleted) CHECK(fs::remove(given.directory + "/" + name));

  SUBCASE("by a follower") {
    const auto model = given.runner();
    model->follow();
    model->include(head, 10s);
    model->stop(10s);
    CHECK(given.dump() == before);
  }
  SUBCASE("by a visitor") {
    given.runner()->include(head, 10s);
    CHECK(given.dump() == before);
  }
}

TEST_CASE("files that are deleted under a running projection are noticed with the next event") {
  shop given;
  given.book.append(100);
  const auto model = given.runner();
  model->follow();
  model->include({1, global_position{100}}, 10s);
  CHECK(read(model) == expected_model(100));
  SUBCASE("the database") { fs::remove(given.directory + "/balances.1.1.db"); }
  SUBCASE("everything") {
    for (const auto& name : given.files()) fs::remove(given.directory + "/" + name);
  }
  model->include(given.book.append(1), 10s);
  CHECK(read(model) == expected_model(101));
  model->stop(10s);
}

TEST_CASE("a file that is no model is left as it is, and named") {
  shop given;
  const auto head = given.book.append(10);
  given.runner()->include(head, 10s);
  const std::string file = given.directory + "/balances.1.1.db";
  for (const auto& name : {file, file + "-wal", file + "-shm"}) fs::remove(name);
  std::string content =
      "this is not the database you are looking for, but it is long enough to have a header of its own. ";
  content += std::string(4'000, '.');
  SUBCASE("noise") {}
  SUBCASE("another database") {
    auto db = sql::database::open(file + ".other", sql::open_mode::create);
    db.run("CREATE TABLE t(x)");
    std::ifstream made(file + ".other", std::ios::binary);
    content.assign(std::istreambuf_iterator<char>(made), {});
    fs::remove(file + ".other");
  }
  std::ofstream(file, std::ios::binary) << content;
  const auto model = given.runner();
  model->follow();
  CHECK_THROWS_AS(model->include({1, global_position{11}}, 10s), read_model_damaged);
  model->stop(10s);
  CHECK_THROWS_AS(given.runner()->include(head, 1s), read_model_damaged);
  std::ifstream left(file, std::ios::binary);
  CHECK(std::string(std::istreambuf_iterator<char>(left), {}).substr(0, content.size()) == content);
}

TEST_CASE("a raised version is built beside the old model, which goes when the new one is whole") {
  shop given;
  const auto head = given.book.append(2'000);
  given.runner()->include(head, 10s);
  std::promise<void> inside;
  std::promise<void> go_on;
  std::atomic<bool> told{false};
  ledger::before_event = [&](const event_context& context) {
    if (context.position < global_position{1'500} || told.exchange(true)) return;
    inside.set_value();
    go_on.get_future().wait();
  };
  const auto newer = given.runner<BalancesOf<2, -1>>();
  newer->follow();
  inside.get_future().wait();
  CHECK(given.generations() == std::vector<std::string>{"balances.1.1.db", "balances.2.2.db"});
  CHECK_THROWS_AS(newer->snapshot(), read_model_behind);
  CHECK_THROWS_AS(newer->include({1, global_position{500}}, 20ms), read_model_behind);  // handled, but not to be seen
  CHECK(read(given.runner()) == expected_model(2'000));  // whoever runs the old version still reads
  go_on.set_value();
  newer->include(head, 10s);
  CHECK(read(newer) == expected_model(2'000, -1));
  CHECK(given.generations() == std::vector<std::string>{"balances.2.2.db"});
  newer->stop(10s);

  const auto older = given.runner();
  CHECK_THROWS_AS(older->snapshot(), read_model_newer);
  CHECK_THROWS_AS(older->include(head, 1s), read_model_newer);
  CHECK(given.generations() == std::vector<std::string>{"balances.2.2.db"});
  older->rebuild().get();  // the way back, by name
  CHECK(read(older) == expected_model(2'000));
}

TEST_CASE("what a build left behind goes with the next one") {
  shop given;
  const auto head = given.book.append(10);
  fs::create_directory(given.directory);
  for (const auto* name : {"balances.1.7.db", "balances.1.7.db-wal", "balances.3.2.db-shm"}) {
    std::ofstream(given.directory + "/" + name) << "left";
  }
  for (const auto* name : {"balances.1.07.db", "balances.1.7.db.mine", "balances_2.1.7.db", "balances.x.7.db"}) {
    std::ofstream(given.directory + "/" + name) << "not a generation";
  }
  given.runner()->include(head, 10s);
  CHECK(given.generations() ==
        std::vector<std::string>{"balances.1.07.db", "balances.1.1.db", "balances.x.7.db", "balances_2.1.7.db"});
  CHECK(fs::exists(given.directory + "/balances.1.7.db.mine"));
  CHECK_FALSE(fs::exists(given.directory + "/balances.3.2.db-shm"));
}
