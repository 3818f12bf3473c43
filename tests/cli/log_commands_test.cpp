// `log verify`, as people and programs see it: a log that is sound, one that lost an event, one whose index is wrong.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>

#include <nlohmann/json.hpp>

#include <whence/sql/database.hpp>

#include <tests/cli/console.hpp>
#include <tests/cli/shop_log.hpp>
#include <tests/places.hpp>
#include <tests/temporary_folder.hpp>

using nlohmann::json;
using tests::console;

namespace {

/// A shop's log in a file, closed; and commands that read it.
struct shop_in_file {
  explicit shop_in_file() : reader(whence::sqlite(path), tests::shop_runtime()) {
    tests::fill_shop(*reader.log, reader.around.runtime);
    reader.log->close();
    reader.log.reset();
  }

  void change(const std::string& file, const std::string& script) const {
    whence::sql::database db = whence::sql::database::open(file, whence::sql::open_mode::read_write);
    db.run(script);
    db.run("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  /// Without what differs from run to run.
  std::string plain(std::string text) const {
    for (std::size_t at = text.find(path); at != std::string::npos; at = text.find(path)) {
      text.replace(at, path.size(), "shop.db");
    }
    return std::regex_replace(text, std::regex("[0-9a-f]{32}"), "<hash>");
  }

  tests::temporary_folder folder;
  std::string path = folder.file("shop.db");
  console reader;
};

}  // namespace

TEST_CASE("a sound log is verified without a finding") {
  shop_in_file shop;
  const tests::ran ran = shop.reader.run("log verify");
  CHECK(ran.exit == 0);
  CHECK(ran.err.empty());
  CHECK(ran.out.find(
            "\nevents     9, all as they were written\nstreams    5\nwitness    has seen #9\nindex      fits, up "
            "to #9\n") != std::string::npos);
  const json document = json::parse(shop.reader.run("log verify -o json").out);
  CHECK(document["status"] == "pass");
  CHECK(document["data"]["events"] == 9);
  CHECK(document["data"]["readable"] == json::parse(R"([{"first":1,"last":9}])"));
  CHECK(document["data"]["findings"].empty());
}

TEST_CASE("an event that is lost is named, with what is still readable, and exit code 6") {
  shop_in_file shop;
  shop.change(shop.path, "UPDATE entries SET data = '{\"x\":1}' WHERE position = 3");
  const tests::ran ran = shop.reader.run("log verify");
  CHECK(ran.exit == 6);
  CHECK(ran.out.find("events     8 of 9 as they were written\n") != std::string::npos);
  CHECK(ran.out.find("unreadable  #3 ") != std::string::npos);
  CHECK(ran.out.find("readable   #1 to #2\nreadable   #4 to #9\n") != std::string::npos);
  CHECK(shop.plain(ran.err) == R"(whence: shop.db: 1 finding; 8 events of 9 intact
  where: shop.db, event #3
  why:   stored chain hash <hash>, computed <hash>: the file was changed from outside, or the disk is failing
  do:    tar -cf $(mktemp saved.XXXXXX.tar) shop.db*
         # a backup may have these events, and log repair --with FILE puts them back; those beyond them:
         whence event list --from 4
  [log.events_lost, exit 6]
)");

  const tests::ran machine = shop.reader.run("log verify -o json");
  CHECK(machine.exit == 6);
  const json document = json::parse(machine.out);
  CHECK(document["status"] == "fail");
  std::ifstream schema(places::sources() / "schemas" / "verification.schema.json");
  const json described = json::parse(schema)["properties"]["findings"]["items"]["properties"];
  for (const auto& [name, member] : document["data"]["findings"][0].items()) CHECK(described.contains(name));
  const json finding = document["data"]["findings"][0];
  CHECK(finding["kind"] == "unreadable");
  CHECK(finding["positions"] == json::parse(R"({"first":3,"last":3})"));
  CHECK(finding["losesEvents"] == true);
  CHECK(finding["file"] == shop.path);
  CHECK(document["diagnostics"][0]["code"] == "log.events_lost");

  // Around it everything can be listed.
  const tests::ran before = shop.reader.run("event list -o jsonl");
  CHECK(before.exit == 6);
  CHECK(std::count(before.out.begin(), before.out.end(), '\n') == 2);
  const tests::ran behind = shop.reader.run("event list --from 4 -o jsonl");
  CHECK(behind.exit == 0);
  CHECK(std::count(behind.out.begin(), behind.out.end(), '\n') == 6);
}

TEST_CASE("what is intact is shown even if the event that the witness has seen last is damaged") {
  shop_in_file shop;
  shop.change(shop.path, "UPDATE entries SET data = '{\"x\":1}' WHERE position = 9");
  const tests::ran ran = shop.reader.run("event list -o jsonl");
  CHECK(ran.exit == 6);
  CHECK(std::count(ran.out.begin(), ran.out.end(), '\n') == 8);
  CHECK(ran.err.find("[log.checksum, exit 6]") != std::string::npos);
}

TEST_CASE("an index that is wrong is exit code 1: all events are there") {
  shop_in_file shop;
  shop.change(shop.path + ".index", "UPDATE checkpoint SET chain = zeroblob(16)");
  const tests::ran ran = shop.reader.run("log verify");
  CHECK(ran.exit == 1);
  CHECK(ran.out.find("events     9, all as they were written\n") != std::string::npos);
  CHECK(ran.out.find("index      damaged\n") != std::string::npos);
  CHECK(shop.plain(ran.err) == R"(whence: shop.db: 1 finding; all events are as they were written
  where: shop.db.index
  why:   shop.db.index: its checkpoint is not as it was written (SQLite 11)
  do:    # while no process writes the log, of which the next makes it anew:
         rm shop.db.index*
  [log.differs, exit 1]
)");
}

TEST_CASE("a part of a log can be verified, and a log that is not there cannot") {
  shop_in_file shop;
  shop.change(shop.path, "UPDATE entries SET data = '{\"x\":1}' WHERE position = 3");
  CHECK(shop.reader.run("log verify --from 4").exit == 0);
  CHECK(shop.reader.run("log verify --from 3").exit == 6);
  std::filesystem::remove(shop.path);
  CHECK(shop.reader.run("log verify").exit == 3);
}

TEST_CASE("a range beyond the log is refused: to verify nothing would pass") {
  shop_in_file shop;
  CHECK(shop.reader.run("log verify --from 9").exit == 0);
  const tests::ran ran = shop.reader.run("log verify --from 10");
  CHECK(ran.exit == 2);
  CHECK(ran.out.empty());
  CHECK(ran.err.starts_with("whence: --from 10 is beyond the log, which ends at event 9\n"));
}
