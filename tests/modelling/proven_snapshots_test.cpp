// What is owed: each build of a program holds one snapshot of a type against the whole fold, also if none of its processes lives
// long enough to do so in the background. Until then, no state that began with a snapshot is kept as one.
#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <tests/modelling/stock_room.hpp>
#include <whence/modelling/running_program.hpp>
#include <whence/sql/database.hpp>

namespace {

/// Enough for `Stock<21>` to come to something else than `Stock<0>`, which has the same fingerprint.
void receive_much(stock_room& room, std::uint64_t times = 20) {
  room.append(times, "Received", R"({"sku":"tea","count":2000000})");
}

std::int64_t count_in(const stock_room& room, const std::string& query) {
  return whence::sql::database::open(room.path(), whence::sql::open_mode::read_only).integer(query).value();
}
std::int64_t proofs(const stock_room& room) { return count_in(room, "SELECT count(*) FROM proven"); }
std::int64_t version_kept(const stock_room& room) { return count_in(room, "SELECT version FROM snapshots"); }

/// Snapshots whose comparisons cannot read the log.
std::shared_ptr<whence::snapshots> with_failing_comparisons(stock_room& room) {
  const auto here = std::this_thread::get_id();
  room.log->before_reading = [here] {
    if (std::this_thread::get_id() != here) throw std::runtime_error("the disk is gone");
  };
  return std::make_shared<whence::snapshots>(room.path(), room.log, room.runtime);
}

}  // namespace

TEST_CASE("a process that stops at once tells a snapshot that differs, and the next begins with none") {
  for (int i = 0; i < 10; ++i) {
    stock_room room;
    receive_much(room);
    room.load(room.open());

    CHECK(room.load<Stock<21>>(room.open()).state.left.at("tea") == 40'000'000);
    CHECK(room.reports() == std::vector<std::string>{"snapshot.differs"});
    CHECK(room.load<Stock<21>>(room.open()).state.left.at("tea") == 40'000'020);
    CHECK(room.reports().size() == 1);
  }
}

TEST_CASE("a state that began with a snapshot which nobody compared is not handed on") {
  stock_room room;
  receive_much(room);
  room.load(room.open());
  receive_much(room);
  {
    const auto kept = with_failing_comparisons(room);
    for (int i = 0; i < 3; ++i) CHECK(room.load<Stock<21>>(kept).state.left.at("tea") == 80'000'020);
  }
  room.log->before_reading = nullptr;
  CHECK(version_kept(room) == 20);
  CHECK(proofs(room) == 0);

  // It is still owed.
  room.load<Stock<21>>(room.open());
  CHECK(room.reports() == std::vector<std::string>{"snapshot.differs"});
  CHECK(room.load<Stock<21>>(room.open()).state.left.at("tea") == 80'000'040);
}

TEST_CASE("a build that was found right once hands states on at once") {
  stock_room room;
  room.with_snapshot();
  room.load(room.open());
  CHECK(proofs(room) == 1);

  room.append(20);
  {
    const auto kept = with_failing_comparisons(room);
    CHECK(room.load(kept).version == whence::stream_version{50});
  }
  CHECK(version_kept(room) == 50);
  CHECK(proofs(room) == 1);
}

TEST_CASE("another build owes a comparison again, and so does another fold") {
  for (const char* const change :
       {"program = zeroblob(16)", "fingerprint = zeroblob(16)", "aggregate_type = 'Shelf'"}) {
    CAPTURE(change);
    stock_room room;
    receive_much(room);
    room.load(room.open());
    room.load(room.open());
    REQUIRE(proofs(room) == 1);
    whence::sql::database::open(room.path(), whence::sql::open_mode::read_write)
        .run(std::string("UPDATE proven SET ") + change);

    room.load<Stock<21>>(room.open());
    CHECK(room.reports() == std::vector<std::string>{"snapshot.differs"});
  }
}

TEST_CASE("what was proven is forgotten with the snapshots of its type, and of many builds the last are remembered") {
  stock_room room;
  room.with_snapshot();
  for (int build = 0; build < 20; ++build) {
    room.load(room.open());
    whence::sql::database::open(room.path(), whence::sql::open_mode::read_write)
        .run("UPDATE proven SET program = randomblob(16)");
  }
  CHECK(proofs(room) == 16);

  receive_much(room);
  {
    const auto kept = room.open();
    room.load(kept);
    kept->settle();
    room.load(kept);
    kept->settle();
  }
  REQUIRE(version_kept(room) == 50);
  whence::sql::database::open(room.path(), whence::sql::open_mode::read_write)
      .run("UPDATE proven SET program = randomblob(16)");
  room.load<Stock<21>>(room.open());
  REQUIRE(room.reports() == std::vector<std::string>{"snapshot.differs"});
  CHECK(proofs(room) == 0);
  CHECK(count_in(room, "SELECT count(*) FROM snapshots") == 0);
}

TEST_CASE("a program is the same each time that it is asked, and is something") {
  CHECK(whence::detail::running_program() == whence::detail::running_program());
  CHECK(whence::detail::running_program() != whence::uuid::bytes_type{});
}
