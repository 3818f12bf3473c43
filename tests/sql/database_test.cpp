#include <doctest/doctest.h>

#include <filesystem>
#include <iterator>
#include <string>

#include <sqlite3.h>
#include <sys/stat.h>

#include <whence/sql/database.hpp>
#include <whence/sql/error.hpp>

#include <tests/temporary_folder.hpp>

using namespace whence;
using sql::database, sql::open_mode;

TEST_CASE("a statement of a script that fails ends the script there") {
  database db = database::open("", open_mode::in_memory);
  CHECK_THROWS_AS(db.run("CREATE TABLE a(x); CREATE TABLE a(x); CREATE TABLE b(x)"), sql::sql_error);
  CHECK(db.integer("SELECT count(*) FROM sqlite_schema") == 1);
}

TEST_CASE("the schema of a file can neither be edited nor load code") {
  database db = database::open("", open_mode::in_memory);
  db.run("CREATE TABLE a(x)");
  db.run("PRAGMA writable_schema=ON");
  CHECK_THROWS_AS(db.run("DELETE FROM sqlite_schema"), sql::sql_error);
  CHECK_THROWS_AS(db.run("SELECT load_extension('x')"), sql::sql_error);
  CHECK(db.integer("PRAGMA trusted_schema") == 0);
}

TEST_CASE("arguments are bound in order, and a statement is prepared once") {
  database db = database::open("", open_mode::in_memory);
  db.run("CREATE TABLE t(a, b)");
  const std::string customer = "ada";
  for (int number = 0; number < 3; ++number) db.run("INSERT INTO t VALUES(?,?)", {customer, number});
  CHECK(db.changes() == 1);
  CHECK(db.text("SELECT a FROM t WHERE b = ?", {2}) == "ada");
  CHECK(db.integer("SELECT sum(b) FROM t") == 3);
  CHECK(db.integer("SELECT b FROM t WHERE a = ?", {"bob"}) == std::nullopt);
  CHECK(db.text("SELECT a FROM t WHERE a = ?", {"bob"}) == std::nullopt);
}

TEST_CASE("a read of the first row ends its transaction") {
  const tests::temporary_folder folder;
  database db = database::open(folder.file("a.db"), open_mode::create);
  db.run("CREATE TABLE t(a); INSERT INTO t VALUES(1); INSERT INTO t VALUES(2)");
  CHECK(db.integer("SELECT a FROM t ORDER BY a") == 1);
  database other = database::open(folder.file("a.db"), open_mode::read_write);
  other.run("DROP TABLE t");  // would be refused while a statement of the first reads
}

TEST_CASE("more statements than are kept prepared still run") {
  database db = database::open("", open_mode::in_memory);
  for (int number = 0; number < 600; ++number) {
    CHECK(db.integer("SELECT " + std::to_string(number)) == number);
  }
}

TEST_CASE("a file that nobody writes is read without a lock, without its -wal, and without making a file") {
  const tests::temporary_folder folder;
  const std::string path = folder.file("50% of a? #1.db");
  {
    database db = database::open(path, open_mode::create);
    db.run("PRAGMA journal_mode=WAL; CREATE TABLE t(a); INSERT INTO t VALUES(7)");
  }
  database db = database::open(path, open_mode::unchanging);
  CHECK(db.integer("SELECT a FROM t") == 7);
  CHECK(db.path() == path);
  CHECK_THROWS_AS(db.run("INSERT INTO t VALUES(8)"), sql::sql_error);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
  CHECK_THROWS_AS(database::open(folder.file("missing.db"), open_mode::unchanging), sql::sql_error);
  CHECK_FALSE(std::filesystem::exists(folder.file("missing.db")));
}

TEST_CASE("a path is a path, also if SQLite would take it for an address") {
  const tests::temporary_folder folder;
  const std::filesystem::path before = std::filesystem::current_path();
  database::open(folder.file("main.db"), open_mode::create).run("CREATE TABLE u(a)");
  std::filesystem::current_path(folder.path());
  for (const std::string path : {":memory:", "file:x?mode=memory", "file:y.db", "file::memory:?cache=shared"}) {
    CAPTURE(path);
    database::open(path, open_mode::create).run("CREATE TABLE t(a); INSERT INTO t VALUES(7)");
    CHECK(std::filesystem::exists(folder.file(path)));
    for (const open_mode mode : {open_mode::read_only, open_mode::unchanging, open_mode::read_write}) {
      database db = database::open(path, mode);
      CHECK(db.integer("SELECT a FROM t") == 7);
      CHECK(db.path() == path);
      database other = database::open(folder.file("main.db"), open_mode::read_only);
      other.attach("it", path, mode);
      CHECK(other.integer("SELECT a FROM it.t") == 7);
    }
  }
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 5);
  std::filesystem::current_path(before);
}

TEST_CASE("nobody waits for the other end of a pipe, in the place of a database or beside it") {
  const tests::temporary_folder folder;
  const std::string path = folder.file("model.db");
  database::open(path, open_mode::create).run("CREATE TABLE t(a)");
  std::string pipe;
  SUBCASE("of the database") {
    std::filesystem::remove(path);
    pipe = path;
  }
  SUBCASE("of its WAL") { pipe = path + "-wal"; }
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const auto code = [](const auto& act) {
    try {
      act();
    } catch (const sql::sql_error& refused) {
      return refused.primary();
    }
    return SQLITE_OK;
  };
  CHECK(code([&] { database::open(path, open_mode::read_only); }) == SQLITE_NOTADB);
  database db = database::open("", open_mode::in_memory);
  CHECK(code([&] { db.attach("model", path, open_mode::read_only); }) == SQLITE_NOTADB);
}

TEST_CASE("another database is attached for reading, whatever its path, and made by nobody") {
  const tests::temporary_folder folder;
  const std::string path = folder.file("a 'b' 50%?x=1#.db");
  database::open(path, open_mode::create).run("CREATE TABLE t(a); INSERT INTO t VALUES(7)");
  database::open(folder.file("main.db"), open_mode::create).run("CREATE TABLE u(a)");
  database db = database::open(folder.file("main.db"), open_mode::read_only);
  db.attach("other one", path, open_mode::read_only);
  db.attach("copy", path, open_mode::unchanging);
  CHECK(db.integer("SELECT a FROM \"other one\".t") == 7);
  CHECK(db.integer("SELECT a FROM copy.t") == 7);
  CHECK_THROWS_AS(db.run("INSERT INTO copy.t VALUES(8)"), sql::sql_error);
  CHECK_THROWS_AS(db.run("INSERT INTO \"other one\".t VALUES(8)"), sql::sql_error);
  CHECK_THROWS_AS(db.attach("missing", folder.file("missing.db"), open_mode::read_only), sql::sql_error);
  CHECK_FALSE(std::filesystem::exists(folder.file("missing.db")));
}
