// What the errors of aggregates and commands say.
#include <future>
#include <memory>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include <tests/docs/examples/account.hpp>
#include <tests/errors/said.hpp>

using namespace whence;
using namespace bank;
using tests::scene;

namespace {

struct Rated {
  static constexpr event_type type{"Rated"};
  template <class Archive>
  void serialize(Archive&) {}
};
struct Rate {};
struct Rating {
  static constexpr aggregate_type type{"Rating"};
  using events = whence::events<Rated>;
  void apply(const Rated&) {}
};
outcome<Rating> decide(const Rating&, const Rate&) { return Rated{}; }

/// Its query names a type that it does not list.
struct Audit {};
struct Deposits {
  static constexpr decision_model type{"Deposits"};
  using events = whence::events<Deposited>;
  static event_query query(const Audit&) { return {{{.event_types = {"Deposited", "Withdrawn"}}}}; }
  void apply(const Deposited&) {}
};

namespace another {
struct Account {
  static constexpr aggregate_type type{"Account"};
  using events = whence::events<Deposited>;
  void apply(const Deposited&) {}
};
}  // namespace another

const id<Account> ada{"account-ada"};

struct ground {
  explicit ground(const scene& here) : log(memory().open(here.runtime())), bus(log, here.runtime()) {
    bus.add<Account>();
  }
  std::shared_ptr<whence::log> log;
  command_bus bus;
};

}  // namespace

TEST_CASE("aggregates that are not what they are taken for") {
  const scene here;
  ground bank(here);
  CHECK(here.says([&] { bank.bus.add<another::Account>(); }) == R"(app: two aggregates are called Account in the log
  why:   an aggregate's name belongs to one type
  do:    rename one of the two in its `aggregate_type`  [aggregate.duplicate_type, exit 70]
)");
  CHECK(here.says([&] { static_cast<void>(bank.bus.send<Rate>(id<Rating>{"rating-1"}).get()); }) ==
        R"(app: Rating is not registered; nothing was written
  why:   a command was sent to an aggregate that the application was not told of
  do:    add .aggregate<Rating>() before .start()  [aggregate.not_registered, exit 70]
)");
  bank.bus.add<Rating>();
  CHECK(bank.bus.send<Deposit>(ada, 100).get().accepted());
  CHECK(here.says([&] { static_cast<void>(bank.bus.send<Rate>(id<Rating>{"account-ada"}).get()); }) ==
        R"(app: account-ada is of type Account, not Rating; nothing was written
  why:   an aggregate's id is unique in the log, over all types
  do:    give the Rating an id of its own  [aggregate.other_type, exit 4]
)");
  CHECK(bank.bus.send<Withdraw>(ada, 60).get().accepted());
  CHECK(here.says([&] { repository(bank.log).load(id<another::Account>{"account-ada"}); }) ==
        R"(app: Withdrawn is in the stream of Account, but not in its `events`
  where: account-ada version 2, position 2
  why:   the event was written by a program that knows more event types, or this one forgot one, or merges it with one beside it that is not there
  do:    add Withdrawn to the `events` of Account, or an upcaster for it when it stands alone  [aggregate.unlisted_event, exit 6]
)");
  CHECK(here.says([&] { repository(bank.log).load_for<Deposits>(Audit{}); }) ==
        R"(app: the query of Deposits finds Withdrawn, which is not in its `events`
  where: account-ada version 2, position 2
  why:   a decision model's query names no event types but the model's own
  do:    add Withdrawn to the `events` of Deposits, or take it out of the query  [aggregate.unlisted_event, exit 6]
)");
}

TEST_CASE("a command's id that is used for another command") {
  const scene here;
  ground bank(here);
  const command_context once{.id = command_id{here.runtime().make_uuid()}};
  CHECK(bank.bus.send<Deposit>(once, ada, 100).get().accepted());
  CHECK(here.says([&] { static_cast<void>(bank.bus.send<Withdraw>(once, ada, 60).get()); }) ==
        R"(app: command <id> was Deposit on account-ada, now it is Withdraw on account-ada; nothing was written
  why:   a command's id names one command for ever
  do:    give each command an id of its own; only a repeat has the id of the first  [command.id_reused, exit 4]
)");
}

TEST_CASE("a rejection that nobody looked at") {
  const scene here;
  ground bank(here);
  std::string reported;
  here.runtime().executor->on_report(
      [&](const std::exception_ptr& failure) { reported = here.says([&] { std::rethrow_exception(failure); }); });
  static_cast<void>(bank.bus.send<Withdraw>(ada, 60).get());
  CHECK(
      reported ==
      R"(app: Withdraw on account-ada was rejected, and nobody looked: account.overdrawn (there is not that much in it)
  why:   the outcome of `send` was dropped
  do:    look at its `rejection()`  [command.rejection_dropped, exit 2]
)");
}

TEST_CASE("snapshots that differ from the fold, and a file that is none of them") {
  const scene here;
  CHECK(
      here.says([] { throw snapshot_differs("Account", "account-ada", stream_version{200}, "bank.db.snapshots"); }) ==
      R"(app: the snapshot of account-ada at version 200 is not what its events come to; all of Account are thrown away
  where: bank.db.snapshots
  why:   `apply` or the function of an upcaster was changed in a way that made-up events do not show, or `apply` depends on something besides its event, or `serialize` leaves out what it changes
  do:    name all that `apply` changes in the `serialize` of Account, look at what was decided since this build of the program first ran, and start it again  [snapshot.differs, exit 5]
)");
  CHECK(
      here.says([] { throw not_a_snapshot_file("bank.db.snapshots"); }) ==
      R"(app: there is a database of something else where snapshots are kept; it was left as it is, and no snapshots are kept
  where: bank.db.snapshots
  why:   another program has made it, or the path is that of another file
  do:    move it away, or give the snapshots another path  [snapshot.foreign_file, exit 5]
)");
}
