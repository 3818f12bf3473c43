// `log make-key`, `log prove`, `log check-proof`, as people and programs see them.
#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>

#include <nlohmann/json.hpp>

#include <whence/sql/database.hpp>

#include <tests/cli/console.hpp>
#include <tests/cli/shop_log.hpp>
#include <tests/schema_check.hpp>
#include <tests/temporary_folder.hpp>

using nlohmann::json;
using tests::console;
using tests::ran;

namespace {

/// A shop's log in a file, closed, its nine events signed with a digest each three.
struct signed_shop {
  signed_shop() : reader(whence::sqlite(path), tests::shop_runtime()) {
    tests::fill_shop(*reader.log, reader.around.runtime);
    reader.log->close();
    reader.log.reset();
    CHECK(run("log make-key <>/shop.key").exit == 0);
    CHECK(run("log prove --key <>/shop.key --heads <>/shop.heads --every 3").exit == 0);
  }

  /// `<>` is the folder.
  ran run(std::string line) {
    for (std::size_t at; (at = line.find("<>")) != std::string::npos;) line.replace(at, 2, folder.path().string());
    return reader.run(line);
  }
  ran check(const std::string& more = "") {
    return run("log check-proof --key <>/shop.key.pub --heads <>/shop.heads" + more);
  }
  void change(const std::string& script) const {
    whence::sql::database db = whence::sql::database::open(path, whence::sql::open_mode::read_write);
    db.run(script);
    db.run("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  /// Without what differs from run to run.
  std::string plain(std::string text) const {
    const std::string here = folder.path().string() + "/";
    for (std::size_t at; (at = text.find(here)) != std::string::npos;) text.erase(at, here.size());
    text = std::regex_replace(text, std::regex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "<id>");
    text = std::regex_replace(text, std::regex("\\b[0-9a-f]{64}\\b"), "<digest>");
    text = std::regex_replace(text, std::regex("\\b[0-9a-f]{32}\\b"), "<hash>");
    return std::regex_replace(text, std::regex("\\b[0-9a-f]{16}\\b"), "<key>");
  }

  tests::temporary_folder folder;
  std::string path = folder.file("shop.db");
  console reader;
};

}  // namespace

TEST_CASE("an event that was altered is named, with the events among which it is, and exit code 6") {
  signed_shop shop;
  shop.change("UPDATE entries SET data = '{\"x\":1}' WHERE position = 5");
  const ran found = shop.check();
  CHECK(found.exit == 6);
  CHECK(shop.plain(found.out) ==
        R"(shop.db
log        <id>   epoch 1
heads      1 head by key <key>, the newest of 2026-01-27T10:30:09.000000Z
newest     <digest>
events     6 of 9 proven to be as they were signed

FOUND       EVENTS    AT  WHAT
unreadable  #4 to #6  #5  stored chain hash <hash>, computed <hash>: the file was changed from outside, or the disk is failing
)");
  CHECK(shop.plain(found.err) == R"(whence: shop.db: 1 finding; 6 of 9 events are proven to be those that were signed
  where: shop.db, events #4 to #6
  why:   event #5: stored chain hash <hash>, computed <hash>: the file was changed from outside, or the disk is failing
  do:    tar -cf $(mktemp saved.XXXXXX.tar) shop.db*
         # then hold a copy from before against the heads; what is intact here:
         whence log verify
  [proof.altered, exit 6]
)");
  const json document = json::parse(shop.check(" -o json").out);
  CHECK(document["status"] == "fail");
  CHECK(tests::schema_check(tests::schema_named("proof.schema.json")).misfit(document["data"]) == "");
  CHECK(document["data"]["unaltered"] == 6);
  CHECK(document["data"]["findings"][0]["first"] == 4);
  CHECK(document["data"]["findings"][0]["last"] == 6);
  CHECK(document["data"]["findings"][0]["at"] == 5);
  CHECK(document["diagnostics"][0]["code"] == "proof.altered");
}

TEST_CASE("a log that ends before what was signed, also if it does not know so itself") {
  signed_shop shop;
  shop.change("DELETE FROM entries WHERE position > 7");
  const ran found = shop.check();
  CHECK(found.exit == 6);
  CHECK(shop.plain(found.out).find(
            "\ncut    #8 to #9      the log ends at event 7; of those from event 7 on nothing is known either\n") !=
        std::string::npos);
  CHECK(shop.plain(found.err) == R"(whence: shop.db: 1 finding; 6 of 9 events are proven to be those that were signed
  where: shop.db, events #8 to #9
  why:   the log ends at event 7; of those from event 7 on nothing is known either
  do:    tar -cf $(mktemp saved.XXXXXX.tar) shop.db*
         # then look for a copy that goes further, and hold it against the heads  [proof.cut, exit 6]
)");
}

TEST_CASE("what was signed is said, and found again") {
  signed_shop shop;
  const ran again = shop.run("log prove --key <>/shop.key --heads <>/shop.heads");
  CHECK(again.exit == 0);
  CHECK(again.err.empty());
  CHECK(shop.plain(again.out) == R"(shop.db
log        <id>   epoch 1
signed     nothing: there is no new event
heads      1 head in shop.heads, up to #9
newest     <digest>
key        <key>
)");
  const ran found = shop.check();
  CHECK(found.exit == 0);
  CHECK(found.err.empty());
  CHECK(shop.plain(found.out) == R"(shop.db
log        <id>   epoch 1
heads      1 head by key <key>, the newest of 2026-01-27T10:30:09.000000Z
newest     <digest>
events     #1 to #9, all as they were signed
)");
  const json proved = json::parse(shop.run("log prove --key <>/shop.key --heads <>/shop.heads -o json").out)["data"];
  const json checked = json::parse(shop.check(" -o json").out)["data"];
  CHECK(proved["newest"] == checked["newest"]);
  CHECK(proved["position"] == checked["position"]);
  CHECK(shop.check(" --known " + proved["newest"].get<std::string>()).exit == 0);
  CHECK(shop.check(" --known " + std::string(64, '0')).exit == 6);
}

TEST_CASE("each line of the heads fits its schema, and --every says how many digests there are") {
  signed_shop shop;
  std::ifstream in(shop.folder.file("shop.heads"));
  std::string line;
  REQUIRE(std::getline(in, line));
  const json head = json::parse(line);
  CHECK(tests::schema_check(tests::schema_named("head.schema.json")).misfit(head) == "");
  CHECK(head["digests"].size() == 3);
  CHECK(head["key"] == json::parse(shop.check(" -o json").out)["data"]["key"]);
}

TEST_CASE("events that are not signed yet, and a head that was not finished, are told and are no finding") {
  signed_shop shop;
  {
    const auto log = whence::sqlite(shop.path).open(shop.reader.around.runtime);
    for (const std::uint64_t number : {101, 102})
      tests::append_event(*log, "order-9", "Order", tests::event_of("OrderNoted", "{}", number));
    log->close();
  }
  std::ofstream(shop.folder.file("shop.heads"), std::ios::app) << "{\"format\":1,";
  const ran found = shop.check();
  CHECK(found.exit == 0);
  CHECK(found.out.find("\nnot signed #10 to #11: of these it says nothing\n") != std::string::npos);
  CHECK(found.out.find("\nunfinished the heads end in the middle of a line, which counts for nothing\n") !=
        std::string::npos);
}

TEST_CASE("a key is made once, and is for its owner alone") {
  signed_shop shop;
  const ran again = shop.run("log make-key <>/shop.key");
  CHECK(again.exit == 4);
  CHECK(again.err.find("[file.exists, exit 4]") != std::string::npos);
  const ran made = shop.run("log make-key <>/other.key");
  CHECK(shop.plain(made.out) == R"(key        <key>
private    other.key: signs; keep it from everybody, and off the disk that has the log
public     other.key.pub: checks; hand it out
)");
  std::filesystem::permissions(shop.folder.file("other.key"), std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  const ran refused = shop.run("log prove --key <>/other.key --heads <>/other.heads");
  CHECK(refused.exit == 4);
  CHECK_FALSE(std::filesystem::exists(shop.folder.file("other.heads")));
}
