// A log of which the tables are damaged, or gone, that say in which other files its events are. What the other files have and the
// chain proves needs none of them; and what nobody can find is not taken for lost.
#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <whence/store/log_backup.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_fork.hpp>
#include <whence/store/log_repair.hpp>
#include <whence/store/log_verification.hpp>
#include <whence/store/repair_errors.hpp>

#include <tests/store/sqlite/archived_shop.hpp>

using namespace whence;
using tests::all_of;
using tests::archived_shop;
using tests::log_folder;

namespace {

/// As a disk leaves it: the page on which the table begins is noise.
void spoil_page_of(const std::string& log, const std::string& table) {
  std::int64_t page = 0;
  std::int64_t bytes = 0;
  {
    sql::database db = sql::database::open(log, sql::open_mode::read_write);
    db.run("PRAGMA wal_checkpoint(TRUNCATE)");
    page = *db.integer("SELECT rootpage FROM sqlite_schema WHERE name = '" + table + "'");
    bytes = *db.integer("PRAGMA page_size");
  }
  std::string all = log_folder::contents(log);
  all.replace(static_cast<std::size_t>((page - 1) * bytes), static_cast<std::size_t>(bytes),
              static_cast<std::size_t>(bytes), '\xa5');
  log_folder::write(log, all);
}

void change(const std::string& log, const std::string& script) {
  sql::database db = sql::database::open(log, sql::open_mode::read_write);
  db.run(script);
  db.run("PRAGMA wal_checkpoint(TRUNCATE)");
}

/// One flipped bit in the text by which the table is made.
void spoil_text_of(const std::string& log, const std::string& table) {
  change(log, "PRAGMA user_version");
  std::string all = log_folder::contents(log);
  const std::size_t at = all.find("CREATE TABLE " + table + "(\n  number");
  REQUIRE(at != std::string::npos);
  all[all.find("number", at)] ^= 2;
  log_folder::write(log, all);
}

repair_decision accepting_all() {
  return {.accept = {log_loss::damage, log_loss::missing_tail, log_loss::missing_witness},
          .audit = log_operation{.name = "log repair", .reason = "ticket 17", .by = this_operator("test")}};
}

log_repair repair(const log_folder& folder, const std::string& log, std::vector<std::string> from = {}) {
  return {log, folder.runtime(), {.from = std::move(from)}};
}

std::string refusal(const log_folder& folder, const std::string& log, const std::vector<std::string>& from = {}) {
  try {
    repair(folder, log, from).carry_out(accepting_all());
  } catch (const error& refused) {
    return std::string(refused.code());
  }
  return "nothing";
}

std::string told_to_readers(const log_folder& folder, const std::string& log) {
  try {
    all_of(*sqlite(log).visit(folder.runtime()));
  } catch (const error& refused) {
    return std::string(refused.code());
  }
  return "nothing";
}

struct loss {
  std::string what;
  std::function<void(const std::string& log)> act;
  std::string told;  ///< to whoever reads
};

const std::vector<loss> losses_of_base{
    {"its row is gone", [](const std::string& log) { change(log, "DELETE FROM bases"); }, "log.checksum"},
    {"a view in its place",
     [](const std::string& log) { change(log, "DROP TABLE bases; CREATE VIEW bases as select 1 as number"); },
     "log.other_tables"},
    {"its page is damaged", [](const std::string& log) { spoil_page_of(log, "bases"); }, "log.checksum"},
    {"its table is gone", [](const std::string& log) { change(log, "DROP TABLE bases"); }, "log.other_tables"}};

const std::string endless_view_of_archives =
    "DROP TABLE archives; CREATE VIEW archives AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n FROM r) "
    "SELECT n AS number, 'x' AS name, zeroblob(16) AS seal, 0 AS made_at, 1 AS events, 1 AS first, 1 AS last, "
    "1 AS moved_to FROM r";

struct damaged_archives : archived_shop {
  damaged_archives() {
    back_up(sqlite(folder.path()), backup(), folder.runtime());
    archive({.streams = {"order-0", "order-3"}});
    was = folder.visit()->identity();
  }

  std::string backup() const { return folder.beside(".backup"); }
  bool is_whole() const {
    return there() == before && folder.visit()->identity() == was &&
           verify_log(sqlite(folder.path()), folder.runtime()).sound();
  }

  log_identity was;
};

/// A fork of the shop at event 40, with ten events of its own.
struct fork_without_base {
  explicit fork_without_base(int own = 10) {
    fork_log(shop.folder.path(), path(), shop.folder.runtime(), {.at = global_position{40}});
    const auto log = sqlite(path()).open(shop.folder.runtime());
    for (int i = 0; i < own; ++i) shop.folder.append(*log, "trial");
    before = all_of(*log);
    was = log->identity();
    log->close();
  }

  std::string path() const { return shop.folder.beside(".what-if"); }

  archived_shop shop;
  tests::lines before;
  log_identity was;
};

}  // namespace

TEST_CASE("what the archives have and the chain proves comes back without the table that lists them") {
  const std::vector<loss> losses{
      {"its page is damaged", [](const std::string& log) { spoil_page_of(log, "archives"); }, "log.checksum"},
      {"it is gone", [](const std::string& log) { change(log, "DROP TABLE archives"); }, "log.other_tables"},
      {"its text is another one", [](const std::string& log) { spoil_text_of(log, "archives"); }, "log.other_tables"},
      {"a view that never ends", [](const std::string& log) { change(log, endless_view_of_archives); },
       "log.other_tables"}};
  bool beside = true;
  SUBCASE("they lie beside the log") {}
  SUBCASE("they are nowhere, and a backup has all of it") { beside = false; }
  for (const loss& each : losses) {
    CAPTURE(each.what);
    const damaged_archives shop;
    const std::string& log = shop.folder.path();
    each.act(log);
    CHECK(told_to_readers(shop.folder, log) == each.told);
    if (beside) {
      log_repair mending = repair(shop.folder, log);
      CHECK_FALSE(mending.plan().loses());
      CHECK(mending.plan().healed_events == 20);
      mending.carry_out({});
    } else {
      std::filesystem::remove(shop.file());
      const std::string bytes = log_folder::contents(log);
      CHECK(refusal(shop.folder, log) == "log.archive_missing");
      CHECK(log_folder::contents(log) == bytes);
      log_repair mending = repair(shop.folder, log, {shop.backup()});
      CHECK_FALSE(mending.plan().loses());
      mending.carry_out({});
    }
    CHECK(shop.is_whole());
  }
}

TEST_CASE("behind a hole, all that can be read is given out as lost, also without the table that lists the archives") {
  const damaged_archives shop;
  const std::string& log = shop.folder.path();
  change(log, "UPDATE entries SET data = '{}' WHERE position IN (50, 60); DELETE FROM entries WHERE position = 70");
  SUBCASE("it is there") {}
  SUBCASE("it is gone") { change(log, "DROP TABLE archives"); }
  log_repair mending = repair(shop.folder, log);
  CHECK(mending.plan().end == global_position{49});
  CHECK(mending.plan().lost_events == 51);
  std::vector<std::uint64_t> given;
  mending.visit_lost([&](const recorded_event& event) { given.push_back(event.position.value()); });
  CHECK(given.size() == 47);  // not 60, nor 70, nor 71, which nothing proves; from 51 on
  CHECK(given.front() == 51);
  mending.carry_out(accepting_all());
  CHECK(verify_log(sqlite(log), shop.folder.runtime()).sound());
  CHECK(shop.folder.visit()->head() == global_position{50});  // with the audit event
}

TEST_CASE(
    "a log that has its own beginning is no fork: it is read, and made anew, without the table that would say so") {
  const damaged_archives shop;
  const std::string& log = shop.folder.path();
  SUBCASE("its page is damaged") {
    spoil_page_of(log, "bases");
    CHECK(told_to_readers(shop.folder, log) == "nothing");
  }
  SUBCASE("it is gone") {
    change(log, "DROP TABLE bases");
    CHECK(told_to_readers(shop.folder, log) == "log.other_tables");
  }
  SUBCASE("it is gone, as is the one that lists the archives") { change(log, "DROP TABLE bases; DROP TABLE archives"); }
  SUBCASE("the view for people is another one") { change(log, "DROP VIEW events; CREATE VIEW events AS SELECT 1"); }
  CHECK_FALSE(verify_log(sqlite(log), shop.folder.runtime()).sound());
  log_repair mending = repair(shop.folder, log);
  CHECK_FALSE(mending.plan().loses());
  mending.carry_out({});
  CHECK(shop.is_whole());
}

TEST_CASE("what else is not made as a log makes it stays nothing that a repair believes") {
  const damaged_archives shop;
  const std::string& log = shop.folder.path();
  SUBCASE("a view") { change(log, "ALTER TABLE entries RENAME TO e; CREATE VIEW entries AS SELECT * FROM e"); }
  SUBCASE("an index") { change(log, "DROP TABLE archives; CREATE INDEX more ON entries(stream)"); }
  SUBCASE("a trigger") { change(log, "CREATE TRIGGER t AFTER INSERT ON entries BEGIN SELECT 1; END"); }
  SUBCASE("no table of types") { change(log, "DROP TABLE types"); }
  CHECK(refusal(shop.folder, log, {shop.backup()}) == "log.other_tables");
}

TEST_CASE("a fork of which the base is not known any more loses nothing that was never its own, whatever is accepted") {
  bool witnessed = true;
  int own = 10;
  SUBCASE("with its witness") {}
  SUBCASE("without a witness") { witnessed = false; }
  SUBCASE("it has nothing of its own") { own = 0; }
  std::vector<loss> losses = losses_of_base;
  losses.push_back({"its row is gone, and the page of its first own event is damaged",
                    [](const std::string& log) {
                      change(log, "DELETE FROM bases");
                      spoil_page_of(log, "entries");
                    },
                    ""});
  for (const loss& each : losses) {
    CAPTURE(each.what);
    const fork_without_base fork(own);
    each.act(fork.path());
    if (!witnessed) std::filesystem::remove(fork.path() + ".witness");
    CHECK(refusal(fork.shop.folder, fork.path()) == "repair.past_unknown");
  }
}

TEST_CASE("a fork of which the base is not known any more is told by name, before any event is taken for missing") {
  const fork_without_base fork;
  change(fork.path(), "DELETE FROM bases");
  try {
    sqlite(fork.path()).visit(fork.shop.folder.runtime());
    FAIL("it is read as if it were whole");
  } catch (const log_damaged& damage) {
    CHECK(damage.position == global_position{});
    CHECK(damage.text().why ==
          "the row that says which log it is a fork of is missing: it has nothing of its own up to event 40");
  }
}

TEST_CASE("a fork that lost its base is none that begins anew, whatever the numbers in its row of the log say") {
  for (const std::string change_of_log : {"began_after = 0", "epoch = 1", "epoch = 1, began_after = 7"}) {
    CAPTURE(change_of_log);
    const fork_without_base fork;
    change(fork.path(), "DELETE FROM bases; UPDATE log SET " + change_of_log);
    CHECK(told_to_readers(fork.shop.folder, fork.path()) == "log.checksum");
    CHECK(refusal(fork.shop.folder, fork.path()) == "repair.past_unknown");
  }
}

TEST_CASE("with the log that it was forked from, or a backup of either, such a fork gets a past of its own") {
  int own = 10;
  std::string from_whom;
  SUBCASE("the log") {}
  SUBCASE("the log, of a fork that has nothing of its own") { own = 0; }
  SUBCASE("a backup of the log") { from_whom = "log"; }
  SUBCASE("a backup of the fork") { from_whom = "fork"; }
  for (const loss& each : losses_of_base) {
    CAPTURE(each.what);
    const fork_without_base fork(own);
    const log_folder& folder = fork.shop.folder;
    std::string from = folder.path();
    if (!from_whom.empty()) {
      from = folder.beside(".backup");
      back_up(sqlite(from_whom == "log" ? folder.path() : fork.path()), from, folder.runtime());
    }
    each.act(fork.path());
    CHECK(told_to_readers(folder, fork.path()) == each.told);
    log_repair mending = repair(folder, fork.path(), {from});
    CHECK_FALSE(mending.plan().loses());
    CHECK(mending.carry_out({}).log == fork.was);
    CHECK(all_of(*sqlite(fork.path()).visit(folder.runtime())) == fork.before);
    CHECK(verify_log(sqlite(fork.path()), folder.runtime()).sound());
    CHECK(all_of(*folder.visit()) == fork.shop.before);
  }
}

TEST_CASE("an event of its own may be accepted as lost where its past has been brought") {
  const fork_without_base fork;
  const log_folder& folder = fork.shop.folder;
  change(fork.path(), "DELETE FROM bases; UPDATE entries SET data = '[]' WHERE position = 45");
  CHECK(refusal(folder, fork.path()) == "repair.past_unknown");
  log_repair mending = repair(folder, fork.path(), {folder.path()});
  CHECK(mending.plan().end == global_position{44});
  CHECK(mending.plan().lost_readable == 5);
  mending.carry_out(accepting_all());
  CHECK(sqlite(fork.path()).visit(folder.runtime())->head() == global_position{45});
}
