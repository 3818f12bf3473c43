// What a command makes of a log's events is for those who may read the log, also where its group is not that of who runs it.
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <whence/sql/database.hpp>

#include <tests/acting_as_alice.hpp>
#include <tests/cli/closed_shop.hpp>
#include <tests/skip.hpp>

using namespace whence;
using tests::accounting;
using tests::acting_as_alice;
using tests::alice;
using tests::is_for;
using tests::staff;

namespace {

/// A shop's log that is alice's and accounting's, in a folder of hers. Event 7 is another one than was written.
struct shop_of_accounting : tests::closed_shop {
  shop_of_accounting() {
    reader.other_log("shop.db");
    auto db = sql::database::open("shop.db", sql::open_mode::read_write);
    db.run("UPDATE entries SET data = '{\"x\":1}' WHERE position = 7");
    db.run("PRAGMA wal_checkpoint(TRUNCATE)");
    for (const auto& file : std::filesystem::directory_iterator(folder.path()))
      REQUIRE(::chown(file.path().c_str(), alice, accounting) == 0);
    REQUIRE(::chown(folder.path().c_str(), alice, staff) == 0);
    REQUIRE(::chmod("shop.db", 0640) == 0);
  }

  std::string made(const std::string& begin) const {
    for (const auto& file : std::filesystem::directory_iterator(folder.path()))
      if (file.path().filename().string().starts_with(begin)) return file.path();
    FAIL("there is no ", begin);
    return {};
  }
};

}  // namespace

TEST_CASE(
    "an export, and the events that a repair gives up, are for the log's group, and not for that of who makes them") {
  if (::geteuid() != 0) return tests::skip("only root can be somebody else");
  shop_of_accounting shop;
  const acting_as_alice now({staff, accounting});
  CHECK(shop.reader.run("export sales.jsonl --to 6").exit == 0);
  CHECK(shop.reader.run("log repair --accept damage --reason disk --yes").exit == 0);
  CHECK(is_for("sales.jsonl", accounting, 0640));
  CHECK(is_for(shop.made("shop.db.lost-"), accounting, 0640));
}

TEST_CASE("an export of who is not in the log's group is for nobody else") {
  if (::geteuid() != 0) return tests::skip("only root can be somebody else");
  shop_of_accounting shop;
  const acting_as_alice now({staff});
  CHECK(shop.reader.run("export sales.jsonl --to 6").exit == 0);
  CHECK(is_for("sales.jsonl", staff, 0600));
}
