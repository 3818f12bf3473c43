// A read model that lies, without the files that SQLite makes to read it, where no file can be made: and an owner who comes and
// writes it while somebody reads.
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include <whence/sql/database.hpp>
#include <whence/store/log_errors.hpp>

#include <tests/no_rights.hpp>
#include <tests/projection/shop.hpp>

using namespace ledger;
using tests::no_right_to_write;

namespace {

struct resting_model : shop {
  resting_model() {
    book.append(20);
    runner<Balances>()->include({book.log->identity().epoch, book.log->head()}, 5s);
    make_whole_by_itself();
    expected = expected_model(20);
    REQUIRE(fs::exists(path));
    REQUIRE_FALSE(fs::exists(path + "-wal"));
    fs::permissions(folder.path(), fs::perms::group_exec | fs::perms::others_exec, fs::perm_options::add);
    take_rights();
  }
  ~resting_model() { taken.reset(); }

  /// Closing a database that nobody else has open empties its WAL and takes it away.
  void make_whole_by_itself() const {
    sql::database::open(path, sql::open_mode::read_write).run("PRAGMA wal_checkpoint(TRUNCATE)");
  }
  void take_rights() { taken = std::make_unique<no_right_to_write>(directory); }

  /// The owner has the rights for as long as that takes.
  void write_as_owner() {
    taken.reset();
    std::this_thread::sleep_for(20ms);  // times of change may be as coarse as that
    sql::database::open(path, sql::open_mode::read_write).run("CREATE TABLE written(by_owner)");
    make_whole_by_itself();
    take_rights();
  }

  std::string path = directory + "/balances.1.1.db";
  std::string expected;
  std::unique_ptr<no_right_to_write> taken;
};

}  // namespace

TEST_CASE_FIXTURE(resting_model,
                  "a read model at rest is read where no file can be made beside it, and nothing is made") {
  const auto before = files();
  const auto visiting = runner<Balances>();
  CHECK(read(visiting) == expected);
  CHECK(read(visiting) == expected);
  CHECK(visiting->position() == global_position{20});
  CHECK(files() == before);
}

TEST_CASE_FIXTURE(resting_model,
                  "what was read of a model at rest while somebody wrote it is given up, whatever came of it") {
  const auto visiting = runner<Balances>();
  const read_model model(visiting);
  REQUIRE(model.read(whole_model) == expected);
  std::string read_meanwhile;
  SUBCASE("a value") {
    CHECK_THROWS_AS(model.read([&](sql::database& db) {
      read_meanwhile = whole_model(db);
      write_as_owner();
      return read_meanwhile;
    }),
                    log_changed);
  }
  SUBCASE("nothing") {
    CHECK_THROWS_AS(model.read([&](sql::database& db) {
      read_meanwhile = whole_model(db);
      write_as_owner();
    }),
                    log_changed);
  }
  SUBCASE("a failure of the query") {
    CHECK_THROWS_AS(model.read([&](sql::database& db) {
      read_meanwhile = whole_model(db);
      write_as_owner();
      throw std::runtime_error("what it found was torn");
    }),
                    log_changed);
  }
  CHECK(read_meanwhile == expected);
  CHECK(model.read([](sql::database& db) {
    return db.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'written'");
  }) == 1);
}

TEST_CASE_FIXTURE(resting_model, "a failure of a query of a model at rest that nobody wrote is the query's own") {
  const auto visiting = runner<Balances>();
  CHECK_THROWS_AS(read_model(visiting).read([](sql::database&) { throw std::runtime_error("its own"); }),
                  std::runtime_error);
}
