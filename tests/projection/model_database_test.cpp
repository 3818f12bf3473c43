// What a projection may do with its database, and what it may not: tried by a projection that does as it is told.
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>

#include <whence/projection/errors.hpp>
#include <whence/projection/model_database.hpp>
#include <whence/sql/error.hpp>
#include <whence/sql/transaction.hpp>
#include <whence/subscription/subscription_handler.hpp>

#include <tests/projection/ledger.hpp>
#include <tests/temporary_folder.hpp>

using namespace whence;

namespace {

std::function<void(sql::database&)> in_create;
std::function<void(sql::database&)> in_on;

struct Obedient {
  static constexpr projection_info info{"obedient", 1};
  using events = whence::events<ledger::Deposited>;
  void create(sql::database& db) {
    db.run("CREATE TABLE t(x)");
    if (in_create) in_create(db);
  }
  void on(const ledger::Deposited&, const event_context&, sql::database& db) {
    if (in_on) in_on(db);
  }
};

constexpr const auto& obedient = detail::definition_of<Obedient>;

struct bench {
  ledger::account_book book;
  event_page page;
  checkpoint reached;

  bench() {
    in_create = nullptr;
    in_on = nullptr;
    book.append(1);
    page = book.log->read(global_position{});
    reached = {book.log->identity(), global_position{1}, page.back().chain};
  }
};

void sql_in_on(const char* statement) {
  in_on = [statement](sql::database& db) { db.run(statement); };
}

}  // namespace

TEST_CASE("inside a projection nothing is allowed that leaves its tables or its transaction") {
  for (const char* statement : {"COMMIT",
                                "ROLLBACK",
                                "BEGIN",
                                "SAVEPOINT s",
                                "RELEASE s",
                                "ATTACH ':memory:' AS other",
                                "DETACH main",
                                "PRAGMA synchronous=OFF",
                                "PRAGMA journal_mode=DELETE",
                                "PRAGMA user_version=7",
                                "SELECT * FROM whence_checkpoint",
                                "UPDATE whence_checkpoint SET position = 9",
                                "DELETE FROM whence_checkpoint",
                                "DROP TABLE whence_checkpoint",
                                "ALTER TABLE whence_checkpoint RENAME TO mine",
                                "CREATE INDEX i ON whence_checkpoint(position)",
                                "CREATE TRIGGER g AFTER INSERT ON whence_checkpoint BEGIN SELECT 1; END",
                                "CREATE TEMP TABLE s(x)",
                                "CREATE TEMP VIEW v AS SELECT 1",
                                "VACUUM",
                                "INSERT INTO t VALUES(random())",
                                "INSERT INTO t VALUES(randomblob(4))",
                                "INSERT INTO t VALUES(CURRENT_TIMESTAMP)",
                                "INSERT INTO t VALUES(total_changes())"}) {
    CAPTURE(statement);
    bench given;
    auto model = model_database::create_in_memory(obedient);
    sql_in_on(statement);
    CHECK_THROWS_AS(model.apply(given.page, {}, given.reached), projection_failed);
    in_on = nullptr;
    CHECK(model.at() == checkpoint{});
    model.apply(given.page, {}, given.reached);
    CHECK(model.at() == given.reached);

    in_create = [statement](sql::database& db) { db.run(statement); };
    CHECK_THROWS_AS(model_database::create_in_memory(obedient), projection_not_created);
  }
}

TEST_CASE("the statements of the machinery are not at hand inside a projection either") {
  bench given;
  auto model = model_database::create_in_memory(obedient);
  model.apply(given.page, {}, given.reached);  // everything is prepared that is ever kept
  for (const char* statement : {"COMMIT", "ROLLBACK", "BEGIN IMMEDIATE"}) {
    in_on = [statement](sql::database& db) { db.run(statement, {}); };
    CHECK_THROWS_AS(model.apply(given.page, given.reached, given.reached), projection_failed);
  }
  in_on = [](sql::database& db) { const sql::transaction mine(db); };
  CHECK_THROWS_AS(model.apply(given.page, given.reached, given.reached), projection_failed);
}

TEST_CASE("a projection may use what is its own: tables made later, indexes, triggers, full-text search") {
  bench given;
  auto model = model_database::create_in_memory(obedient);
  in_on = [](sql::database& db) {
    db.run("CREATE TABLE later(a TEXT, b); CREATE INDEX i ON later(a); CREATE VIEW v AS SELECT a FROM later");
    db.run("CREATE TRIGGER g AFTER INSERT ON later BEGIN INSERT INTO t VALUES(new.b); END");
    db.run("INSERT INTO later VALUES(?, ?)", {"words", 3});
    db.run("CREATE VIRTUAL TABLE f USING fts5(text)");
    db.run("INSERT INTO f VALUES('a tale of two cities')");
    if (db.integer("SELECT count(*) FROM f WHERE f MATCH 'tale'") != 1) throw std::runtime_error("not found");
  };
  model.apply(given.page, {}, given.reached);
  CHECK(model.connection().integer("SELECT x FROM t") == 3);
}

TEST_CASE("a page that fails, and one that is not the next, leave rows and checkpoint as they were") {
  bench given;
  auto model = model_database::create_in_memory(obedient);
  in_on = [](sql::database& db) {
    db.run("INSERT INTO t VALUES(1)");
    throw std::runtime_error("too late");
  };
  CHECK_THROWS_AS(model.apply(given.page, {}, given.reached), projection_failed);
  in_on = [](sql::database& db) { db.run("INSERT INTO t VALUES(2)"); };
  CHECK_THROWS_AS(model.apply(given.page, given.reached, given.reached), checkpoint_moved);
  CHECK(model.connection().integer("SELECT count(*) FROM t") == 0);
  CHECK(model.at() == checkpoint{});
}

TEST_CASE("a model in a file is written fast and safe enough: NORMAL, WAL, no overwriting of what is deleted") {
  const tests::temporary_folder folder;
  in_create = nullptr;
  const std::string path = folder.file("m.db");
  auto model = model_database::create(path, obedient);
  CHECK(model.connection().text("PRAGMA journal_mode") == "wal");
  CHECK(model.connection().integer("PRAGMA synchronous") == 1);
  CHECK(model.connection().integer("PRAGMA secure_delete") == 0);
  auto again = model_database::open(path, obedient);
  CHECK(again.connection().integer("PRAGMA synchronous") == 1);
  CHECK(again.connection().integer("PRAGMA secure_delete") == 0);
}

TEST_CASE("the -wal stays when a model is closed, so that it can be read where nothing may be written") {
  const tests::temporary_folder folder;
  in_create = nullptr;
  const std::string path = folder.file("m.db");
  static_cast<void>(model_database::create(path, obedient));
  CHECK(std::filesystem::exists(path + "-wal"));
}

TEST_CASE("a model of another projection or version is not taken for one's own") {
  const tests::temporary_folder folder;
  in_create = nullptr;
  static_cast<void>(model_database::create(folder.file("m.db"), obedient));
  CHECK_THROWS_AS(model_database::open(folder.file("m.db"), detail::definition_of<ledger::Balances>),
                  read_model_damaged);
}
