// What SQLite makes beside a database, where its group is not that of who writes it.
#include <string>

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <whence/sql/database.hpp>

#include <tests/acting_as_alice.hpp>
#include <tests/skip.hpp>
#include <tests/temporary_folder.hpp>

using namespace whence;
using sql::database, sql::open_mode;
using tests::accounting;
using tests::acting_as_alice;
using tests::alice;
using tests::is_for;
using tests::staff;

namespace {

/// A database of alice's and accounting's, with nothing beside it, in a folder of hers.
struct ledger {
  ledger() {
    database::open(path, open_mode::create).run("PRAGMA journal_mode=WAL; CREATE TABLE t(a)");
    REQUIRE(::chown(folder.path().c_str(), alice, staff) == 0);
    REQUIRE(::chown(path.c_str(), alice, accounting) == 0);
    REQUIRE(::chmod(path.c_str(), 0640) == 0);
  }
  tests::temporary_folder folder;
  std::string path = folder.file("ledger.db");
};

}  // namespace

TEST_CASE("the WAL and its index are for the group of the database, whoever opens it first") {
  if (::geteuid() != 0) return tests::skip("only root can be somebody else");
  const ledger here;
  const acting_as_alice now({staff, accounting});
  auto first = open_mode::read_write;
  SUBCASE("who writes") {}
  SUBCASE("who reads") { first = open_mode::read_only; }
  database reading = database::open(here.path, first);
  CHECK(reading.integer("SELECT count(*) FROM t") == 0);
  database db = database::open(here.path, open_mode::read_write);
  db.run("INSERT INTO t VALUES(1)");
  CHECK(is_for(here.path + "-wal", accounting, 0640));
  CHECK(is_for(here.path + "-shm", accounting, 0640));
}

TEST_CASE("where the group may not be given, no other one gets what is written") {
  if (::geteuid() != 0) return tests::skip("only root can be somebody else");
  const ledger here;
  const acting_as_alice now({staff});
  for (int time = 1; time <= 2; ++time) {
    database db = database::open(here.path, open_mode::read_write);
    db.run("INSERT INTO t VALUES(1)");
    CHECK(is_for(here.path + "-wal", staff, 0600));
    database other = database::open(here.path, open_mode::read_only);
    CHECK(other.integer("SELECT count(*) FROM t") == time);
    CHECK(is_for(here.path + "-wal", staff, 0600));
  }
}
