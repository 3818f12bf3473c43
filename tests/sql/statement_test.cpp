#include <doctest/doctest.h>

#include <array>
#include <optional>
#include <string>

#include <whence/sql/database.hpp>
#include <whence/sql/error.hpp>

using namespace whence;
using sql::database, sql::open_mode, sql::statement, sql::value;

TEST_CASE("a parameter that the statement does not have cannot be bound") {
  database db = database::open("", open_mode::in_memory);
  statement insert = db.prepare("SELECT ?");
  CHECK_THROWS_AS(insert.bind(2, 1), sql::sql_error);
  CHECK_THROWS_AS(db.run("SELECT ?", {1, 2}), sql::sql_error);
  CHECK_THROWS_AS(db.run("SELECT ?, ?", {1}), sql::sql_error);
}

TEST_CASE("a statement that failed can run again") {
  database db = database::open("", open_mode::in_memory);
  db.run("CREATE TABLE t(a PRIMARY KEY)");
  statement insert = db.prepare("INSERT INTO t VALUES(?)");
  insert.bind(1, 1).run();
  CHECK_THROWS_AS(insert.run(), sql::sql_error);
  insert.bind(1, 2).run();
  CHECK(db.integer("SELECT count(*) FROM t") == 2);
  CHECK_FALSE(db.in_transaction());
}

TEST_CASE("values come back as they went in") {
  database db = database::open("", open_mode::in_memory);
  const std::array<std::uint8_t, 3> blob{0, 255, 7};
  const std::string nul("a\0b", 3);
  statement select = db.prepare("SELECT ?, ?, ?, ?, ?, ?, ?");
  const value arguments[] = {INT64_MIN, 1.5, nul, blob, nullptr, "", std::span<const std::uint8_t>()};
  select.bind_all(arguments);
  REQUIRE(select.step());
  CHECK(select.columns() == 7);
  CHECK(select.integer(0) == INT64_MIN);
  CHECK(select.real(1) == 1.5);
  CHECK(select.text(2) == nul);
  CHECK(select.blob(3).size() == 3);
  CHECK(select.blob(3)[1] == 255);
  CHECK(select.is_null(4));
  CHECK(select.text(4).empty());
  CHECK(select.kind(5) == value::kind::text);
  CHECK(select.text(5).empty());
  CHECK(select.kind(6) == value::kind::blob);
  CHECK_FALSE(select.step());
}

TEST_CASE("a bound text is a copy, unless a view was asked for") {
  database db = database::open("", open_mode::in_memory);
  statement select = db.prepare("SELECT ?");
  {
    std::string text(100, 'a');
    select.bind(1, text);
    text.assign(100, 'b');
  }
  REQUIRE(select.step());
  CHECK(select.text(0) == std::string(100, 'a'));
  select.reset();
  const std::string kept(100, 'c');
  select.bind_view(1, kept);
  REQUIRE(select.step());
  CHECK(select.text(0) == kept);
}

TEST_CASE("a statement keeps its connection open") {
  std::optional<statement> select;
  {
    database db = database::open("", open_mode::in_memory);
    select = db.prepare("SELECT 7");
  }
  REQUIRE(select->step());
  CHECK(select->integer(0) == 7);
}

TEST_CASE("the statements of a script are taken off it one by one, up to one that is wrong") {
  database db = database::open("", open_mode::in_memory);
  const std::string_view script = "-- first\n;SELECT 1; /* then */ SELECT 2;\n  SELECT 'é', x FROM nowhere; SELECT 3";
  std::string_view rest = script;
  for (const int number : {1, 2}) {
    std::optional<statement> next = db.prepare_next(rest);
    REQUIRE(next);
    REQUIRE(next->step());
    CHECK(next->integer(0) == number);
  }
  try {
    static_cast<void>(db.prepare_next(rest));
    FAIL("it has no such table");
  } catch (const sql::sql_error& failure) {
    CHECK(failure.message == "no such table: nowhere");
  }
  std::string_view wrong = "; SELECT * FORM t";
  try {
    static_cast<void>(db.prepare_next(wrong));
    FAIL("it is no statement");
  } catch (const sql::sql_error& failure) {
    CHECK(failure.message == "near \"FORM\": syntax error");
    CHECK(wrong.substr(failure.offset.value_or(99)) == "FORM t");
  }
}

TEST_CASE("a script that is empty, or comments alone, has no statement; one with a NUL in it is refused") {
  database db = database::open("", open_mode::in_memory);
  for (std::string_view script : {"", " ; ;", "-- nothing", "/* nothing */"}) {
    CHECK_FALSE(db.prepare_next(script));
    CHECK(script.empty());
  }
  using namespace std::string_view_literals;
  std::string_view script = "SELECT 1;\0 SELECT 2"sv;
  CHECK_THROWS_AS(static_cast<void>(db.prepare_next(script)), sql::sql_error);
  CHECK_THROWS_AS(db.run("SELECT 1;\0 SELECT 2"sv), sql::sql_error);
}
