// On a real log in SQLite, with real threads. Handlers fail or wait when a test says so.
#include <tests/app/counters.hpp>

#include <atomic>
#include <filesystem>
#include <future>
#include <stdexcept>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <tests/temporary_folder.hpp>
#include <whence/core/simulation.hpp>

using namespace whence;
using namespace std::chrono_literals;
using namespace counters;

namespace {

struct desk {
  tests::temporary_folder folder;
  std::string path = folder.file("counters.db");

  desk() {
    before_event = [](const event_context&) {};
  }
  ~desk() {
    before_event = [](const event_context&) {};
  }

  application_builder plan() const { return application::on(sqlite(path)).aggregate<Counter>().projection<Sums>(); }
};

const id<Counter> one{"counter-1"};

}  // namespace

TEST_CASE("a log that another has is refused at once, and the first goes on") {
  const desk given;
  auto first = given.plan().start();
  CHECK_THROWS_AS(given.plan().start(), log_busy);
  CHECK(first.send<Count>(one, 1).get().accepted());
}

TEST_CASE("two projections of one name are refused before anything is opened") {
  const desk given;
  CHECK_THROWS_AS(given.plan().projection<SumsOf<2>>().start(), duplicate_projection);
  CHECK_FALSE(std::filesystem::exists(given.path));
}

TEST_CASE("what was not registered is named, with what to write") {
  const desk given;
  const auto app = application::on(sqlite(given.path)).start();
  try {
    static_cast<void>(app.model<Sums>());
    FAIL("there is no such projection");
  } catch (const projection_not_registered& missing) {
    CHECK(missing.projection == "sums");
    CHECK(missing.text().remedy.find(".projection<") != std::string::npos);
  }
  try {
    static_cast<void>(app.send<Count>(one, 1).get());
    FAIL("there is no such aggregate");
  } catch (const aggregate_not_registered& missing) {
    CHECK(missing.text().remedy.find(".aggregate<") != std::string::npos);
  }
}

TEST_CASE("a rejected command is a value, and leaves no trace") {
  const desk given;
  const auto app = given.plan().start();
  const auto refused = app.send<Count>(one, -1).get();
  REQUIRE(refused.rejection() != nullptr);
  CHECK(refused.rejection()->code == "counter.negative");
  CHECK(app.head_token().position == global_position{0});
}

TEST_CASE("once it is stopping, a command is refused with nothing done") {
  const desk given;
  auto app = given.plan().start();
  app.stop();
  CHECK(app.stopping());
  CHECK_THROWS_AS(static_cast<void>(app.send<Count>(one, 1).get()), application_stopped);
  CHECK_THROWS_AS(static_cast<void>(app.with({}).send<Count>(one, 1).get()), application_stopped);
  app.stop();
  app.wait_until_stopped();
  CHECK(given.plan().start().head_token().position == global_position{0});
}

TEST_CASE("stopping waits for a command on its way, which still takes effect") {
  const desk given;
  std::promise<void> deciding;
  std::promise<void> go_on;
  before_decision = [&] {
    deciding.set_value();
    go_on.get_future().wait();
  };
  auto app = given.plan().start();
  std::atomic<bool> accepted{false};
  std::thread sender([&] { accepted = app.send<Count>(one, 5).get().accepted(); });
  deciding.get_future().wait();
  std::thread stopping([&] { app.stop(); });
  while (!app.stopping()) std::this_thread::yield();
  CHECK_THROWS_AS(static_cast<void>(app.send<Count>(one, 1).get()), application_stopped);
  std::this_thread::sleep_for(200ms);
  go_on.set_value();
  sender.join();
  stopping.join();
  CHECK(accepted);
  before_decision = [] {};
  CHECK(given.plan().start().load(one).state.total == 5);
}

TEST_CASE("stopping does not wait for whoever merely holds a result: the command comes to its end by itself") {
  const desk given;
  auto app = given.plan().stopping_within(24h).start();
  auto first = app.send<Count>(one, 5);
  const auto second = app.send<Count>(one, 7);
  app.stop();
  CHECK(std::move(first).get().accepted());
  CHECK(given.plan().start().load(one).state.total == 12);
}

TEST_CASE("stopping waits for the page in hand and starts no other") {
  const desk given;
  std::promise<void> inside;
  std::promise<void> go_on;
  std::atomic<bool> told{false};
  before_event = [&](const event_context&) {
    if (told.exchange(true)) return;
    inside.set_value();
    go_on.get_future().wait();
  };
  auto app = given.plan().start();
  const auto counted = app.send<Count>(one, 5).get();
  inside.get_future().wait();
  std::atomic<bool> stopped{false};
  std::thread stopping([&] {
    app.stop();
    stopped = true;
  });
  while (!app.stopping()) std::this_thread::yield();
  CHECK_FALSE(stopped);
  go_on.set_value();
  stopping.join();

  before_event = [](const event_context&) {};
  const auto again = given.plan().start();
  again.model<Sums>().include(counted.token());
  CHECK(total(again.model<Sums>()) == 5);
}

TEST_CASE("a page that takes longer than the patience is left behind, told, and harms nobody when it ends") {
  const desk given;
  const auto runtime = whence::runtime::system();
  guarded<std::vector<std::string>> reported;
  runtime.executor->on_report([&](const std::exception_ptr& failure) {
    try {
      std::rethrow_exception(failure);
    } catch (const error& known) {
      reported.lock()->emplace_back(known.code());
    }
  });
  std::promise<void> inside;
  std::promise<void> go_on;
  std::atomic<bool> told{false};
  before_event = [&](const event_context&) {
    if (told.exchange(true)) return;
    inside.set_value();
    go_on.get_future().wait();
  };
  {
    auto app = given.plan().running_on(runtime).stopping_within(20ms).start();
    CHECK(app.send<Count>(one, 5).get().accepted());
    inside.get_future().wait();
  }
  CHECK(*reported.lock() == std::vector<std::string>{"projection.left_behind"});
  go_on.set_value();
  runtime.executor->stop();
  before_event = [](const event_context&) {};
  const auto again = given.plan().start();
  again.model<Sums>().include(again.head_token());
  CHECK(total(again.model<Sums>()) == 5);
}

TEST_CASE("a projection that fails stops no command and no other projection, and its model says why") {
  const desk given;
  before_event = [](const event_context& context) {
    if (context.position >= global_position{3}) throw std::logic_error("three is too many");
  };
  const auto runtime = whence::runtime::system();
  runtime.executor->on_report([](const std::exception_ptr&) {});
  auto app = given.plan().projection<Seen>().running_on(runtime).start();
  for (int turn = 0; turn < 5; ++turn) CHECK(app.send<Count>(one, 1).get().accepted());
  CHECK_THROWS_AS(app.model<Sums>().include(app.head_token()), projection_failed);
  app.model<Seen>().include(app.head_token());
  app.model<Seen>().read([](const Seen& seen) { CHECK(seen.events_seen == 5); });
  before_event = [](const event_context&) {};
  app.rebuild<Sums>().get();  // what is mended can go on without a restart
  app.model<Sums>().include(app.head_token());
  CHECK(total(app.model<Sums>()) == 5);
  app.stop();
  runtime.executor->stop();
}

TEST_CASE("what was accepted while it stopped is there after a restart; what was not is told") {
  const desk given;
  constexpr int writers = 4;
  std::atomic<int> accepted{0};
  {
    auto app = given.plan().start();
    std::vector<std::thread> threads;
    for (int number = 0; number < writers; ++number) {
      threads.emplace_back([&, number] {
        const id<Counter> mine{"counter-" + std::to_string(number)};
        try {
          for (;;) {
            if (app.send<Count>(mine, 1).get().accepted()) ++accepted;
          }
        } catch (const application_stopped&) {
        }
      });
    }
    while (accepted < 200) std::this_thread::yield();
    app.stop();
    for (auto& thread : threads) thread.join();
  }
  const auto again = given.plan().start();
  again.model<Sums>().include(again.head_token());
  CHECK(total(again.model<Sums>()) == accepted);
}

TEST_CASE("a query reads its own write, by the token") {
  const desk given;
  const auto app = given.plan().projection<Seen>().named("counting-house").start();
  for (int turn = 1; turn <= 50; ++turn) {
    const auto counted = app.send<Count>(one, 2).get();
    const auto model = app.model<Sums>();
    model.include(counted.token());
    CHECK(total(model) == 2 * turn);
  }
  const auto loaded = app.load(one);
  CHECK(loaded.state.total == 100);
  CHECK(loaded.version == stream_version{50});
  CHECK_FALSE(app.load(id<Counter>{"counter-2"}).exists());
  CHECK(app.log().read(global_position{}).front().source == "counting-house");
}

TEST_CASE("what a command carries goes into its events, and its id takes effect once") {
  const desk given;
  const auto app = given.plan().start();
  const auto runtime = whence::runtime::system(1);
  command_context context;
  context.id = command_id{runtime.make_uuid()};
  context.correlation = correlation_id{runtime.make_uuid()};
  context.occurred_at = parse_rfc3339("2010-12-01T08:26:00Z");
  CHECK_FALSE(app.with(context).send<Count>(one, 3).get().repeated());
  CHECK(app.with(context).send<Count>(one, 3).get().repeated());
  CHECK(app.load(one).state.total == 3);
  const auto page = app.log().read(global_position{});
  CHECK(page.front().correlation == *context.correlation);
  CHECK(page.front().occurred_at == *context.occurred_at);
}

TEST_CASE("two applications live in one process, each with its log") {
  const desk here;
  const desk there;
  const auto first = here.plan().start();
  const auto second = there.plan().start();
  CHECK(first.send<Count>(one, 1).get().accepted());
  CHECK(second.send<Count>(one, 20).get().accepted());
  for (const auto* each : {&first, &second}) each->model<Sums>().include(each->head_token());
  CHECK(total(first.model<Sums>()) == 1);
  CHECK(total(second.model<Sums>()) == 20);
}

TEST_CASE("an application on a log in memory has its models in memory, and can rebuild them") {
  const auto source = memory();
  auto app =
      application::on(source).aggregate<Counter>().projection<Sums>().projection(std::make_shared<Seen>()).start();
  for (int turn = 0; turn < 20; ++turn) CHECK(app.send<Count>(one, 1).get().accepted());
  app.model<Sums>().include(app.head_token());
  CHECK(total(app.model<Sums>()) == 20);
  app.rebuild<Sums>().get();
  CHECK(app.send<Count>(one, 1).get().accepted());
  app.model<Sums>().include(app.head_token());
  CHECK(total(app.model<Sums>()) == 21);
  CHECK_THROWS(app.model<Sums>().read([](sql::database& db) { db.run("DELETE FROM sum"); }));
  CHECK(total(app.model<Sums>()) == 21);

  const auto guest = visitor::to(source).projection<Sums>().aggregate<Counter>().open();
  CHECK(total(guest.model<Sums>()) == 21);
  CHECK(guest.load(one).state.total == 21);
}

TEST_CASE("a raised version of a projection is built by the next start") {
  const desk given;
  {
    const auto app = given.plan().start();
    for (int turn = 0; turn < 10; ++turn) CHECK(app.send<Count>(one, 1).get().accepted());
    app.model<Sums>().include(app.head_token());
  }
  const auto app = application::on(sqlite(given.path)).aggregate<Counter>().projection<SumsOf<2>>().start();
  app.model<SumsOf<2>>().include(app.head_token());
  CHECK(total(app.model<SumsOf<2>>()) == 10);
}

TEST_CASE("an application is a handle: it can be moved, also into one that runs") {
  const desk here;
  const desk there;
  auto app = here.plan().start();
  auto other = there.plan().start();
  app = std::move(other);
  CHECK(app.send<Count>(one, 1).get().accepted());
  const auto again = here.plan().start();  // the first was stopped
  CHECK(again.send<Count>(one, 1).get().accepted());
}

TEST_CASE("a command can be awaited and chained, and an unfinished one outlives its caller's interest") {
  const desk given;
  auto app = given.plan().start();
  std::promise<int> chained;
  app.send<Count>(one, 4)
      .then([&](const command_outcome& outcome) { chained.set_value(outcome.accepted() ? 4 : 0); })
      .get();
  CHECK(chained.get_future().get() == 4);
  static_cast<void>(app.send<Count>(one, 1));
  app.stop();
  CHECK(given.plan().start().load(one).state.total == 5);
}

TEST_CASE("an application says how each of its projections is, and how many commands are on their way") {
  const desk given;
  simulation world;
  world.runtime().executor->on_report([](const std::exception_ptr&) {});
  const auto app = application::on(memory())
                       .aggregate<Counter>()
                       .projection<Sums>()
                       .running_on(world.runtime())
                       .stopping_within(0ns)
                       .start();
  std::size_t on_their_way = 0;
  before_decision = [&] { on_their_way = app.commands_on_their_way(); };
  CHECK(app.send<Count>(one, 1).get().accepted());
  before_decision = [] {};
  CHECK(on_their_way == 1);
  CHECK(app.commands_on_their_way() == 0);

  world.run_all();
  const projection_standing well = app.projections().at(0);
  CHECK(well.name == "sums");
  CHECK(well.events.front().name == "Counted");
  CHECK(well.state == subscription_state::live);
  CHECK(well.position == global_position{1});
  CHECK(well.failure == nullptr);

  before_event = [](const event_context&) { throw std::runtime_error("no ink"); };
  CHECK(app.send<Count>(one, 1).get().accepted());
  world.run_all();
  CHECK(app.projections().at(0).state == subscription_state::retrying);
  CHECK(app.projections().at(0).failure != nullptr);
  world.advance(1min);
  CHECK(app.projections().at(0).state == subscription_state::failed);
  CHECK(app.projections().at(0).position == global_position{1});
  CHECK_THROWS_AS(std::rethrow_exception(app.projections().at(0).failure), projection_failed);
}
