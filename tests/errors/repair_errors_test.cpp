// What stands in the way of a repair.
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include <tests/errors/said.hpp>
#include <whence/sql/database.hpp>
#include <whence/store/log_fork.hpp>
#include <whence/store/log_repair.hpp>

using namespace whence;
using tests::scene;

namespace {

void make_log(const scene& here, const std::string& name) {
  const auto log = sqlite(here.file(name)).open(here.runtime());
  for (int i = 0; i < 3; ++i) {
    append_batch batch;
    batch.streams.push_back({.stream = "account-ada",
                             .aggregate_type = "Account",
                             .expected = expected_version::any(),
                             .events = {{.id = event_id{here.runtime().make_uuid()},
                                         .type = "Deposited",
                                         .occurred_at = here.runtime().clock->now(),
                                         .data = "{}",
                                         .metadata = {},
                                         .tags = {}}}});
    static_cast<void>(log->append(batch).get().value());
  }
}

void damage(const scene& here, const std::string& name) {
  sql::database::open(here.file(name), sql::open_mode::read_write)
      .run("UPDATE entries SET data = '{\"x\":1}' WHERE position = 2");
}

}  // namespace

TEST_CASE("a repair that would lose events, and nobody has accepted that") {
  const scene here;
  make_log(here, "bank.db");
  damage(here, "bank.db");
  std::filesystem::remove(here.file("bank.db.witness"));
  CHECK(here.says([&] { log_repair(here.file("bank.db"), here.runtime()).carry_out({}); }) ==
        R"(app: bank.db cannot be repaired without a loss; nothing was changed
  where: bank.db
  why:   event 2 cannot be brought back: stored chain hash <hash>, computed <hash>: the file was changed from outside, or the disk is failing; the witness: there is none
  do:    look for a backup or a copy that has more; if the loss is accepted, whence log repair --accept damage --accept missing-witness --reason TEXT  [repair.not_accepted, exit 4]
)");
}

TEST_CASE("a repair of a log that may be a fork of nobody knows which") {
  const scene here;
  make_log(here, "bank.db");
  fork_log(here.file("bank.db"), here.file("trial.db"), here.runtime());
  sql::database::open(here.file("trial.db"), sql::open_mode::read_write).run("DELETE FROM bases");
  CHECK(here.says([&] { log_repair(here.file("trial.db"), here.runtime()); }) ==
        R"(app: trial.db may be a fork, and nothing says of which log; nothing was changed
  where: trial.db
  why:   the row that says which log it is a fork of is missing: it has nothing of its own up to event 3; event 1 and those behind it may lie whole in that log: they are not taken for lost
  do:    # that log, or a backup of either, brings them back: whence log repair --with FILE  [repair.past_unknown, exit 6]
)");
}

TEST_CASE("a repair that has not come to its end") {
  const scene here;
  CHECK(
      here.says([] {
        throw repair_unfinished("bank.db", "bank.db.before-repair-20260127T103000Z",
                                "bank.db.lost-20260127T103000Z.jsonl",
                                "cannot make durable bank.db: Input/output error");
      }) ==
      R"(app: bank.db is repaired, its files of before are bank.db.before-repair-20260127T103000Z, what it has lost is in bank.db.lost-20260127T103000Z.jsonl; its witness and its audit event may not be there yet
  where: bank.db
  why:   cannot make durable bank.db: Input/output error
  do:    # put that right; then this does what is left, and nothing else:
         whence log repair
  [repair.unfinished, exit 5]
)");
}

TEST_CASE("a repair that loses events without a reason") {
  const scene here;
  make_log(here, "bank.db");
  damage(here, "bank.db");
  CHECK(here.says([&] {
    log_repair(here.file("bank.db"), here.runtime()).carry_out({.accept = {log_loss::damage}});
  }) == R"(app: a loss is accepted with a reason; nothing was changed
  where: bank.db
  why:   it stays in the log, for who asks later where the events are
  do:    say why, in some words: a ticket, who decided it  [repair.no_reason, exit 2]
)");
}

TEST_CASE("a repair with a backup of another log") {
  const scene here;
  make_log(here, "bank.db");
  make_log(here, "shop.db");
  CHECK(here.says([&] { log_repair(here.file("bank.db"), here.runtime(), {.from = {here.file("shop.db")}}); }) ==
        R"(app: shop.db is of another log than bank.db; nothing was changed
  where: shop.db
  why:   it is of <id>, and the log is <id>
  do:    name a backup of this log, or a copy of it  [repair.other_log, exit 4]
)");
}

TEST_CASE("a repair of a fork") {
  const scene here;
  make_log(here, "bank.db");
  fork_log(here.file("bank.db"), here.file("what-if.db"), here.runtime());
  CHECK(here.says([&] { log_repair(here.file("what-if.db"), here.runtime()); }) ==
        R"(app: what-if.db is a fork, and is not repaired; nothing was changed
  where: what-if.db
  why:   its past stands in its base, which is a log of its own, and what it has itself is a trial
  do:    repair the base, if that is damaged; and fork it anew  [repair.of_fork, exit 4]
)");
}

TEST_CASE("a repair without room for the log and a copy of it") {
  const scene here;
  CHECK(here.text_of(repair_no_room("bank.db", 81'920, 4'096)) ==
        R"(app: there is no room to repair bank.db; nothing was changed
  where: bank.db
  why:   the repaired log, and a copy of what it is now, take up to 81920 bytes beside it, and 4096 are free
  do:    make room on that disk  [repair.no_room, exit 5]
)");
}
