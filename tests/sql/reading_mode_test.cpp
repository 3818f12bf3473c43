// A database is left as a copy of it would be: without the files that SQLite makes beside it.
#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include <whence/sql/database.hpp>
#include <whence/sql/error.hpp>
#include <whence/sql/reading_mode.hpp>

#include <tests/no_rights.hpp>
#include <tests/temporary_folder.hpp>

using namespace whence::sql;

namespace {

/// Closed in order, in WAL mode: SQLite has taken its files away.
std::string closed_database(const tests::temporary_folder& folder) {
  const std::string path = folder.file("a b%20?.db");
  database db = database::open(path, open_mode::create);
  db.run("PRAGMA journal_mode=WAL; CREATE TABLE t(a); INSERT INTO t VALUES(7)");
  return path;
}

void put(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

}  // namespace

TEST_CASE("who can make the files that are missing lets SQLite make them") {
  const tests::temporary_folder folder;
  const std::string path = closed_database(folder);
  const reading_mode mode = reading_mode::of(path);
  CHECK(mode.mode() == open_mode::read_only);
  CHECK(mode.still_holds());
  CHECK(reading_mode::making_no_file(path).mode() == open_mode::unchanging);
  CHECK(reading_mode::ordinary().mode() == open_mode::read_only);
}

TEST_CASE("who cannot make them reads the database alone") {
  const tests::temporary_folder folder;
  const std::string path = closed_database(folder);
  const tests::no_right_to_write taken(folder.path());
  CHECK_THROWS_AS(database::open(path, open_mode::read_only).integer("SELECT a FROM t"), sql_error);
  const reading_mode mode = reading_mode::of(path);
  CHECK(mode.mode() == open_mode::unchanging);
  database db = database::open(path, mode.mode());
  CHECK(db.integer("SELECT a FROM t") == 7);
  CHECK(mode.still_holds());
}

TEST_CASE("by a link to it, the files beside the database count") {
  const tests::temporary_folder folder;
  const tests::temporary_folder other;
  const std::string path = closed_database(folder);
  std::filesystem::create_symlink(path, other.file("link.db"));
  CHECK(reading_mode::making_no_file(other.file("link.db")).mode() == open_mode::unchanging);
  put(path + "-wal", "frames");
  CHECK(reading_mode::making_no_file(other.file("link.db")).mode() == open_mode::read_only);
}

TEST_CASE("with something in its -wal or in a journal a database is not what it is alone") {
  const tests::temporary_folder folder;
  const std::string path = closed_database(folder);
  for (const char* const beside : {"-wal", "-journal"}) {
    put(path + beside, "frames");
    CHECK(reading_mode::making_no_file(path).mode() == open_mode::read_only);
    put(path + beside, "");
    CHECK(reading_mode::making_no_file(path).mode() == open_mode::unchanging);
  }
  put(path + "-shm", "");
  CHECK(reading_mode::making_no_file(path).mode() ==
        open_mode::read_only);  // it lacks nothing: SQLite looks whether it is in use
  CHECK(reading_mode::making_no_file(folder.file("missing.db")).mode() == open_mode::read_only);
}

TEST_CASE("whoever has read what nobody wrote is told that somebody does") {
  const tests::temporary_folder folder;
  const std::string path = closed_database(folder);
  const reading_mode mode = reading_mode::making_no_file(path);
  std::this_thread::sleep_for(std::chrono::milliseconds{20});  // times of change may be as coarse as that
  SUBCASE("before a byte of it is changed") {
    database writer = database::open(path, open_mode::read_write);
    writer.run("PRAGMA wal_autocheckpoint=0; INSERT INTO t VALUES(8)");
    CHECK_FALSE(mode.still_holds());
  }
  SUBCASE("after it has gone, and taken its files with it") {
    database::open(path, open_mode::read_write).run("INSERT INTO t VALUES(8)");
    CHECK_FALSE(std::filesystem::exists(path + "-wal"));
    CHECK_FALSE(mode.still_holds());
  }
  SUBCASE("when another file has taken its place") {
    std::filesystem::copy_file(path, path + ".new");
    std::filesystem::rename(path + ".new", path);
    CHECK_FALSE(mode.still_holds());
  }
  SUBCASE("when it is gone") {
    std::filesystem::remove(path);
    CHECK_FALSE(mode.still_holds());
  }
}
