// What is in the file, as somebody sees it who has nothing but SQLite.
#include <doctest/doctest.h>

#include <string>

#include <whence/store/log_errors.hpp>
#include <whence/store/sqlite/format.hpp>

#include <tests/store/sqlite/log_folder.hpp>

using namespace whence;

TEST_CASE("the view `events` shows names, times, ids and tags written out") {
  const tests::log_folder folder;
  {
    const auto log = folder.open();
    append_batch batch = folder.batch("order-1", 2, R"({"a":1})");
    new_event& second = batch.streams[0].events[1];
    second.id = event_id::parse("0192f0c1-2345-7abc-8def-0123456789ab");
    second.version = 2;
    second.occurred_at = parse_rfc3339("1969-12-31T23:59:59.999999Z");
    second.tags = {"customer:42", R"(a "quoted\" tag)"};
    second.metadata.correlation = correlation_id::parse("0192f0c1-2345-7abc-8def-0123456789ac");
    second.metadata.causation_type = "PlaceOrder";
    REQUIRE(log->append(batch).get().committed());
  }
  sql::database db = sql::database::open(folder.path(), sql::open_mode::read_only);
  const auto shown = [&](const std::string& column) {
    return db.text("SELECT " + column + " FROM events WHERE position = 2").value_or("(no row)");
  };
  CHECK(shown("stream") == "order-1");
  CHECK(shown("version") == "2");
  CHECK(shown("aggregate_type") == "Order");
  CHECK(shown("type") == "OrderPlaced");
  CHECK(shown("type_version") == "2");
  CHECK(shown("id") == "0192f0c1-2345-7abc-8def-0123456789ab");
  CHECK(shown("correlation") == "0192f0c1-2345-7abc-8def-0123456789ac");
  CHECK(shown("causation IS NULL") == "1");
  CHECK(shown("causation_type") == "PlaceOrder");
  CHECK(shown("occurred_at") == "1969-12-31T23:59:59.999999Z");
  CHECK(shown("tags") == R"(["customer:42","a \"quoted\\\" tag"])");
  CHECK(shown("json_extract(tags, '$[1]')") == R"(a "quoted\" tag)");
  CHECK(shown("data") == R"({"a":1})");
  CHECK(shown("length(chain)") == "32");
  CHECK(db.text("SELECT tags FROM events WHERE position = 1") == "[]");
}

TEST_CASE("data that are binary are a blob with a number of their own, and hexadecimal in the view") {
  const tests::log_folder folder;
  folder.append(*folder.open(), "order-1", 1, "\xD9\xD9\xF7\xF6");
  sql::database db = sql::database::open(folder.path(), sql::open_mode::read_only);
  CHECK(db.text("SELECT data FROM events") == R"({"$binary": "d9d9f7f6"})");
  CHECK(db.text("SELECT json_valid(data) FROM events") == "1");
  CHECK(db.text("SELECT typeof(data) || encoding FROM entries") == "blob1");
}

TEST_CASE("the file says what it is, and has no secondary index") {
  const tests::log_folder folder;
  folder.open();
  sql::database db = sql::database::open(folder.path(), sql::open_mode::read_only);
  CHECK(db.integer("PRAGMA application_id") == 0x57484E43);
  CHECK(db.integer("PRAGMA user_version") == 1);
  CHECK(db.integer("PRAGMA page_size") == 8192);
  CHECK(db.text("PRAGMA journal_mode") == "wal");
  CHECK(db.integer("SELECT count(*) FROM sqlite_schema WHERE type = 'index'") == 0);
  CHECK(db.integer("SELECT length(id) FROM log") == 16);
  CHECK(db.integer("SELECT epoch FROM log") == 1);
  CHECK(db.integer("SELECT format FROM log") == 1);
}

TEST_CASE("a stream's number is the position of its first event; its name is in every row") {
  const tests::log_folder folder;
  {
    const auto log = folder.open();
    folder.append(*log, "a", 1);
    folder.append(*log, "b", 2);
    folder.append(*log, "a", 1);
  }
  sql::database db = sql::database::open(folder.path(), sql::open_mode::read_only);
  CHECK(db.text("SELECT group_concat(stream) FROM (SELECT stream FROM entries ORDER BY position)") == "1,2,2,1");
  CHECK(db.text("SELECT group_concat(name) FROM (SELECT name FROM entries ORDER BY position)") == "a,b,b,a");
}

TEST_CASE("a header is judged without leaving a trace") {
  const tests::log_folder folder;
  {
    sql::database other = sql::database::open(folder.path(), sql::open_mode::create);
    other.run("PRAGMA journal_mode=WAL; CREATE TABLE t(a)");
  }
  const auto before = folder.names();
  CHECK_THROWS_AS(check_log_header(*folder.runtime().files, folder.path()), not_a_log);
  CHECK_THROWS_AS(folder.open(), not_a_log);
  CHECK_THROWS_AS(folder.visit(), not_a_log);
  CHECK(folder.names() == before);
}
