// What people and programs are told where archives are in the way, or are missing: of a log, and of a fork of it.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include <whence/store/log_archive.hpp>

#include <tests/cli/closed_shop.hpp>
#include <tests/cli/console.hpp>
#include <tests/cli/shop_log.hpp>

using namespace whence;
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
  const tests::ran verified = of_fork.run("log verify");
  CHECK(verified.exit == 6);
  CHECK((verified.out + verified.err).find(shop.archive) != std::string::npos);
}
