// Each failure is provoked in SQLite itself, so that the codes are those that really arrive.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include <whence/sql/database.hpp>
#include <whence/sql/error.hpp>
#include <whence/sql/transaction.hpp>

#include <tests/temporary_folder.hpp>

using namespace whence;
using sql::database, sql::open_mode, sql::sql_error;

namespace {

template <class Action>
sql_error failure_of(Action action) {
  try {
    action();
  } catch (const sql_error& failure) {
    return failure;
  }
  throw std::runtime_error("nothing failed");
}

}  // namespace

TEST_CASE("a database that does not exist cannot be opened, and the message names it") {
  const tests::temporary_folder folder;
  const sql_error failure = failure_of([&] { database::open(folder.file("none.db"), open_mode::read_only); });
  CHECK(failure.code() == "sql.cannot_open");
  CHECK(failure.next() == next_move::operator_needed);
  CHECK(failure.path == folder.file("none.db"));
  CHECK(std::string(failure.what()).find(folder.file("none.db")) != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(folder.file("none.db")));
}

TEST_CASE("noise is no database") {
  const tests::temporary_folder folder;
  std::ofstream(folder.file("noise.db")) << std::string(10'000, 'x');
  database db = database::open(folder.file("noise.db"), open_mode::read_write);
  const sql_error failure = failure_of([&] { db.integer("SELECT count(*) FROM sqlite_schema"); });
  CHECK(failure.code() == "sql.not_a_database");
  CHECK(failure.next() == next_move::operator_needed);
}

TEST_CASE("a second writer is told that the database is busy") {
  const tests::temporary_folder folder;
  database first = database::open(folder.file("a.db"), open_mode::create);
  first.run("CREATE TABLE t(a)");
  database second = database::open(folder.file("a.db"), open_mode::read_write);
  const sql::transaction held(first);
  const sql_error failure = failure_of([&] { sql::transaction refused(second); });
  CHECK(failure.code() == "sql.busy");
  CHECK(failure.next() == next_move::retry);
}

TEST_CASE("a read-only connection does not write") {
  const tests::temporary_folder folder;
  database::open(folder.file("a.db"), open_mode::create).run("CREATE TABLE t(a)");
  database reader = database::open(folder.file("a.db"), open_mode::read_only);
  CHECK(failure_of([&] { reader.run("INSERT INTO t VALUES(1)"); }).code() == "sql.read_only");
}

TEST_CASE("a broken constraint is the request's fault, and the error keeps the statement") {
  database db = database::open("", open_mode::in_memory);
  db.run("CREATE TABLE t(a PRIMARY KEY)");
  db.run("INSERT INTO t VALUES(?)", {1});
  const sql_error failure = failure_of([&] { db.run("INSERT INTO t VALUES(?)", {1}); });
  CHECK(failure.code() == "sql.constraint");
  CHECK(failure.next() == next_move::change_request);
  CHECK(failure.statement == "INSERT INTO t VALUES(?)");
  CHECK(failure.primary() == 19);
  CHECK(failure.result == 1555);
}

TEST_CASE("a statement that is none says so, and a long one is cut in the error") {
  database db = database::open("", open_mode::in_memory);
  const sql_error failure = failure_of([&] { db.run("SELEKT " + std::string(1000, 'x')); });
  CHECK(failure.code() == "sql.failed");
  CHECK(failure.statement.size() == 500);
  CHECK(failure_of([&] { db.prepare("  -- nothing"); }).code() == "sql.failed");
}
