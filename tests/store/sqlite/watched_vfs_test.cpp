// The instrument itself: faults hit the call that they name, and a power cut takes what was not synced, or whose sync failed, and
// nothing else. With plain SQLite, of which it is known what it does.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <sqlite3.h>

#include <tests/store/sqlite/watched_vfs.hpp>
#include <tests/temporary_folder.hpp>

namespace {

namespace vfs = tests::watched_vfs;

struct closes {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};
using connection = std::unique_ptr<sqlite3, closes>;

connection open(const std::string& path, const char* vfs_name = nullptr) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs_name) == SQLITE_OK);
  return connection(database);
}

int run(const connection& database, const char* sql) {
  return sqlite3_exec(database.get(), sql, nullptr, nullptr, nullptr);
}

connection open_table(const std::string& path) {
  connection database = open(path);
  REQUIRE(run(database,
              "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;"
              "CREATE TABLE t(x INTEGER PRIMARY KEY); INSERT INTO t VALUES(1)") == SQLITE_OK);
  return database;
}

/// The rows that a restart would find.
int rows_after_restart(const tests::temporary_folder& folder) {
  const tests::temporary_folder other;
  for (const char* name : {"shop.db", "shop.db-wal"})
    if (std::filesystem::exists(folder.path() / name)) std::filesystem::copy(folder.path() / name, other.path() / name);
  const connection database = open(other.file("shop.db"), "unix");
  int rows = -1;
  sqlite3_exec(
      database.get(), "SELECT count(*) FROM t",
      [](void* to, int, char** values, char**) {
        *static_cast<int*>(to) = std::stoi(values[0]);
        return 0;
      },
      &rows, nullptr);
  return rows;
}

}  // namespace

TEST_CASE("a fault hits the call that it names, once or for good") {
  vfs::install();
  const tests::temporary_folder folder;
  const connection database = open_table(folder.file("shop.db"));
  for (const bool for_good : {false, true}) {
    vfs::arm(vfs::fault{.where = vfs::place::wal, .what = vfs::call::sync, .for_good = for_good});
    CHECK(run(database, "INSERT INTO t VALUES(NULL)") == SQLITE_IOERR);
    CHECK(vfs::has_fired());
    CHECK(run(database, "INSERT INTO t VALUES(NULL)") == (for_good ? SQLITE_IOERR : SQLITE_OK));
    vfs::disarm();
    CHECK(run(database, "INSERT INTO t VALUES(NULL)") == SQLITE_OK);
  }
  vfs::arm(vfs::fault{.where = vfs::place::wal, .what = vfs::call::write, .number = 2, .no_space = true});
  CHECK(run(database, "INSERT INTO t VALUES(NULL)") == SQLITE_FULL);
  vfs::disarm();
}

TEST_CASE("an unarmed watch counts calls and changes nothing") {
  vfs::install();
  const tests::temporary_folder folder;
  const connection database = open_table(folder.file("shop.db"));
  const std::uint64_t before = vfs::changes_of(vfs::place::wal);
  vfs::arm(std::nullopt);
  CHECK(run(database, "INSERT INTO t VALUES(2)") == SQLITE_OK);
  CHECK(vfs::calls_since_armed() >= 2);  // a frame or more, and a sync
  CHECK(vfs::changes_of(vfs::place::wal) - before == vfs::calls_since_armed());
  vfs::disarm();
  CHECK(rows_after_restart(folder) == 2);
}

TEST_CASE("a power cut leaves what was synced") {
  vfs::install();
  vfs::remember_unsynced();
  const tests::temporary_folder folder;
  const connection database = open_table(folder.file("shop.db"));
  CHECK(run(database, "INSERT INTO t VALUES(2)") == SQLITE_OK);
  vfs::lose_unsynced(0);
  CHECK(rows_after_restart(folder) == 2);
  CHECK(run(database, "INSERT INTO t VALUES(3)") != SQLITE_OK);
}

TEST_CASE("a power cut takes what was not synced") {
  vfs::install();
  vfs::remember_unsynced();
  const tests::temporary_folder folder;
  const connection database = open_table(folder.file("shop.db"));
  CHECK(run(database, "PRAGMA synchronous=OFF; INSERT INTO t VALUES(2)") == SQLITE_OK);
  vfs::lose_unsynced(0);
  CHECK(rows_after_restart(folder) == 1);
}

TEST_CASE("a commit whose sync failed is there after a kill and gone after a power cut") {
  vfs::install();
  vfs::remember_unsynced();
  const tests::temporary_folder folder;
  const connection database = open_table(folder.file("shop.db"));
  vfs::arm(vfs::fault{.where = vfs::place::wal, .what = vfs::call::sync});
  CHECK(run(database, "INSERT INTO t VALUES(2)") == SQLITE_IOERR);
  vfs::disarm();
  CHECK(rows_after_restart(folder) == 2);
  vfs::lose_unsynced(0);
  CHECK(rows_after_restart(folder) == 1);
}

TEST_CASE("a sync that fails marks its pages clean: a later one saves only what was written again") {
  vfs::install();
  vfs::remember_unsynced();
  const tests::temporary_folder folder;
  const std::string path = folder.file("shop.db");
  sqlite3_vfs* watching = sqlite3_vfs_find(nullptr);
  const char* name = sqlite3_create_filename(path.c_str(), "", "", 0, nullptr);
  std::vector<char> room(static_cast<std::size_t>(watching->szOsFile));
  auto* file = reinterpret_cast<sqlite3_file*>(room.data());
  int flags = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  REQUIRE(watching->xOpen(watching, name, file, flags, &flags) == SQLITE_OK);
  const auto write_pages = [&](char letter, std::vector<int> pages) {
    const std::string page(4096, letter);
    for (const int number : pages) CHECK(file->pMethods->xWrite(file, page.data(), 4096, number * 4096) == SQLITE_OK);
  };
  write_pages('a', {0, 1, 2});
  CHECK(file->pMethods->xSync(file, SQLITE_SYNC_NORMAL) == SQLITE_OK);
  vfs::arm(vfs::fault{.where = vfs::place::log, .what = vfs::call::sync});
  write_pages('b', {0, 1});
  CHECK(file->pMethods->xSync(file, SQLITE_SYNC_NORMAL) == SQLITE_IOERR_FSYNC);
  vfs::disarm();
  write_pages('c', {1, 2});
  CHECK(file->pMethods->xSync(file, SQLITE_SYNC_NORMAL) == SQLITE_OK);
  vfs::lose_unsynced(0);
  CHECK(file->pMethods->xClose(file) == SQLITE_OK);
  sqlite3_free_filename(const_cast<char*>(name));

  std::ifstream content(path);
  const std::string bytes{std::istreambuf_iterator<char>(content), {}};
  REQUIRE(bytes.size() == 3 * 4096);
  CHECK(bytes[0] == 'a');
  CHECK(bytes[4096] == 'c');
  CHECK(bytes[8192] == 'c');
}
