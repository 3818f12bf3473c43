// SQL on a log in a file: what it must not do first, then what it prints.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <sys/stat.h>

#include <tests/cli/console.hpp>
#include <tests/cli/models_beside.hpp>
#include <tests/cli/shop_log.hpp>
#include <tests/no_rights.hpp>

using namespace whence;
using tests::ran;

namespace {

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

/// The shop in a file, with two models beside it.
struct shop {
  shop() {
    tests::fill_shop(*console.log, console.around.runtime);
    models.add("order_summary", *console.log, 9);
    models.add("stock", *console.log, 4);
  }
  ran sql(const std::string& statement, std::vector<std::string> more = {}) {
    std::vector<std::string> words{"sql", "-c", statement};
    words.insert(words.end(), more.begin(), more.end());
    return console.run(words);
  }
  /// Every file in the folder, whole; what readers write into -shm says who reads what, and is nothing that is kept.
  std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> all;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(std::filesystem::path(models.store()).parent_path())) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string content(std::istreambuf_iterator<char>(file), {});
      all[entry.path()] = entry.path().string().ends_with("-shm") ? "" : content;
    }
    return all;
  }

  tests::models_beside models;
  tests::console console{sqlite(models.store()), tests::shop_runtime()};
};

}  // namespace

TEST_CASE("a number that 64 bits cannot hold keeps its digits in the data; the help says where it does not") {
  shop shop;
  const std::string data = "json('{\"n\":123456789012345678901234567890}')";
  CHECK(shop.sql("SELECT " + data + " AS d", {"-o", "csv"}).out.find("123456789012345678901234567890") !=
        std::string::npos);
  CHECK(shop.sql("SELECT json_extract(" + data + ", '$.n') AS n", {"-o", "csv"}).out ==
        "n\r\n1.2345678901234568e+29\r\n");
  CHECK(shop.console.run("sql --help").out.find("64 bits cannot hold") != std::string::npos);
}

TEST_CASE("no statement writes a byte, and each that would is told what it would have done") {
  shop shop;
  struct what {
    const char* statement;
    const char* says;
  };
  const std::string copy = shop.models.store() + ".copy";
  const std::string vacuum_into = "VACUUM INTO '" + copy + "'";
  const std::string attach = "ATTACH '" + copy + "' AS x";
  const auto before = shop.files();
  for (const what& what : {
           what{"INSERT INTO entries SELECT * FROM entries", "insert into entries"},
           what{"UPDATE entries SET data = '{}'", "change entries"},
           what{"DELETE FROM entries", "delete from entries"},
           what{"DELETE FROM order_summary.orders", "delete from orders"},
           what{"REPLACE INTO stock.orders VALUES('x', 'y')", "insert into orders"},
           what{"WITH x AS (SELECT 1) INSERT INTO log SELECT * FROM x", ""},
           what{"UPDATE sqlite_master SET sql = ''", ""},
           what{"DROP TABLE log", ""},
           what{"DROP VIEW events", ""},
           what{"ALTER TABLE log RENAME TO gol", ""},
           what{"CREATE TABLE t(a)", ""},
           what{"CREATE TEMP TABLE t(a)", ""},
           what{"CREATE INDEX i ON entries(stream)", ""},
           what{"CREATE VIEW v AS SELECT 1", ""},
           what{"VACUUM", ""},
           what{vacuum_into.c_str(), ""},
           what{attach.c_str(), "attach"},
           what{"DETACH order_summary", "detach order_summary"},
           what{"BEGIN IMMEDIATE", "control transactions: BEGIN"},
           what{"COMMIT", "control transactions: COMMIT"},
           what{"SAVEPOINT s", "control transactions"},
           what{"PRAGMA query_only=OFF", "use PRAGMA query_only"},
           what{"PRAGMA journal_mode=DELETE", "use PRAGMA journal_mode"},
           what{"PRAGMA wal_checkpoint(TRUNCATE)", "use PRAGMA wal_checkpoint"},
           what{"PRAGMA user_version=7", "use PRAGMA user_version"},
           what{"PRAGMA writable_schema=ON", "use PRAGMA writable_schema"},
           what{"PRAGMA temp_store_directory='/'", "use PRAGMA"},
           what{"PRAGMA mmap_size=1000000", "use PRAGMA mmap_size"},
           what{"ANALYZE", ""},
           what{"REINDEX", ""},
           what{"SELECT load_extension('x')", ""},
           what{"EXPLAIN DELETE FROM entries", "delete from entries"},
       }) {
    CAPTURE(what.statement);
    const ran ran = shop.sql(what.statement);
    CAPTURE(ran.err);
    CHECK(ran.exit == 2);
    CHECK(ran.out == "");
    const bool told = ran.err.starts_with("whence: `whence sql` only reads, and this statement would ");
    CHECK((told || ran.err.find("may not be modified") != std::string::npos));
    CHECK(ran.err.find(what.says) != std::string::npos);
    CHECK(ran.err.find("[usage.statement, exit 2]") != std::string::npos);
    CHECK(shop.files() == before);
  }
  CHECK_FALSE(std::filesystem::exists(copy));
}

TEST_CASE("a wrong name is the statement's fault, also where there are no read models") {
  tests::models_beside models;
  tests::console console(sqlite(models.store()), tests::shop_runtime());
  tests::fill_shop(*console.log, console.around.runtime);
  for (const std::string statement : {"SELECT nope", "SELECT snippet(events)", "SELECT * FROM nope", "SELEC"}) {
    CAPTURE(statement);
    const ran ran = console.run(std::vector<std::string>{"sql", "-c", statement});
    CAPTURE(ran.err);
    CHECK(ran.exit == 2);
    CHECK(ran.err.find("[usage.statement, exit 2]") != std::string::npos);
    CHECK(ran.err.find("  where: line 1, column ") != std::string::npos);
  }
}

TEST_CASE("statements before one that would write are carried out, those after it are not") {
  shop shop;
  const ran ran = shop.sql("SELECT 1 AS a; DELETE FROM entries; SELECT 2 AS b");
  CHECK(ran.exit == 2);
  CHECK(ran.out == "a\n1\n");
  CHECK(ran.err.find("  where: line 1, column 16: DELETE FROM entries; SELECT 2 AS b\n") != std::string::npos);
}

TEST_CASE("an error points at the place in the statement") {
  shop shop;
  CHECK(
      shop.sql("DELETE FROM entries").err ==
      "whence: `whence sql` only reads, and this statement would delete from entries\n"
      "  where: line 1, column 1: DELETE FROM entries\n"
      "  why:   a log is written by its application; nothing was changed\n"
      "  do:    send the application a command; for a read model, change its projection  [usage.statement, exit 2]\n");
  struct what {
    const char* statement;
    const char* says;
    const char* where;
  };
  for (const what& what : {
           what{"SELECT * FORM events", "near \"FORM\": syntax error", "line 1, column 10: FORM events"},
           what{"SELECT 1;\n  SELECT 'é' , , 2", "near \",\"", "line 2, column 16: , 2"},
           what{"SELECT nope FROM events", "no such column: nope", "line 1, column 8: nope FROM events"},
           what{"SELECT *\nFROM event", "no such table: event", "line 1, column 1: SELECT *"},
           what{"SELECT count(*", "incomplete input", "line 1, column 15: at its end"},
           what{"SELECT nonsense(1)", "no such function: nonsense", "line 1, column 8: nonsense(1)"},
           what{"SELECT json('{')", "malformed JSON", "line 1, column 1: SELECT json('{')"},
           what{"SELECT zeroblob(100000000)", "too big", "line 1, column 1"},
           what{"SELECT \x1b[31m", "unrecognized token", "line 1, column 8: \\u001b[31m"},
       }) {
    CAPTURE(what.statement);
    const ran ran = shop.sql(what.statement);
    CAPTURE(ran.err);
    CHECK(ran.exit == 2);
    CHECK(ran.err.find(what.says) != std::string::npos);
    CHECK(ran.err.find(std::string("  where: ") + what.where) != std::string::npos);
    CHECK(ran.err.find('\x1b') == std::string::npos);
  }
}

TEST_CASE("wrong usage of sql is one message") {
  shop shop;
  struct what {
    std::vector<std::string> words;
    int exit;
    const char* says;
  };
  const std::string folder = std::filesystem::path(shop.models.store()).parent_path();
  std::ofstream(folder + "/nul.sql") << std::string("SELECT 1\0", 9);
  std::ofstream(folder + "/bytes.sql") << "SELECT '\xff'";
  std::ofstream(folder + "/long.sql") << std::string(2'000'000, ' ');
  for (const what& what : std::vector<struct what>{
           {{"sql"}, 2, "there is no statement"},
           {{"sql", "-c", " ;; "}, 2, "there is no statement"},
           {{"sql", "-c"}, 2, "--command needs a value"},
           {{"sql", "SELECT 1"}, 2, "`sql` has no place for \"SELECT 1\""},
           {{"sql", "-c", "SELECT 1", "--file", "x"}, 2, "-c and --file are both given"},
           {{"sql", "--file", folder + "/none.sql"}, 3, "[file.missing, exit 3]"},
           {{"sql", "--file", folder}, 6, "[file.is_a_directory, exit 6]"},
           {{"sql", "--file", folder + "/nul.sql"}, 2, "has a NUL in it"},
           {{"sql", "--file", folder + "/bytes.sql"}, 2, "is not UTF-8"},
           {{"sql", "--file", folder + "/long.sql"}, 2, "is too long for statements"},
           {{"sql", "-c", "SELECT 1", "--model", "nope"}, 3, "[projection.missing, exit 3]"},
           {{"sql", "-c", "SELECT 1", "--timeout", "soon"}, 2, "--timeout cannot be \"soon\""},
           {{"sql", "-c", "SELECT 1", "--limit", "-1"}, 2, "--limit cannot be \"-1\""},
           {{"sql", "-c", "SELECT 1", "-o", "mermaid"}, 2, "-o cannot be \"mermaid\""},
       }) {
    CAPTURE(what.words.back());
    const ran ran = shop.console.run(what.words);
    CAPTURE(ran.err);
    CHECK(ran.exit == what.exit);
    CHECK(ran.out == "");
    CHECK(ran.err.find(what.says) != std::string::npos);
    CHECK(count(ran.err, "whence: ") == 1);
  }
  shop.console.around.in_is_terminal = true;
  shop.console.around.read_input = [](std::size_t) -> std::string { throw std::logic_error("nobody types here"); };
  CHECK(shop.console.run("sql").err.find("give one with -c or --file, or on standard input") != std::string::npos);
  tests::console in_memory;
  CHECK(in_memory.run({"sql", "-c", "SELECT 1"}).err.find("SQL needs a log in a file") != std::string::npos);
}

TEST_CASE("a statement without an end is interrupted by SIGINT, or by its --timeout") {
  shop shop;
  const std::string endless =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i % 1000000000 = 1";
  shop.console.interrupted.waits = 0;  // it has come already
  const ran ran = shop.sql(endless);
  CHECK(ran.exit == 130);
  CHECK(ran.err == "interrupted: what was printed is not all\n");
  CHECK(ran.out == "i\n1\n");
  shop.console.interrupted.waits = 1;
  const auto system = runtime::system(1);
  shop.console.around.runtime.clock = system.clock;
  const tests::ran late = shop.sql(endless, {"--timeout", "20ms", "-o", "json"});
  CHECK(late.exit == 5);
  CHECK(late.out.starts_with("{\"items\":[\n{\"i\":1}\n],\"next\":null,\"diagnostics\":[{\"code\":\"sql.timeout\""));
  CHECK(late.err ==
        "whence: the statement took longer than 20ms\n"
        "  where: shop.db\n"
        "  do:    give it more --timeout, or narrow it: WHERE position > …  [sql.timeout, exit 5]\n");
}

TEST_CASE("a model that cannot be read is not attached, and that is said; one that is asked for is an error") {
  shop shop;
  shop.models.write("broken.current", "broken.1.1.db\n");
  shop.models.write("broken.1.1.db", "no database");
  const ran ran = shop.sql("SELECT count(*) AS n FROM order_summary.orders");
  CHECK(ran.exit == 0);
  CHECK(ran.out == "n\n2\n");
  CHECK(ran.err.starts_with("read model broken is not attached: the file of broken cannot be used"));
  CHECK(shop.sql("SELECT 1", {"--model", "stock"}).err == "");
  const tests::ran asked = shop.sql("SELECT 1", {"--model", "broken"});
  CHECK(asked.exit == 6);
  CHECK(asked.err.find("[read_model.damaged, exit 6]") != std::string::npos);
}

TEST_CASE("a pipe in the place of a model is no model, and is not waited for") {
  shop shop;
  shop.models.write("broken.current", "broken.1.1.db\n");
  REQUIRE(::mkfifo((shop.models.directory() + "/broken.1.1.db").c_str(), 0644) == 0);
  const ran ran = shop.sql("SELECT count(*) AS n FROM order_summary.orders");
  CHECK(ran.exit == 0);
  CHECK(ran.out == "n\n2\n");
  CHECK(ran.err.starts_with("read model broken is not attached: the file of broken cannot be used"));
}

TEST_CASE("more models than SQLite attaches are named") {
  shop shop;
  for (int number = 0; number < 12; ++number) shop.models.add("m" + std::to_string(number), *shop.console.log, 9);
  const ran all = shop.sql("SELECT count(*) AS n FROM pragma_database_list");
  CHECK(all.exit == 0);
  CHECK(count(all.err, "found no room: name those that you want with --model") == 4);
  CHECK(shop.sql("SELECT count(*) AS n FROM m9.orders", {"--model", "m9,stock"}).out == "n\n2\n");
}

TEST_CASE("the log's events as rows") {
  shop shop;
  CHECK(shop.sql("SELECT position, stream, version, type, data ->> '$.amount' AS amount FROM events WHERE position < 4")
            .out ==
        "position  stream         version  type          amount\n"
        "       1  order-12345          1  OrderPlaced   NULL\n"
        "       2  payment-12345        1  PaymentTaken  39.80\n"
        "       3  order-12345          2  OrderShipped  NULL\n");
  CHECK(shop.sql("SELECT type, count(*) AS events FROM events GROUP BY type ORDER BY 2 DESC, 1 LIMIT 2",
                 {"-o", "markdown"})
            .out == "| type | events |\n| --- | ---: |\n| OrderPlaced | 3 |\n| OrderCancelled | 1 |\n");
  CHECK(shop.sql("SELECT o.id, e.type FROM order_summary.orders o JOIN events e ON e.position = 1 ORDER BY o.id",
                 {"-o", "csv"})
            .out == "id,type\r\norder-1,OrderPlaced\r\norder-2,OrderPlaced\r\n");
}

TEST_CASE("each kind of value is exact in machine forms") {
  shop shop;
  const std::string values =
      "SELECT 9223372036854775807 AS i, 0.1 AS r, 1.0 AS whole, 1e300 AS large, 9e999 AS infinite, NULL AS n, x'00ff' "
      "AS b, "
      "'a\"b' AS t, '' AS empty, cast(x'ff' AS TEXT) AS bytes, 1 AS i, 2 AS i";
  CHECK(
      shop.sql(values, {"-o", "json"}).out ==
      "{\"items\":[\n{\"i\":9223372036854775807,\"r\":0.1,\"whole\":1.0,\"large\":1e+300,\"infinite\":1e999,\"n\":null,"
      "\"b\":{\"$binary\":\"00ff\"},\"t\":\"a\\\"b\",\"empty\":\"\",\"bytes\":\"\\\\xff\",\"i_2\":1,\"i_3\":2}\n],"
      "\"next\":null}\n");
  CHECK(shop.sql("SELECT 1.0, NULL, x'00ff', 'a,\"b', ''", {"-o", "csv"}).out ==
        "1.0,NULL,x'00ff',\"'a,\"\"b'\",''\r\n1.0,,x'00ff',\"a,\"\"b\",\r\n");
  CHECK(shop.sql("SELECT 'x' AS a, 2 AS b UNION ALL SELECT NULL, x'01'", {"-o", "jsonl"}).out ==
        "{\"a\":\"x\",\"b\":2}\n{\"a\":null,\"b\":{\"$binary\":\"01\"}}\n");
}

TEST_CASE("several statements print their rows one after the other") {
  shop shop;
  CHECK(shop.sql("SELECT 1 AS a; -- and\nSELECT 2 AS b, 3 AS c; SELECT 4 AS d WHERE false").out ==
        "a\n1\n\nb  c\n2  3\n\nd\n");
  CHECK(shop.sql("SELECT 1 AS a; SELECT 2 AS b", {"-o", "json"}).out ==
        "{\"items\":[\n{\"a\":1}\n],\"next\":null}\n{\"items\":[\n{\"b\":2}\n],\"next\":null}\n");
  CHECK(shop.sql("SELECT 1 AS a; SELECT 2 AS b", {"-o", "csv"}).out == "a\r\n1\r\nb\r\n2\r\n");
}

TEST_CASE("statements come from a file, or from standard input") {
  shop shop;
  const std::string file = shop.models.store() + ".sql";
  std::ofstream(file) << "SELECT 7 AS n";
  CHECK(shop.console.run({"sql", "--file", file}).out == "n\n7\n");
  shop.console.input("SELECT max(position) AS head FROM events\n");
  CHECK(shop.console.run("sql").out == "head\n   9\n");
}

TEST_CASE("what tells about the log and its models is allowed") {
  shop shop;
  for (const char* const statement :
       {"PRAGMA table_list", "PRAGMA table_info(events)", "PRAGMA database_list", "PRAGMA user_version",
        "SELECT * FROM pragma_table_info('entries')", "EXPLAIN QUERY PLAN SELECT * FROM events",
        "SELECT name FROM sqlite_schema", "SELECT value FROM json_each('[1,2]')",
        "SELECT json_group_array(type) FROM events",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i FROM n"}) {
    CAPTURE(statement);
    const ran ran = shop.sql(statement);
    CHECK(ran.exit == 0);
    CHECK(ran.err == "");
    CHECK(count(ran.out, "\n") > 1);
  }
}

TEST_CASE("on a terminal nothing that is stored moves the cursor, lists are cut, and columns fit") {
  shop shop;
  shop.console.terminal(60).with("NO_COLOR", "1");
  for (const char* const form : {"table", "json", "jsonl", "csv", "markdown"}) {
    CAPTURE(form);
    const ran ran = shop.sql("SELECT stream, data, tags AS \"\x1b[31m\" FROM events WHERE position = 8", {"-o", form});
    CHECK(ran.exit == 0);
    for (const char* const bad : {"\x1b", "\xE2\x80\xAE", "\xC2\x9B", "\x07"})
      CHECK(ran.out.find(bad) == std::string::npos);
  }
  const ran cut = shop.sql("SELECT * FROM events", {"--limit", "3"});
  CHECK(count(cut.out, "\n") == 4);
  CHECK(cut.err.find("no room for ") != std::string::npos);
  const ran many =
      shop.sql("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) SELECT i FROM n");
  CHECK(count(many.out, "\n") == 51);
  CHECK(many.err == "50 shown, and there are more; --limit 0 for all\n");
}

TEST_CASE("rows that --limit leaves out are not passed over in silence") {
  shop shop;
  const ran cut = shop.sql("SELECT position FROM events", {"--limit", "2", "-o", "json"});
  CHECK(cut.out == "{\"items\":[\n{\"position\":1},\n{\"position\":2}\n],\"next\":null,\"more\":true}\n");
  CHECK(cut.err == "2 shown, and there are more; --limit 0 for all\n");
  const ran all = shop.sql("SELECT position FROM events WHERE position < 3", {"--limit", "2", "-o", "json"});
  CHECK(all.out.ends_with("],\"next\":null}\n"));
  CHECK(all.err == "");
}

TEST_CASE("SQL on a log that is not whole says so in JSON too") {
  shop shop;
  std::filesystem::remove(shop.models.store() + ".witness");
  const ran ran = shop.sql("SELECT position FROM events WHERE position = 1", {"-o", "json"});
  CHECK(ran.exit == 6);
  CHECK(ran.out.find(R"("next":null,"diagnostics":[{"code":"log.witness_missing")") != std::string::npos);
}

TEST_CASE("SQL sees what is committed while the log is written, and is in nobody's way") {
  shop shop;
  tests::append_event(*shop.console.log, "order-1", "Order", tests::event_of("OrderPlaced", "{}", 77));
  CHECK(shop.sql("SELECT max(position) AS head FROM events").out == "head\n  10\n");
  tests::append_event(*shop.console.log, "order-1", "Order", tests::event_of("OrderPlaced", "{}", 78));
  CHECK(shop.sql("SELECT max(position) AS head FROM events").out == "head\n  11\n");
}

namespace {

/// Asks all the while whether to go on; the first time, something happens.
class happening final : public cli::interruption {
 public:
  explicit happening(std::function<void()> what) : what_(std::move(what)) {}
  bool wanted() const noexcept override {
    if (what_) std::exchange(what_, nullptr)();
    return false;
  }
  exit_code code() const noexcept override { return exit_code::interrupted; }
  bool wait(std::chrono::milliseconds) override { return true; }

 private:
  mutable std::function<void()> what_;
};

/// Closing a database that nobody else has open empties its WAL and takes it away.
void make_whole_by_itself(const std::string& database) {
  sql::database::open(database, sql::open_mode::read_write).run("PRAGMA wal_checkpoint(TRUNCATE)");
}

}  // namespace

TEST_CASE("a statement on a log or a model that nobody wrote gives no row of it once somebody does, and says so") {
  shop shop;
  shop.console.log.reset();
  const std::string log = shop.models.store();
  const std::string model = shop.models.directory() + "/stock.1.1.db";
  sql::database::open(model, sql::open_mode::read_write).run("PRAGMA journal_mode=WAL");
  for (const std::string& database : {log, model}) make_whole_by_itself(database);
  REQUIRE_FALSE(std::filesystem::exists(log + "-wal"));
  REQUIRE_FALSE(std::filesystem::exists(model + "-wal"));

  const std::filesystem::path folder = std::filesystem::path(log).parent_path();
  std::unique_ptr<tests::no_right_to_write> taken;
  const auto take_rights = [&] {
    using std::filesystem::perms;
    constexpr perms all_read = perms::owner_read | perms::owner_exec | perms::group_read | perms::group_exec |
                               perms::others_read | perms::others_exec;
    std::filesystem::permissions(shop.models.directory(), all_read);
    taken = std::make_unique<tests::no_right_to_write>(folder);
  };
  const auto give_rights_back = [&] {
    taken.reset();
    std::filesystem::permissions(shop.models.directory(), std::filesystem::perms::owner_write,
                                 std::filesystem::perm_options::add);
  };
  // Long enough for SQLite to ask whether to go on.
  const std::string slow =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)"
      " SELECT max(i), (SELECT count(*) FROM entries), (SELECT count(*) FROM stock.orders) FROM n";
  std::string written;
  SUBCASE("nobody comes") {}
  SUBCASE("the log") { written = log; }
  SUBCASE("a model") { written = model; }
  bool happened = false;
  shop.console.around.catch_interrupts = [&] {
    return std::make_unique<happening>([&] {
      if (std::exchange(happened, true) || written.empty()) return;
      give_rights_back();
      std::this_thread::sleep_for(std::chrono::milliseconds{20});  // times of change may be as coarse as that
      sql::database::open(written, sql::open_mode::read_write).run("CREATE TABLE written(by_owner)");
      take_rights();
    });
  };
  take_rights();
  const ran first = shop.sql(slow, {"-o", "jsonl"});
  INFO(first.err);
  CHECK(happened);
  if (written.empty()) {
    CHECK(first.exit == 0);
    CHECK(first.out.find("50000") != std::string::npos);
  } else {
    CHECK(first.exit == 5);
    CHECK(first.out == "");
    CHECK(first.err.find("log.changed") != std::string::npos);
    CHECK(first.err.find(written) != std::string::npos);
    CHECK(shop.sql(slow, {"-o", "jsonl"}).exit == 0);
  }
  give_rights_back();
}
