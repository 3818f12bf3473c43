// A log whose tables are not those that a log has: put there by somebody, or damaged. Every command says so, none the wrong thing.
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <tests/cli/shop_log.hpp>
#include <tests/cli/whence_program.hpp>
#include <tests/temporary_folder.hpp>
#include <whence/sql/database.hpp>
#include <whence/store/log_source.hpp>

using namespace whence;
using tests::program_run;
using tests::run_whence;

namespace {

struct shop_folder {
  shop_folder() {
    const runtime runtime = tests::shop_runtime();
    const auto log = sqlite(path()).open(runtime);
    tests::fill_shop(*log, runtime);
    log->close();
    REQUIRE(run({"backup", "shop.backup"}).exit == 0);
    std::ofstream(folder.file("event.json")) << R"({"eventType":"OrderNoted","data":{}})";
  }
  std::string path() const { return folder.file("shop.db"); }
  program_run run(const std::vector<std::string>& words) const {
    return run_whence(words, {.folder = folder.path().string()});
  }
  void change(const std::string& script) const {
    sql::database db = sql::database::open(path(), sql::open_mode::read_write);
    db.run(script);
    db.run("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  tests::temporary_folder folder;
};

void every_command_says_6(const shop_folder& shop) {
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"log", "verify"},
           {"log", "repair", "--dry-run", "--with", "shop.backup"},
           {"inspect"},
           {"doctor"},
           {"event", "list"},
           {"event", "show", "@1"},
           {"stream", "list"},
           {"sql", "-c", "SELECT count(*) FROM events"},
           {"backup", "other.backup"},
           {"export", "other.jsonl"},
           {"log", "fork", "other.db", "--at", "1"},
           {"event", "append", "order-1", "event.json", "--yes"},
       }) {
    CAPTURE(words.front() + " " + words.back());
    std::vector<std::string> named = words;
    named.insert(named.end(), {"--store", "shop.db"});
    const program_run ran = shop.run(named);
    CAPTURE(ran.out);
    CAPTURE(ran.err);
    CHECK(ran.exit == 6);
    CHECK(ran.err.find("statement") == std::string::npos);
  }
}

}  // namespace

TEST_CASE("a view in the place of the events is believed by no command") {
  const shop_folder shop;
  shop.change(
      "DROP VIEW events; ALTER TABLE entries RENAME TO kept;"
      "CREATE VIEW entries AS SELECT * FROM kept WHERE strftime('%H', 'now') < '24'");
  every_command_says_6(shop);
  const program_run verified = shop.run({"log", "verify", "-o", "json"});
  CHECK(verified.out.find("\"kind\":\"tables\"") != std::string::npos);
  CHECK(verified.out.find("`entries` is a view") != std::string::npos);
  CHECK(verified.err.find("[log.other_tables, exit 6]") != std::string::npos);
  CHECK(verified.err.find("log repair") == std::string::npos);
  CHECK(verified.err.find("restore a backup, or put a copy in its place") != std::string::npos);
  CHECK(shop.run({"restore", "shop.backup", "restored.db"}).exit == 0);
  CHECK(shop.run({"log", "verify", "--store", "restored.db"}).exit == 0);
}

TEST_CASE(
    "what somebody added to a log can be dropped by hand, as is said, and a verification tells that all is there") {
  const shop_folder shop;
  for (const auto& [added, dropped] : std::vector<std::pair<std::string, std::string>>{
           {"CREATE TRIGGER added AFTER INSERT ON entries BEGIN SELECT 1; END", "DROP TRIGGER added"},
           {"CREATE INDEX added ON entries(stream)", "DROP INDEX added"},
           {"CREATE VIEW added AS SELECT 1", "DROP VIEW added"},
       }) {
    CAPTURE(added);
    shop.change(added);
    const program_run verified = shop.run({"log", "verify", "--store", "shop.db"});
    CHECK(verified.exit == 6);
    CHECK(verified.err.find("What somebody added to it by hand can be dropped by hand") != std::string::npos);
    shop.change(dropped);
    CHECK(shop.run({"log", "verify", "--store", "shop.db"}).exit == 0);
  }
  shop.change("CREATE TABLE added(x)");  // nothing reads it
  CHECK(shop.run({"log", "verify", "--store", "shop.db"}).exit == 0);
}

TEST_CASE("where a repair does without what is wrong with the tables, that is the advice, and it helps") {
  const shop_folder shop;
  shop.change("DROP VIEW events");
  const program_run verified = shop.run({"log", "verify", "--store", "shop.db"});
  CHECK(verified.err.find("log repair --dry-run --store shop.db") != std::string::npos);
  const program_run listed = shop.run({"event", "list", "--store", "shop.db"});
  CHECK(listed.err.find("log repair --dry-run --store shop.db") != std::string::npos);
  CHECK(shop.run({"log", "repair", "--dry-run", "--store", "shop.db"}).exit == 0);
  CHECK(shop.run({"log", "repair", "--store", "shop.db"}).exit == 0);
  CHECK(shop.run({"log", "verify", "--store", "shop.db"}).exit == 0);
}

TEST_CASE("what stands in the way of the database under the name of one of its files is named, and can be moved away") {
  const shop_folder shop;
  std::string taken;
  SUBCASE("a folder in the place of the index") {
    taken = "shop.db.index";
    for (const char* const end : {"", "-wal", "-shm"}) std::filesystem::remove(shop.path() + ".index" + end);
    std::filesystem::create_directory(shop.folder.file(taken));
  }
  SUBCASE("a folder in the place of the journal") {
    taken = "shop.db-journal";
    std::filesystem::create_directory(shop.folder.file(taken));
  }
  SUBCASE("a journal, which a log does not have") {
    taken = "shop.db-journal";
    std::ofstream(shop.folder.file(taken)) << "xx";
  }
  const std::vector<std::string> append{"event", "append", "order-12345", "event.json", "--yes", "--store", "shop.db"};
  const program_run refused = shop.run(append);
  CAPTURE(refused.err);
  CHECK(refused.exit != 0);
  CHECK(refused.err.find("mv " + taken + " " + taken + ".old\n") != std::string::npos);
  std::filesystem::rename(shop.folder.file(taken), shop.folder.file(taken + ".old"));
  CHECK(shop.run(append).exit == 0);
}

TEST_CASE("an index that has something else than its tables is believed by nobody, and made anew by the next writer") {
  const shop_folder shop;
  for (const std::string& change : std::vector<std::string>{
           "ALTER TABLE runs RENAME TO kept; CREATE VIEW runs AS SELECT * FROM kept",
           "CREATE TRIGGER added AFTER INSERT ON runs BEGIN DELETE FROM garbage; END",
           "CREATE TABLE added(x)",
       }) {
    CAPTURE(change);
    {
      sql::database db = sql::database::open(shop.path() + ".index", sql::open_mode::read_write);
      db.run(change);
    }
    const program_run verified = shop.run({"log", "verify", "--store", "shop.db"});
    CAPTURE(verified.err);
    CHECK(verified.exit == 1);
    CHECK(verified.err.find("its tables are not those of an index") != std::string::npos);
    CHECK(verified.err.find("of which the next makes it anew") != std::string::npos);
    CHECK(shop.run({"event", "list", "--aggregate", "Order", "--store", "shop.db"}).exit == 0);
    CHECK(shop.run({"event", "append", "order-12345", "event.json", "--yes", "--store", "shop.db"}).exit == 0);
    CHECK(shop.run({"log", "verify", "--store", "shop.db"}).exit == 0);
  }
}

TEST_CASE("another view `events` does not answer a statement") {
  const shop_folder shop;
  shop.change("DROP VIEW events; CREATE VIEW events AS SELECT 1 AS position");
  const program_run ran = shop.run({"sql", "-c", "SELECT count(*) FROM events"});
  CHECK(ran.exit == 6);
  CHECK(ran.out.empty());
  CHECK(ran.err.find("`events` is not made as a log makes it") != std::string::npos);
}

TEST_CASE("a bit that flipped in a column's name is damage: a repair leaves it to a restore, which does it") {
  const shop_folder shop;
  shop.change("");
  std::string bytes = tests::content_of(shop.path());
  const std::size_t at = bytes.find("version INTEGER", bytes.find("CREATE TABLE types("));
  REQUIRE(at < 8'192);
  bytes[at] = 't';  // of 'v'
  std::ofstream(shop.path(), std::ios::binary | std::ios::trunc) << bytes;
  every_command_says_6(shop);
  const program_run repair = shop.run({"log", "repair", "--dry-run", "--with", "shop.backup", "--store", "shop.db"});
  CHECK(repair.err.find("restore a backup") != std::string::npos);
  CHECK(shop.run({"restore", "shop.backup", "restored.db"}).exit == 0);
  CHECK(shop.run({"log", "verify", "--store", "restored.db"}).exit == 0);
}

TEST_CASE("a backup whose tables are damaged is restored by nobody") {
  const shop_folder shop;
  std::string bytes = tests::content_of(shop.folder.file("shop.backup"));
  const std::size_t at = bytes.find("version INTEGER", bytes.find("CREATE TABLE types("));
  REQUIRE(at < 8'192);
  bytes[at] = 't';
  std::ofstream(shop.folder.file("shop.backup"), std::ios::binary | std::ios::trunc) << bytes;
  const program_run restored = shop.run({"restore", "shop.backup", "restored.db"});
  CAPTURE(restored.err);
  CHECK(restored.exit == 6);
  CHECK_FALSE(std::filesystem::exists(shop.folder.file("restored.db")));
  CHECK(shop.run({"log", "verify", "--store", "shop.backup"}).exit == 6);
}
