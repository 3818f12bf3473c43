// What people and programs are told where archives are in the way, or are missing: of a log, and of a fork of it.
#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include <nlohmann/json.hpp>

#include <whence/sql/database.hpp>
#include <whence/store/log_archive.hpp>

#include <tests/cli/closed_shop.hpp>
#include <tests/cli/console.hpp>
#include <tests/cli/shop_log.hpp>
#include <tests/no_rights.hpp>

using namespace whence;
using nlohmann::json;
using tests::console;

namespace {

/// A shop's log, of which a stream is archived, and nobody holds it.
struct archived : tests::closed_shop {
  archived() { REQUIRE(reader.run("log archive --stream order-12345 --yes").exit == 0); }

  const std::string archive = folder.file("shop.db.archive.1");
};

}  // namespace

TEST_CASE("the line that moves a log out of the way of a restore takes the archives along that lie beside it") {
  archived shop;
  const std::string own = shop.folder.file("old.archive");
  REQUIRE(shop.reader.run("log archive " + own + " --stream payment-12345 --yes").exit == 0);
  std::filesystem::create_directory(shop.folder.file("disk"));
  const std::string elsewhere = shop.folder.file("disk/old");
  REQUIRE(shop.reader.run("log archive " + elsewhere + " --stream order-99 --yes").exit == 0);
  REQUIRE(shop.reader.run("backup shop.backup").exit == 0);
  const tests::ran refused = shop.reader.run("restore shop.backup shop.db");
  CHECK(refused.exit == 4);
  CHECK(refused.err.find(" shop.db.witness shop.db.archive.1 old.archive") != std::string::npos);
  CHECK(refused.err.find("disk/old") == std::string::npos);
}

TEST_CASE("a fork names the archive that its base lacks") {
  archived shop;
  const std::string fork = shop.folder.file("what-if.db");
  REQUIRE(shop.reader.run("log fork " + fork).exit == 0);
  console of_fork(sqlite(fork), tests::shop_runtime());
  CHECK(of_fork.run("inspect").out.find(shop.archive) == std::string::npos);  // it has nothing that is amiss
  std::filesystem::remove(shop.archive);
  CHECK(of_fork.run("inspect").out.find("\narchive    " + shop.archive + ": there is no such file") !=
        std::string::npos);
  CHECK(of_fork.run("doctor").out.find(shop.archive + ": its events cannot be read: there is no such file") !=
        std::string::npos);
  tests::ran verified = of_fork.run("log verify");
  CHECK(verified.exit == 6);
  CHECK((verified.out + verified.err).find(shop.archive) != std::string::npos);
  // A fork is not repaired, and what lay there is its base's.
  of_fork.environment["WHENCE_STORE"] = fork;
  const std::string advised = "or log repair --with FILE --store " + shop.folder.file("shop.db") + " puts back into";
  verified = of_fork.run("log verify");
  CHECK(verified.err.find(advised) != std::string::npos);
  CHECK(of_fork.run("doctor").out.find(advised) != std::string::npos);
  CHECK(of_fork.run("event list").err.find(advised) != std::string::npos);
}

TEST_CASE("a verification calls events lost that the log itself lacks, and no archive that is away") {
  archived shop;
  const auto code = [&] {
    return json::parse(shop.reader.run("log verify -o json").out)["diagnostics"][0]["code"].get<std::string>();
  };
  std::filesystem::rename(shop.archive, shop.archive + ".away");
  CHECK(code() == "log.archive_missing");
  const tests::ran away = shop.reader.run("log verify");
  CHECK(away.err.find(" intact, the others lie in archives that cannot be read\n") != std::string::npos);
  CHECK(away.out.find("\nlost ") == std::string::npos);
  std::ofstream(shop.archive) << "something else";
  CHECK(code() == "log.archive_damaged");
  std::filesystem::permissions(shop.archive, std::filesystem::perms::none);
  {
    const tests::no_right_to_write nobody(shop.folder.path());
    CHECK(code() == "file.no_permission");
    const tests::ran refused = shop.reader.run("log verify");
    CHECK(refused.exit == 5);
    CHECK(refused.err.find("# give this user the right to it; the events beyond these:\n") != std::string::npos);
  }
  sql::database::open(shop.folder.file("shop.db"), sql::open_mode::read_write)
      .run("UPDATE entries SET data = '{}' WHERE position = 9");
  CHECK(code() == "log.events_lost");
}

TEST_CASE("what a stream lacks whose archive is away is said with its name") {
  archived shop;
  const auto log = sqlite(shop.folder.file("shop.db")).open(shop.reader.around.runtime);
  tests::append_event(*log, "order-12345", "Order", tests::event_of("OrderNoted", "{}", 77));
  log->close();
  std::filesystem::remove(shop.archive);
  CHECK(shop.reader.run("log verify").out.find("\narchived   order-12345, version 1 to ") != std::string::npos);
}

TEST_CASE("inspect counts what does not lie in an archive that is away, and calls nothing damaged") {
  archived shop;
  std::filesystem::remove(shop.archive);
  const tests::ran seen = shop.reader.run("inspect");
  CHECK(seen.exit == 6);
  CHECK(seen.out.find("condition  an event of it lies in an archive that cannot be read\n") != std::string::npos);
  CHECK(seen.out.find("\nstreams    ≥ 6\n") != std::string::npos);
  CHECK(seen.err.find("[log.archive_missing, exit 6]") != std::string::npos);
  CHECK(json::parse(shop.reader.run("inspect -o json").out)["data"]["condition"] == "archive_unreadable");
}

TEST_CASE("a log that does not say which archives it has is looked at all the same, and a fork of it") {
  archived shop;
  const std::string log = shop.folder.file("shop.db");
  const std::string fork = shop.folder.file("what-if.db");
  REQUIRE(shop.reader.run("log fork " + fork).exit == 0);
  console of_fork(sqlite(fork), tests::shop_runtime());
  of_fork.log->close();
  {
    sql::database db = sql::database::open(log, sql::open_mode::read_write);
    db.run("PRAGMA wal_checkpoint(TRUNCATE)");
    const std::int64_t page = *db.integer("SELECT rootpage FROM sqlite_schema WHERE name = 'archives'");
    const std::int64_t bytes = *db.integer("PRAGMA page_size");
    std::fstream file(log, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp((page - 1) * bytes);
    file << std::string(static_cast<std::size_t>(bytes), '?');
  }
  for (console* const each : {&of_fork, &shop.reader}) {
    const tests::ran seen = each->run("inspect");
    CAPTURE(seen.err);
    CHECK(seen.exit == 6);
    CHECK(seen.out.find("\narchive    " + log + ": which archives it has cannot be read\n") != std::string::npos);
    CHECK(seen.out.find("\nevents     ") != std::string::npos);
    CHECK(json::parse(each->run("inspect -o json").out)["status"] == "fail");
    const tests::ran doctor = each->run("doctor");
    CHECK(doctor.exit == 6);
    CHECK(doctor.out.find("problem  archive      " + log + ": which archives it has cannot be read\n") !=
          std::string::npos);
    CHECK(doctor.out.find("\nok       writer ") != std::string::npos);
    CHECK(doctor.err.find("[log.checksum, exit 6]") != std::string::npos);
  }
}
