// What SQLite's failures say. Each is provoked in SQLite itself; a disk that fails is a VFS that says so.
#include <sqlite3.h>

#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include <whence/sql/transaction.hpp>

#include <tests/errors/said.hpp>
#include <tests/store/sqlite/watched_vfs.hpp>

using namespace whence;
using sql::database, sql::open_mode;
using tests::scene;
namespace vfs = tests::watched_vfs;

namespace {

database prices(const scene& here) {
  database db = database::open(here.file("prices.db"), open_mode::create);
  db.run("CREATE TABLE IF NOT EXISTS prices (item TEXT PRIMARY KEY, cents INTEGER NOT NULL)");
  return db;
}

int interrupt(void*) { return 1; }

}  // namespace

TEST_CASE("databases that cannot be used") {
  const scene here;
  CHECK(here.says([&] { database::open(here.file("none.db"), open_mode::read_only); }) ==
        R"(app: none.db: unable to open database file (SQLite 14)
  do:    look at the path, and at who may read and write there  [sql.cannot_open, exit 5]
)");
  const std::string folder(200, 'd');
  const std::string far = here.file(folder + "/" + folder + "/" + folder + "/none.db");
  std::filesystem::create_directories(std::filesystem::path(far).parent_path());
  const std::string text = here.says([&] { database::open(far, open_mode::create); });
  const std::string bytes_of_it =
      std::to_string(std::filesystem::canonical(here.file("")).string().size() + 1 + 3 * 201 + 7);
  CHECK(
      text.ends_with("none.db: unable to open database file (SQLite 14)\n"
                     "  why:   its whole path has " +
                     bytes_of_it +
                     " bytes, and SQLite opens none of more than 504\n"
                     "  do:    choose a shorter path  [sql.cannot_open, exit 5]\n"));
  here.write("noise.db", std::string(10'000, 'x'));
  database noise = database::open(here.file("noise.db"), open_mode::read_write);
  CHECK(here.says([&] { noise.integer("SELECT count(*) FROM prices"); }) ==
        R"(app: noise.db: file is not a database (SQLite 26)
  where: SELECT count(*) FROM prices
  do:    give the path of a SQLite database  [sql.not_a_database, exit 6]
)");
  {
    database db = prices(here);
    db.run(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 999) INSERT INTO prices SELECT i, i "
        "FROM n");
  }
  const std::string bytes = here.read("prices.db");
  here.write("prices.db", bytes.substr(0, 4'096) + std::string(bytes.size() - 4'096, 'x'));
  database damaged = database::open(here.file("prices.db"), open_mode::read_write);
  CHECK(here.says([&] { damaged.integer("SELECT sum(cents) FROM prices"); }) ==
        R"(app: prices.db: database disk image is malformed (SQLite 11)
  where: SELECT sum(cents) FROM prices
  do:    a log: copy its files, then log repair says what can be brought back; a read model: move its files away, it is built anew  [sql.corrupt, exit 6]
)");
}

TEST_CASE("statements that are refused") {
  const scene here;
  database db = prices(here);
  db.run("INSERT INTO prices VALUES (?, ?)", {"tea", 450});
  CHECK(here.says([&] { db.run("INSERT INTO prices VALUES (?, ?)", {"tea", 460}); }) ==
        R"(app: prices.db: UNIQUE constraint failed: prices.item (SQLite 1555)
  where: INSERT INTO prices VALUES (?, ?)
  do:    correct the row  [sql.constraint, exit 5]
)");
  CHECK(here.says([&] { db.integer("SELECT cost FROM prices"); }) == R"(app: prices.db: no such column: cost (SQLite 1)
  where: SELECT cost FROM prices
  do:    correct the statement  [sql.failed, exit 5]
)");
  database reader = database::open(here.file("prices.db"), open_mode::read_only);
  CHECK(here.says([&] { reader.run("DELETE FROM prices"); }) ==
        R"(app: prices.db: attempt to write a readonly database (SQLite 8)
  where: DELETE FROM prices
  do:    check who may write the database and its folder  [sql.read_only, exit 5]
)");
  const sql::transaction held(db);
  database second = database::open(here.file("prices.db"), open_mode::read_write);
  CHECK(here.says([&] { sql::transaction late(second); }) == R"(app: prices.db: database is locked (SQLite 5)
  where: BEGIN IMMEDIATE
  do:    another process works on the database: try again  [sql.busy, exit 5]
)");
}

TEST_CASE("limits that are reached") {
  const scene here;
  database db = prices(here);
  ::sqlite3_limit(db.handle(), SQLITE_LIMIT_LENGTH, 1'000);
  CHECK(here.says([&] { db.run("INSERT INTO prices VALUES (?, 1)", {std::string(2'000, 'x')}); }) ==
        R"(app: prices.db: string or blob too big (SQLite 18)
  where: INSERT INTO prices VALUES (?, 1)
  do:    make the text or the blob smaller  [sql.too_big, exit 5]
)");
  ::sqlite3_progress_handler(db.handle(), 1, &interrupt, nullptr);
  CHECK(here.says([&] { db.integer("SELECT sum(cents) FROM prices"); }) == R"(app: prices.db: interrupted (SQLite 9)
  where: SELECT sum(cents) FROM prices
  do:    try again  [sql.interrupted, exit 5]
)");
  ::sqlite3_progress_handler(db.handle(), 0, nullptr, nullptr);
  db.run("PRAGMA max_page_count = 3");
  CHECK(here.says([&] {
    db.run("INSERT INTO prices SELECT randomblob(900), 1 FROM (VALUES(1),(2),(3),(4),(5),(6),(7),(8))");
  }) ==
        R"(app: prices.db: database or disk is full (SQLite 13)
  where: INSERT INTO prices SELECT randomblob(900), 1 FROM (VALUES(1),(2),(3),(4),(5),(6),(7),(8))
  do:    make room on the disk  [sql.full, exit 5]
)");
  ::sqlite3_hard_heap_limit64(1);
  const std::string said = here.says([&] { db.integer("SELECT length(zeroblob(500) || item) FROM prices"); });
  ::sqlite3_hard_heap_limit64(0);
  CHECK(said == R"(app: prices.db: out of memory (SQLite 7)
  where: SELECT length(zeroblob(500) || item) FROM prices
  do:    let the process use more memory, then try again  [sql.no_memory, exit 5]
)");
}

TEST_CASE("a disk that fails") {
  vfs::install();
  const scene here;
  database db = database::open(here.file("shop.db"), open_mode::create);
  db.run("PRAGMA journal_mode=WAL; CREATE TABLE prices (item TEXT PRIMARY KEY, cents INTEGER NOT NULL)");
  vfs::arm(vfs::fault{.where = vfs::place::wal, .what = vfs::call::write});
  CHECK(here.says([&] { db.run("INSERT INTO prices VALUES (?, ?)", {"tea", 450}); }) ==
        R"(app: shop.db: disk I/O error (SQLite 778)
  where: INSERT INTO prices VALUES (?, ?)
  do:    dmesg | tail
         # look for what it says of the disk  [sql.io, exit 5]
)");
}
