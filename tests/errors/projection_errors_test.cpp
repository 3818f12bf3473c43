// What the errors of subscriptions, projections and applications say.
#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include <tests/docs/examples/account.hpp>
#include <tests/errors/said.hpp>

using namespace whence;
using namespace bank;
using namespace std::chrono_literals;
using tests::scene;

namespace {

const id<Account> ada{"account-ada"};

struct Cursed {
  static constexpr projection_info info{"cursed", 1};
  using events = whence::events<Deposited>;
  void create(sql::database& db) { db.run("CREATE TABLE cursed (account TEXT)"); }
  void on(const Deposited&, const event_context&, sql::database& db) { db.run("INSERT INTO curses VALUES (1)"); }
};
struct Uncreated {
  static constexpr projection_info info{"uncreated", 1};
  using events = whence::events<Deposited>;
  void create(sql::database&) { throw std::runtime_error("the moon is full"); }
  void on(const Deposited&, const event_context&, sql::database&) {}
};
struct Balances2 {
  static constexpr projection_info info{"balances", 2};
  using events = whence::events<Deposited>;
  void create(sql::database& db) { db.run("CREATE TABLE balances (account TEXT)"); }
  void on(const Deposited&, const event_context&, sql::database&) {}
};

/// Stays in its first event until it is let go on.
struct Slow {
  static constexpr projection_info info{"slow", 1};
  using events = whence::events<Deposited>;
  static inline std::promise<void> begun;
  static inline std::promise<void> go_on;
  void create(sql::database&) {}
  void on(const Deposited&, const event_context&, sql::database&) {
    begun.set_value();
    go_on.get_future().wait();
  }
};

log_source place(const scene& here) { return sqlite(here.file("bank.db")); }

token deposit(const application& app) { return app.send<Deposit>(ada, 100).get().token(); }

/// A handler that is told what to do.
class told_handler final : public subscription_handler {
 public:
  explicit told_handler(std::function<void()> act) : act_(std::move(act)) {}
  checkpoint load() override { return {}; }
  void handle(const event_page&, const checkpoint&) override { act_(); }

 private:
  std::function<void()> act_;
};

}  // namespace

TEST_CASE("projections that cannot do their work") {
  const scene here;
  auto app = application::on(place(here)).aggregate<Account>().projection<Cursed>().projection<Uncreated>().start();
  const token deposited = deposit(app);
  CHECK(here.says([&] { app.model<Cursed>().include(deposited); }) ==
        R"(app: cursed could not handle Deposited at position 1; its model stays before that event
  where: cursed, on(const Deposited&)
  why:   bank.db.models/cursed.1.1.db: no such table: curses (SQLite 1) (INSERT INTO curses VALUES (1)) [sql.failed]
  do:    put that right and start again: the projection goes on at this event  [projection.handler, exit 1]
)");
  CHECK(here.says([&] { app.model<Uncreated>().include(deposited); }) ==
        R"(app: uncreated could not create its tables; there is no model of it yet
  where: uncreated, create()
  why:   the moon is full
  do:    put that right and start again  [projection.create, exit 1]
)");
}

TEST_CASE("applications that lack something, or have it twice, or stop") {
  const scene here;
  auto app = application::on(memory()).named("bank").aggregate<Account>().projection<Balances>().start();
  CHECK(here.says([&] { static_cast<void>(app.model<Cursed>()); }) ==
        R"(app: this application does not run the projection cursed
  where: cursed
  why:   it was built without it
  do:    add .projection<…>() where the application is built  [app.projection_not_registered, exit 70]
)");
  CHECK(here.says([] { application::on(memory()).projection<Balances>().projection<Balances2>().start(); }) ==
        R"(app: two projections are called balances; nothing was opened
  where: balances
  why:   they would write the same read model
  do:    give one of them another name  [app.duplicate_projection, exit 70]
)");
  app.stop();
  CHECK(here.says([&] { deposit(app); }) == R"(app: bank is stopping; nothing was done
  where: bank
  why:   a stop was asked for
  do:    start it and send again  [app.stopped, exit 5]
)");
}

TEST_CASE("a projection that a stop has no more patience for") {
  const scene here;
  std::string reported;
  here.runtime().executor->on_report(
      [&](const std::exception_ptr& failure) { reported = here.says([&] { std::rethrow_exception(failure); }); });
  auto app = application::on(memory())
                 .running_on(here.runtime())
                 .aggregate<Account>()
                 .projection<Slow>()
                 .stopping_within(1ms)
                 .start();
  deposit(app);
  Slow::begun.get_future().wait();
  app.stop();
  Slow::go_on.set_value();
  CHECK(reported == R"(app: slow had not finished its page when the patience of the stop was over; nothing is lost
  where: slow
  why:   a handler takes very long, or waits for something
  do:    look at what its `on` does  [projection.left_behind, exit 1]
)");
}

TEST_CASE("read models that cannot answer") {
  const scene here;
  {
    auto app = application::on(place(here)).aggregate<Account>().projection<Balances2>().start();
    app.model<Balances2>().include(deposit(app));
  }
  {
    auto app = application::on(place(here)).aggregate<Account>().projection<Balances>().start();
    CHECK(here.says([&] { app.model<Balances>().include(deposit(app)); }) ==
          R"(app: balances is of version 2, this program knows version 1; it was left as it is
  where: balances
  why:   a newer program has built it
  do:    use the newer program; or move the model's files away: this one builds it anew  [read_model.newer_version, exit 6]
)");
    CHECK(here.says([&] { app.model<Balances>().include(token{2, global_position{1}}); }) ==
          R"(app: the token 2-1 is of another epoch than the log, which is in epoch 1
  why:   the log was restored or lost its tail since: what the token stands for may be gone
  do:    read again, and go on from what is there  [token.other_epoch, exit 4]
)");
  }
  {
    auto app = application::on(place(here)).aggregate<Account>().projection<Balances2>().start();
    app.model<Balances2>().include(app.head_token());
    CHECK(here.says([&] { app.model<Balances2>().include(token{1, global_position{99}}, 1ms); }) ==
          R"(app: balances is at position 2 and does not include position 99 yet
  where: balances
  why:   it is still catching up
  do:    wait and ask again  [read_model.behind, exit 5]
)");
  }
  here.write("bank.db.models/balances.2.1.db", "noise");
  for (const char* suffix : {"-wal", "-shm"})
    std::filesystem::remove(here.file("bank.db.models/balances.2.1.db") + suffix);
  const auto visitor = visitor::to(place(here)).projection<Balances2>().open();
  CHECK(here.says([&] { visitor.model<Balances2>(); }) ==
        R"(app: the file of balances cannot be used as its read model; it was left as it is
  where: bank.db.models/balances.2.1.db
  why:   bank.db.models/balances.2.1.db: file is not a database (SQLite 26)
  do:    delete the file: the model is built anew from the log  [read_model.damaged, exit 6]
)");
}

TEST_CASE("a read model of another log") {
  const scene here;
  {
    auto app = application::on(place(here)).aggregate<Account>().projection<Balances>().start();
    app.model<Balances>().include(deposit(app));
  }
  for (const char* suffix : {"", "-wal", "-shm", ".witness", ".index", ".index-wal", ".index-shm"})
    std::filesystem::remove(here.file("bank.db") + suffix);
  auto app = application::on(place(here)).aggregate<Account>().projection<Balances>().start();
  CHECK(here.says([&] { app.model<Balances>().include(deposit(app)); }) ==
        R"(app: balances stands at position 1 of another history than the log's; nothing was handled
  where: balances
  why:   its log is <id>, this one is <id>
  do:    if this is the right log, move the files of balances away: it is built anew  [checkpoint.mismatch, exit 6]
)");
}

TEST_CASE("subscriptions that do not come to their position") {
  const scene here;
  const std::shared_ptr<whence::log> log = memory().open(here.runtime());
  command_bus bus(log, here.runtime());
  bus.add<Account>();
  CHECK(bus.send<Deposit>(ada, 100).get().accepted());
  const retry_policy once{.tries_max = 1};
  const auto failing = [&](std::function<void()> act) {
    auto started = subscription::start(log, here.runtime(),
                                       {.name = "letters", .filter = {}, .page = {}, .retry = once, .busy = once},
                                       std::make_shared<told_handler>(std::move(act)));
    return here.says([&] { started.reached(global_position{1}).get(); });
  };
  CHECK(failing([] { throw subscription_busy("letters", "process 4182 brings it up"); }) ==
        R"(app: letters is being brought up by another; nothing was handled
  where: letters
  why:   process 4182 brings it up
  do:    wait for it to finish  [subscription.busy, exit 5]
)");
  CHECK(here.says([] { throw checkpoint_moved("letters"); }) ==
        R"(app: the checkpoint of letters was moved by another; nothing was handled
  where: letters  [subscription.checkpoint_moved, exit 5]
)");
  CHECK(here.says([&] {
    auto started = subscription::start(log, here.runtime(), {.name = "letters", .filter = {}, .page = {}},
                                       std::make_shared<told_handler>([] {}));
    auto never = started.reached(global_position{99});
    started.stop();
    std::move(never).get();
  }) == R"(app: letters was stopped before it came to the position that was waited for
  where: letters
  do:    start it again: it goes on where it was  [subscription.stopped, exit 5]
)");
}
