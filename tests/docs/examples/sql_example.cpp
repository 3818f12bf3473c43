/// sql: SQL in, rows out.
#include <string>

#include <doctest/doctest.h>

#include <whence/sql/database.hpp>
#include <whence/sql/transaction.hpp>

TEST_CASE("a transaction is rolled back unless it is committed") {
  auto db = whence::sql::database::open("", whence::sql::open_mode::in_memory);
  db.run("CREATE TABLE prices (item TEXT PRIMARY KEY, cents INTEGER NOT NULL)");
  {
    whence::sql::transaction all_or_nothing(db);
    db.run("INSERT INTO prices VALUES (?, ?)", {"tea", 450});
    db.run("INSERT INTO prices VALUES (?, ?)", {"cup", 900});
    all_or_nothing.commit();
  }

  auto rows = db.prepare("SELECT item, cents FROM prices ORDER BY cents");
  std::string cheapest;
  if (rows.step()) cheapest = std::string(rows.text(0)) + " " + std::to_string(rows.integer(1));

  CHECK(cheapest == "tea 450");
}
