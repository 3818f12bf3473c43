// A repair of a log with archives: no event that an archive has is lost, and none is believed that the chain does not lead to.
#include <doctest/doctest.h>

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <whence/store/log_archive.hpp>
#include <whence/store/log_backup.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_repair.hpp>
#include <whence/store/log_verification.hpp>
#include <whence/store/repair_errors.hpp>

#include <tests/no_rights.hpp>
#include <tests/store/sqlite/archived_shop.hpp>

using namespace whence;
using tests::archived_shop;
using tests::log_folder;

namespace {

log_repair repair(const archived_shop& shop, std::vector<std::string> from = {}) {
  return {shop.folder.path(), shop.folder.runtime(), {.from = std::move(from)}};
}

repair_decision accepting_all() {
  return {.accept = {log_loss::damage, log_loss::missing_tail, log_loss::missing_witness},
          .audit = log_operation{.name = "log repair", .reason = "ticket 17", .by = this_operator("test")}};
}

std::string code_of(const archived_shop& shop, const std::vector<std::string>& from = {}) {
  try {
    repair(shop, from).carry_out(accepting_all());
  } catch (const error& refused) {
    return std::string(refused.code());
  }
  return "nothing";
}

}  // namespace

TEST_CASE("events whose archive is not there are not lost: the archive is asked for, whatever is accepted") {
  const archived_shop shop;
  shop.archive({.streams = {"order-0"}});
  std::filesystem::rename(shop.file(), shop.file() + ".away");
  const std::string before = log_folder::contents(shop.folder.path());
  CHECK(code_of(shop) == "log.archive_missing");
  SUBCASE("another file stands in its place") { log_folder::write(shop.file(), "no archive"); }
  CHECK_THROWS_AS(repair(shop), log_damaged);
  CHECK(log_folder::contents(shop.folder.path()) == before);
  std::filesystem::rename(shop.file() + ".away", shop.file());
  CHECK(repair(shop).plan().nothing_to_do());
}

TEST_CASE("an archive whose events a backup has all brought back stands in no way, when a newer event is lost") {
  const archived_shop shop;
  const std::string backup = shop.folder.beside(".backup");
  back_up(sqlite(shop.folder.path()), backup, shop.folder.runtime());
  shop.archive({.streams = {"order-0"}});
  SUBCASE("it is not there") {
    std::filesystem::remove(shop.file());
    shop.folder.change("UPDATE entries SET data = '{}' WHERE position = 95");
    CHECK(code_of(shop) == "log.archive_missing");
  }
  SUBCASE("it is damaged") {
    log_folder::write(shop.file(), "no archive");
    shop.folder.change("UPDATE entries SET data = '{}' WHERE position = 95");
    CHECK(code_of(shop) == "log.archive_damaged");
  }
  // Event 95 stands in the backup, too: it is damaged there likewise.
  {
    sql::database other = sql::database::open(backup, sql::open_mode::read_write);
    other.run("UPDATE entries SET data = '{}' WHERE position = 95");
  }
  CHECK(repair(shop, {backup}).plan().healed_events == 10);
  repair(shop, {backup}).carry_out(accepting_all());
  const tests::lines there = shop.there();
  CHECK(there.size() == 95);  // with the audit event
  CHECK(std::equal(there.begin(), there.begin() + 94, shop.before.begin()));
  CHECK(verify_log(sqlite(shop.folder.path()), shop.folder.runtime()).sound());
}

TEST_CASE("an archive that has events behind the end stands in the way, also if its row in the log says otherwise") {
  const archived_shop shop;
  const std::string backup = shop.folder.beside(".backup");
  back_up(sqlite(shop.folder.path()), backup, shop.folder.runtime());
  shop.archive({.streams = {"order-0"}});
  std::filesystem::remove(shop.file());
  shop.folder.change("UPDATE entries SET data = '{}' WHERE position = 85");
  sql::database::open(backup, sql::open_mode::read_write).run("UPDATE entries SET data = '{}' WHERE position = 85");
  SUBCASE("it says so") {}
  SUBCASE("it names an earlier event as the last one") {
    shop.folder.change("UPDATE archives SET last = 11, moved_to = 11");
  }
  CHECK(code_of(shop, {backup}) == "log.archive_missing");
}

TEST_CASE("events whose archive this user may not read are not lost, and it is said why") {
  const archived_shop shop;
  shop.archive({.streams = {"order-0"}});
  const std::filesystem::path folder = std::filesystem::path(shop.folder.path()).parent_path();
  if (::geteuid() == 0)
    for (const auto& file : std::filesystem::directory_iterator(folder))
      REQUIRE(::chown(file.path().c_str(), 65'534, 65'534) == 0);
  std::filesystem::permissions(shop.file(), std::filesystem::perms::none);
  const tests::no_right_to_write nobody(folder);
  CHECK(code_of(shop) == "file.no_permission");
}

TEST_CASE(
    "an archive of which the log lost what it says lies beside it, is found, and is believed as far as the chain leads "
    "to it") {
  archived_shop shop;
  shop.archive({.streams = {"order-0", "order-3"}});
  shop.folder.change("DELETE FROM archives");
  CHECK_FALSE(verify_log(sqlite(shop.folder.path()), shop.folder.runtime()).sound());
  SUBCASE("all of it is there") {
    log_repair mending = repair(shop);
    CHECK_FALSE(mending.plan().loses());
    CHECK(mending.plan().healed_events == 20);
    mending.carry_out({});
  }
  SUBCASE("it is elsewhere, and is given") {
    const std::string elsewhere = shop.folder.beside("-elsewhere");
    std::filesystem::rename(shop.file(), elsewhere);
    CHECK(code_of(shop) == "log.archive_missing");
    log_repair mending = repair(shop, {elsewhere});
    CHECK_FALSE(mending.plan().loses());
    mending.carry_out({});
  }
  CHECK(shop.there() == shop.before);
  CHECK(shop.number("SELECT count(*) FROM entries WHERE encoding = 2") == 0);
  CHECK(verify_log(sqlite(shop.folder.path()), shop.folder.runtime()).sound());
}

TEST_CASE("where the log's rows of its archives are not readable, no event that an archive has is given up") {
  const archived_shop shop;
  shop.archive({.streams = {"order-3"}});
  SUBCASE("a seal is no seal") { shop.folder.change("UPDATE archives SET seal = x'00'"); }
  SUBCASE("a name leads nowhere") { shop.folder.change("UPDATE archives SET name = 'nowhere'"); }
  SUBCASE("a seal is another one") { shop.folder.change("UPDATE archives SET seal = zeroblob(16)"); }
  log_repair mending = repair(shop);
  CHECK_FALSE(mending.plan().loses());
  mending.carry_out({});
  CHECK(shop.there() == shop.before);
}

TEST_CASE("what lies beside a log that does not know its archives, and is not the one that is missing, is named") {
  const archived_shop shop;
  shop.archive({.streams = {"order-3"}});
  shop.folder.change("DELETE FROM archives");
  SUBCASE("an archive of another log") {
    const archived_shop other;
    other.archive({.streams = {"order-3"}});
    std::filesystem::copy_file(other.file(), shop.file(), std::filesystem::copy_options::overwrite_existing);
    CHECK(code_of(shop) == "log.archive_damaged");
    CHECK(code_of(shop, {other.file()}) == "repair.other_log");
  }
  SUBCASE("one without the event") {
    shop.change_archive("DELETE FROM entries WHERE position = 4");
    CHECK(code_of(shop) == "log.archive_damaged");
  }
  SUBCASE("one with another event in its place") {
    shop.change_archive("UPDATE entries SET data = '{}' WHERE position = 4");
    CHECK(code_of(shop) == "log.archive_damaged");
  }
  SUBCASE("a folder") {
    std::filesystem::remove(shop.file());
    std::filesystem::create_directory(shop.file());
    CHECK(code_of(shop) == "log.archive_damaged");
  }
}
