// SQLite's writes are joined: what it asks for comes out the same, in fewer calls, and no error is lost.
#include <doctest/doctest.h>

#include <cstring>
#include <string>
#include <vector>

#include <sqlite3.h>

#include <whence/sql/database.hpp>
#include <whence/store/sqlite/joined_writes.hpp>

#include <tests/temporary_folder.hpp>

using namespace whence;

namespace {

constexpr int chunk = 4'096;

/// What reaches the disk, in memory.
struct disk {
  std::vector<char> bytes;
  std::vector<int> writes;  // the size of each
  int fails = SQLITE_OK;    // the next write
  std::size_t room = 64u << 20;
};
disk the_disk;

int write_to_disk(sqlite3_file*, const void* bytes, int count, sqlite3_int64 offset) {
  const auto end = static_cast<std::size_t>(offset + count);
  if (end > the_disk.room) return SQLITE_FULL;
  if (the_disk.fails != SQLITE_OK) return std::exchange(the_disk.fails, SQLITE_OK);
  the_disk.writes.push_back(count);
  if (the_disk.bytes.size() < end) the_disk.bytes.resize(end);
  std::memcpy(the_disk.bytes.data() + offset, bytes, static_cast<std::size_t>(count));
  return SQLITE_OK;
}

int read_from_disk(sqlite3_file*, void* bytes, int count, sqlite3_int64 offset) {
  std::memcpy(bytes, the_disk.bytes.data() + offset, static_cast<std::size_t>(count));
  return SQLITE_OK;
}

const sqlite3_io_methods& disk_methods() {
  static const sqlite3_io_methods methods = [] {
    sqlite3_io_methods made{};
    made.iVersion = 2;
    made.xClose = [](sqlite3_file*) { return SQLITE_OK; };
    made.xFileSize = [](sqlite3_file*, sqlite3_int64* size) {
      *size = static_cast<sqlite3_int64>(the_disk.bytes.size());
      return SQLITE_OK;
    };
    made.xRead = read_from_disk;
    made.xWrite = write_to_disk;
    made.xTruncate = [](sqlite3_file*, sqlite3_int64 size) {
      the_disk.bytes.resize(static_cast<std::size_t>(size));
      return SQLITE_OK;
    };
    made.xSync = [](sqlite3_file*, int) { return SQLITE_OK; };
    made.xFileControl = [](sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; };
    made.xUnlock = [](sqlite3_file*, int) { return SQLITE_OK; };
    made.xShmBarrier = [](sqlite3_file*) {};
    return made;
  }();
  return methods;
}

/// While one lives, the disk above is what the default access to files opens.
class disk_as_default {
 public:
  disk_as_default() : before_(sqlite3_vfs_find(nullptr)) {
    the_disk = disk();
    layer_ = *before_;
    layer_.zName = "disk-in-memory";
    layer_.szOsFile = sizeof(sqlite3_file);
    layer_.xOpen = [](sqlite3_vfs*, const char*, sqlite3_file* file, int, int*) {
      file->pMethods = &disk_methods();
      return SQLITE_OK;
    };
    sqlite3_vfs_register(&layer_, 1);
    sqlite3_vfs* const joined = sqlite3_vfs_find(joined_writes());
    memory_.resize(static_cast<std::size_t>(joined->szOsFile) / sizeof(std::max_align_t) + 1);
    REQUIRE(joined->xOpen(joined, "some-wal", file(), SQLITE_OPEN_WAL, nullptr) == SQLITE_OK);
  }
  ~disk_as_default() {
    file()->pMethods->xClose(file());
    sqlite3_vfs_unregister(&layer_);
    sqlite3_vfs_register(before_, 1);
  }
  disk_as_default(const disk_as_default&) = delete;
  disk_as_default& operator=(const disk_as_default&) = delete;

  int write(int at, char what) {
    const std::string bytes(chunk, what);
    return file()->pMethods->xWrite(file(), bytes.data(), chunk, at * chunk);
  }
  int sync() { return file()->pMethods->xSync(file(), SQLITE_SYNC_NORMAL); }
  sqlite3_file* file() { return reinterpret_cast<sqlite3_file*>(memory_.data()); }

 private:
  sqlite3_vfs* before_;
  sqlite3_vfs layer_{};
  std::vector<std::max_align_t> memory_;
};

}  // namespace

TEST_CASE("writes that follow on each other reach the disk as one, by the next sync") {
  disk_as_default wal;
  for (int at = 0; at < 20; ++at) REQUIRE(wal.write(at, static_cast<char>('a' + at)) == SQLITE_OK);
  CHECK(the_disk.writes.empty());
  CHECK(wal.sync() == SQLITE_OK);
  CHECK(the_disk.writes == std::vector<int>{20 * chunk});  // more than a small commit: no room is made
  CHECK(the_disk.bytes.at(19 * chunk) == 't');
}

TEST_CASE("no call is larger than what the layer below writes at once") {
  disk_as_default wal;
  for (int at = 0; at < 100; ++at) REQUIRE(wal.write(at, 'x') == SQLITE_OK);
  CHECK(wal.sync() == SQLITE_OK);
  CHECK(the_disk.bytes.size() == 100 * chunk);
  CHECK(the_disk.writes.size() > 1);
  for (const int size : the_disk.writes) CHECK(size < 128 << 10);
}

TEST_CASE("the order of writes stays: what is written twice is there as it was written last") {
  disk_as_default wal;
  for (const char what : {'a', 'b', 'c'}) REQUIRE(wal.write(3, what) == SQLITE_OK);
  REQUIRE(wal.write(2, 'z') == SQLITE_OK);
  CHECK(wal.sync() == SQLITE_OK);
  CHECK(the_disk.bytes.at(3 * chunk) == 'c');
  CHECK(the_disk.bytes.at(2 * chunk) == 'z');
}

TEST_CASE("what waits is read back") {
  disk_as_default wal;
  REQUIRE(wal.write(0, 'a') == SQLITE_OK);
  char byte = 0;
  CHECK(wal.file()->pMethods->xRead(wal.file(), &byte, 1, 17) == SQLITE_OK);
  CHECK(byte == 'a');
}

TEST_CASE("a write that failed is told by the next call that SQLite heeds, not by one whose result it ignores") {
  disk_as_default wal;
  REQUIRE(wal.write(0, 'a') == SQLITE_OK);
  the_disk.fails = SQLITE_FULL;
  CHECK(wal.file()->pMethods->xFileControl(wal.file(), SQLITE_FCNTL_CKPT_DONE, nullptr) == SQLITE_NOTFOUND);
  CHECK(wal.file()->pMethods->xUnlock(wal.file(), 0) == SQLITE_OK);
  wal.file()->pMethods->xShmBarrier(wal.file());
  SUBCASE("a sync") { CHECK(wal.sync() == SQLITE_FULL); }
  SUBCASE("a write") { CHECK(wal.write(1, 'b') == SQLITE_FULL); }
  SUBCASE("a truncation") { CHECK(wal.file()->pMethods->xTruncate(wal.file(), 0) == SQLITE_FULL); }
  // Whoever was told begins anew.
  CHECK(wal.write(0, 'c') == SQLITE_OK);
  CHECK(wal.sync() == SQLITE_OK);
  CHECK(the_disk.bytes.at(0) == 'c');
}

TEST_CASE("a small commit that makes the WAL longer makes room for those that follow, in zeros") {
  disk_as_default wal;
  REQUIRE(wal.write(0, 'a') == SQLITE_OK);
  CHECK(wal.sync() == SQLITE_OK);
  const std::size_t size = the_disk.bytes.size();
  CHECK(size == chunk + (256u << 10));
  CHECK(std::string(the_disk.bytes.begin() + chunk, the_disk.bytes.end()) == std::string(256u << 10, '\0'));

  the_disk.writes.clear();
  for (int at = 1; at < 64; ++at) REQUIRE((wal.write(at, 'b') == SQLITE_OK && wal.sync() == SQLITE_OK));
  CHECK(the_disk.writes == std::vector<int>(63, chunk));
  CHECK(the_disk.bytes.size() == size);

  REQUIRE((wal.write(65, 'c') == SQLITE_OK && wal.sync() == SQLITE_OK));
  CHECK(the_disk.bytes.size() == 66 * chunk + (256u << 10));
}

TEST_CASE("a WAL that was truncated makes room anew, and one that has room from before makes none") {
  disk_as_default wal;
  REQUIRE((wal.write(0, 'a') == SQLITE_OK && wal.sync() == SQLITE_OK));
  REQUIRE(wal.file()->pMethods->xTruncate(wal.file(), 0) == SQLITE_OK);
  SUBCASE("truncated") {
    REQUIRE((wal.write(0, 'b') == SQLITE_OK && wal.sync() == SQLITE_OK));
    CHECK(the_disk.bytes.size() == chunk + (256u << 10));
  }
  SUBCASE("of some size already") {
    the_disk.bytes.resize(10 * chunk);
    REQUIRE((wal.write(0, 'b') == SQLITE_OK && wal.sync() == SQLITE_OK));
    CHECK(the_disk.bytes.size() == 10 * chunk);
  }
}

TEST_CASE("where there is no room for more, what must be written is written, and no error is told") {
  disk_as_default wal;
  the_disk.room = 5 * chunk;
  for (int at = 0; at < 5; ++at) CHECK((wal.write(at, 'a') == SQLITE_OK && wal.sync() == SQLITE_OK));
  REQUIRE(wal.write(5, 'a') == SQLITE_OK);
  CHECK(wal.sync() == SQLITE_FULL);
  the_disk.room = 64u << 20;
  CHECK((wal.write(5, 'b') == SQLITE_OK && wal.sync() == SQLITE_OK));
  CHECK(the_disk.bytes.at(5 * chunk) == 'b');
}

TEST_CASE("a database that is written through it is whole, and others read it") {
  const tests::temporary_folder folder;
  const std::string path = folder.file("some.db");
  sql::database db = sql::database::open(path, sql::open_mode::create, joined_writes());
  db.run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t(a INTEGER PRIMARY KEY, b BLOB)");
  for (int round = 0; round < 20; ++round) {
    db.run("BEGIN");
    for (int i = 0; i < 200; ++i) db.run("INSERT INTO t(b) VALUES(randomblob(900))", {});
    db.run("COMMIT");
    if (round % 7 == 3) db.run("PRAGMA wal_checkpoint");
    sql::database other = sql::database::open(path, sql::open_mode::read_only);
    CHECK(other.integer("SELECT count(*) FROM t") == 200 * (round + 1));
    CHECK(other.text("PRAGMA integrity_check") == "ok");
  }
}
