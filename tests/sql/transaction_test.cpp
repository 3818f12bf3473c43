#include <doctest/doctest.h>

#include <stdexcept>

#include <whence/sql/database.hpp>
#include <whence/sql/error.hpp>
#include <whence/sql/transaction.hpp>

#include <tests/temporary_folder.hpp>

using namespace whence;
using sql::database, sql::open_mode, sql::transaction, sql::transaction_kind;

TEST_CASE("a transaction that was not committed leaves nothing") {
  database db = database::open("", open_mode::in_memory);
  db.run("CREATE TABLE t(a)");
  try {
    transaction open(db);
    db.run("INSERT INTO t VALUES(1)");
    throw std::runtime_error("in between");
  } catch (const std::runtime_error&) {
  }
  CHECK(db.integer("SELECT count(*) FROM t") == 0);
  CHECK_FALSE(db.in_transaction());
}

TEST_CASE("a commit that fails is rolled back") {
  database db = database::open("", open_mode::in_memory);
  db.run(
      "PRAGMA foreign_keys=ON; CREATE TABLE a(x PRIMARY KEY); CREATE TABLE b(x REFERENCES a DEFERRABLE INITIALLY "
      "DEFERRED)");
  {
    transaction refused(db);
    db.run("INSERT INTO b VALUES(1)");
    CHECK_THROWS_AS(refused.commit(), sql::sql_error);
  }
  CHECK_FALSE(db.in_transaction());
  CHECK(db.integer("SELECT count(*) FROM b") == 0);
}

TEST_CASE("a committed transaction is kept") {
  database db = database::open("", open_mode::in_memory);
  db.run("CREATE TABLE t(a)");
  transaction kept(db);
  db.run("INSERT INTO t VALUES(1)");
  kept.commit();
  CHECK_FALSE(db.in_transaction());
  CHECK(db.integer("SELECT count(*) FROM t") == 1);
}

TEST_CASE("statements of one read transaction see one snapshot") {
  const tests::temporary_folder folder;
  database writer = database::open(folder.file("a.db"), open_mode::create);
  writer.run("PRAGMA journal_mode=WAL; CREATE TABLE t(a)");
  database reader = database::open(folder.file("a.db"), open_mode::read_only);
  const transaction snapshot(reader, transaction_kind::read);
  CHECK(reader.integer("SELECT count(*) FROM t") == 0);
  writer.run("INSERT INTO t VALUES(1)");
  CHECK(reader.integer("SELECT count(*) FROM t") == 0);
}
