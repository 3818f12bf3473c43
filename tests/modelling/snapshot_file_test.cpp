// The file of snapshots, as the world treats it: damaged, deleted, replaced, not to be made. No state is another than the fold.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <tests/modelling/stock_room.hpp>
#include <whence/sql/database.hpp>

TEST_CASE("a snapshot that was altered in any of its columns is passed over") {
  for (const char* const change :
       {"state = CAST(state || x'00' AS BLOB)", "version = 29", "version = 31", "position = 29", "chain = zeroblob(16)",
        "log = zeroblob(16)", "epoch = epoch + 1", "fingerprint = zeroblob(16)", "fingerprint = x'00'",
        "aggregate_type = 'Shelf'", "checksum = checksum + 1"}) {
    CAPTURE(change);
    stock_room room;
    room.with_snapshot();
    whence::sql::database::open(room.path(), whence::sql::open_mode::read_write)
        .run(std::string("UPDATE snapshots SET ") + change);
    const auto kept = room.open();
    CHECK(text_of(room.load(kept).state) == text_of(room.load(nullptr).state));
    CHECK(kept->counts().used == 0);
  }
}

TEST_CASE("what is no file of snapshots is made anew, and a missing one is no loss") {
  stock_room room;
  room.with_snapshot();
  SUBCASE("noise") {
    std::ofstream(room.path(), std::ios::trunc) << std::string(10'000, 'x');
    for (const char* const part : {"-wal", "-shm"}) std::filesystem::remove(room.path() + part);
  }
  SUBCASE("one of another format") {
    whence::sql::database::open(room.path(), whence::sql::open_mode::read_write)
        .run("PRAGMA user_version=77; ALTER TABLE snapshots RENAME TO states");
  }
  SUBCASE("damaged in its middle") { room.overwrite(4'096, std::string(4'096, 'x')); }
  SUBCASE("nothing") {
    for (const char* const part : {"", "-wal", "-shm"}) std::filesystem::remove(room.path() + part);
  }
  {
    const auto kept = room.open();
    CHECK(room.load(kept).version == whence::stream_version{30});
    kept->settle();
    CHECK(kept->counts().written == 1);
  }
  const auto kept = room.open();
  room.load(kept);
  CHECK(kept->counts().used == 1);
}

TEST_CASE("where no file can be made, aggregates are loaded all the same, and it is said once") {
  stock_room room;
  room.append(20);
  const auto kept = room.open(room.folder.file("missing/shop.db.snapshots"));
  for (int i = 0; i < 3; ++i) {
    CHECK(room.load(kept).version == whence::stream_version{20});
    kept->settle();
  }
  CHECK(kept->counts().dropped == 3);
  CHECK(room.reports().size() == 1);
}

TEST_CASE("a database of something else is left as it is, and it is said once") {
  stock_room room;
  room.append(20);
  whence::sql::database::open(room.path(), whence::sql::open_mode::create)
      .run("CREATE TABLE t(x); INSERT INTO t VALUES(7)");
  const auto kept = room.open();
  for (int i = 0; i < 3; ++i) {
    CHECK(room.load(kept).version == whence::stream_version{20});
    kept->settle();
  }
  CHECK(room.reports() == std::vector<std::string>{"snapshot.foreign_file"});
  auto untouched = whence::sql::database::open(room.path(), whence::sql::open_mode::read_only);
  CHECK(untouched.integer("SELECT x FROM t") == 7);
  CHECK(untouched.text("PRAGMA journal_mode") == "delete");
}

TEST_CASE("the file is deleted and replaced while it is in use: loads go on, and so do snapshots") {
  stock_room room;
  room.with_snapshot();
  const auto kept = room.open();
  room.load(kept);
  REQUIRE(kept->counts().used == 1);
  SUBCASE("deleted with what belongs to it") {
    for (const char* const part : {"", "-wal", "-shm"}) std::filesystem::remove(room.path() + part);
  }
  SUBCASE("deleted alone") { std::filesystem::remove(room.path()); }
  SUBCASE("replaced by noise") {
    std::filesystem::remove(room.path());
    std::ofstream(room.path()) << std::string(10'000, 'x');
  }
  CHECK(room.load(kept).version == whence::stream_version{30});
  CHECK(room.first_read() == whence::stream_version{1});
  kept->settle();
  CHECK(kept->counts().written == 1);
  room.load(kept);
  CHECK(room.first_read() == whence::stream_version{31});
  CHECK(room.reports().empty());
}

TEST_CASE("whatever byte of the file is altered, no state is another than that of the fold") {
  stock_room room;
  room.with_snapshot();
  {
    // All in the one file.
    auto db = whence::sql::database::open(room.path(), whence::sql::open_mode::read_write);
    db.run("PRAGMA wal_checkpoint(TRUNCATE)");
  }
  const std::string folded = text_of(room.load(nullptr).state);
  std::ifstream file(room.path(), std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(file)), {});
  const std::size_t row = whole.rfind("stock-1Stock");
  REQUIRE(row != std::string::npos);
  std::uint64_t passed_over = 0;
  for (std::uint64_t i = 0; i < 400; ++i) {
    // More often where the row is than elsewhere.
    const std::uint64_t at = (i % 4 == 0 ? i * 2'654'435'761 : row - 16 + i * 7 % 200) % whole.size();
    CAPTURE(at);
    std::string altered = whole;
    altered[at] = static_cast<char>(altered[at] ^ (1 << i % 8));
    for (const char* const part : {"", "-wal", "-shm"}) std::filesystem::remove(room.path() + part);
    std::ofstream(room.path(), std::ios::binary) << altered;
    const auto kept = room.open();
    CHECK(text_of(room.load(kept).state) == folded);
    if (kept->counts().used == 0) ++passed_over;
  }
  CHECK(passed_over > 200);
}
