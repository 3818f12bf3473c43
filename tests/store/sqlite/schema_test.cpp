// Somebody who may write the file puts other things in the place of its tables, or beside them; and bits flip in the texts by which
// they are made.
#include <doctest/doctest.h>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include <sqlite3.h>

#include <whence/store/log_backup.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_repair.hpp>
#include <whence/store/log_verification.hpp>

#include <tests/store/sqlite/log_folder.hpp>

using namespace whence;
using tests::log_folder;

namespace {

/// The code and the reason of what is thrown; "" if nothing is.
std::string told(const std::function<void()>& work) {
  try {
    work();
    return {};
  } catch (const error& failure) {
    return std::string(failure.code()) + ": " + failure.text().why;
  }
}

struct shop {
  shop() { folder.append(*folder.open(), "order-1", 3); }

  std::string visited() const {
    return told([&] { static_cast<void>(folder.visit()->read({}, {}, {})); });
  }
  std::string opened() const {
    return told([&] { folder.open()->close(); });
  }
  std::string verified() const {
    const log_verification found = verify_log(sqlite(folder.path()), folder.runtime());
    return found.sound() ? std::string()
                         : std::string(name_of(found.findings.front().what)) + ": " + found.findings.front().detail;
  }

  log_folder folder;
};

/// The pages of a table are kept; what stands under its name is another thing.
std::string gives_way(const std::string& table, const std::string& to) {
  return "DROP VIEW events; ALTER TABLE " + table + " RENAME TO kept; " + to;
}

constexpr std::size_t page_bytes = 8'192;

/// Writes into the schema what no statement would, and makes the file one page longer by its header than it is: so who reads it
/// asks SQLite to read past what is damaged.
void forge(const std::string& path, const std::string& statement) {
  {
    sql::database db = sql::database::open(path, sql::open_mode::read_write);
    sqlite3_db_config(db.handle(), SQLITE_DBCONFIG_DEFENSIVE, 0, nullptr);
    db.run("PRAGMA journal_mode=DELETE");
    db.run("PRAGMA writable_schema=ON");
    db.run(statement);
  }
  std::string bytes = log_folder::contents(path);
  constexpr std::size_t at_versions = 18;
  constexpr std::size_t at_end_of_page_count = 31;
  bytes[at_versions] = bytes[at_versions + 1] = 2;  // WAL
  ++bytes[at_end_of_page_count];
  log_folder::write(path, bytes);
}
constexpr std::size_t bytes_flipped = 150;  // of each text; the shortest one has that many

/// Of what a repair does without: the log is to be made anew, and nothing is lost.
std::string made_anew_in(const log_folder& folder) {
  const repair_plan plan = log_repair(folder.path(), folder.runtime()).plan();
  return plan.loses() ? "loses events" : plan.makes_log_anew ? "made anew" : "left as it is";
}

/// `is_needed`: for a repair, too.
void must_be_damage(const std::string& path, const log_folder& folder, bool is_needed) {
  const log_source source = sqlite(path);
  const runtime& runtime = folder.runtime();
  const auto check = [](const std::string& what) {
    CHECK_MESSAGE((what.starts_with("log.other_tables: ") || what.starts_with("log.checksum: ")), what);
  };
  check(told([&] { static_cast<void>(source.visit(runtime)->read({}, {}, {})); }));
  check(told([&] {
    const log_verification found = verify_log(source, runtime);
    if (found.loses_events()) throw log_damaged(path, global_position{}, "as it says");
  }));
  check(told([&] { back_up(source, folder.beside(".other"), runtime); }));
  if (path != folder.path()) {
    check(told([&] { restore_log(path, folder.beside(".restored"), runtime); }));
    const std::string with = told([&] { log_repair(folder.path(), runtime, {.from = {path}}); });
    if (is_needed || !with.empty()) check(with);
  } else {
    check(told([&] { source.open(runtime)->close(); }));
    std::string became;
    const std::string repaired = told([&] { became = made_anew_in(folder); });
    if (is_needed || !repaired.empty())
      check(repaired);
    else
      CHECK(became == "made anew");
  }
}

}  // namespace

TEST_CASE("nothing is believed of a log in which something else stands in the place of a table, or beside them") {
  struct meddling {
    std::string script;
    const char* why;
    bool is_needed = true;  // for a repair, too
  };
  for (const meddling& one : {
           meddling{gives_way("entries", "CREATE VIEW entries AS SELECT * FROM kept"), "`entries` is a view"},
           {gives_way("entries", "CREATE VIEW entries AS SELECT * FROM kept WHERE strftime('%H', 'now') < '24'"),
            "`entries` is a view"},
           {gives_way("types", "CREATE VIEW types AS SELECT * FROM kept"), "`types` is a view"},
           {gives_way("log", "CREATE VIEW log AS SELECT * FROM kept"), "`log` is a view"},
           {gives_way("entries", "CREATE VIRTUAL TABLE Entries USING fts4(position)"), "`Entries` is a virtual table"},
           {gives_way("entries", "CREATE TABLE entries AS SELECT * FROM kept"),
            "`entries` is not made as a log makes it"},
           {gives_way("types", ""), "`types` is missing"},
           {"ALTER TABLE entries ADD COLUMN paid INTEGER", "`entries` is not made as a log makes it"},
           {"CREATE VIEW archives AS SELECT 1 AS number", "`archives` is a view", false},
           {"CREATE TABLE archives(number)", "`archives` is not made as a log makes it", false},
           {"DROP VIEW events", "`events` is missing", false},
           {"DROP VIEW events; CREATE VIEW events AS SELECT 1 AS position", "`events` is not made as a log makes it",
            false},
           {"DROP VIEW events; CREATE TABLE events(position)", "`events` is a table", false},
           {"CREATE VIEW more AS SELECT * FROM entries", "`more` is a view that a log does not have"},
           {"CREATE INDEX more ON entries(position, stream)", "`more` is an index that a log does not have"},
           {"CREATE TRIGGER more BEFORE INSERT ON entries BEGIN SELECT raise(ignore); END",
            "`more` is a trigger that a log does not have"},
           {"CREATE VIRTUAL TABLE more USING fts4(word)", "`more` is a virtual table, and a log has none"},
           {"PRAGMA user_version = 2", "`bases` is missing", false},
       }) {
    CAPTURE(one.script);
    const shop here;
    here.folder.change(one.script);
    const auto before = here.folder.bytes_of({"", "-wal", ".witness"});
    const std::string expected = "log.other_tables: " + std::string(one.why);
    CHECK(here.visited() == expected);
    CHECK(here.opened() == expected);
    CHECK(here.verified() ==
          "tables: " + std::string(one.why) + ": nothing in it is believed, and no event was looked at");
    std::string became;
    CHECK(told([&] { became = made_anew_in(here.folder); }) == (one.is_needed ? expected : ""));
    CHECK(became == (one.is_needed ? "" : "made anew"));
    CHECK(told([&] { back_up(sqlite(here.folder.path()), here.folder.beside(".backup"), here.folder.runtime()); }) ==
          expected);
    CHECK_FALSE(std::filesystem::exists(here.folder.beside(".backup")));
    CHECK(here.folder.bytes_of({"", "-wal", ".witness"}) == before);
  }
}

TEST_CASE(
    "a row of the schema that says one thing in its columns and another in its text is not believed by who reads past "
    "it") {
  struct forgery {
    const char* row;
    const char* why;
  };
  const std::string view = "'CREATE VIEW entries AS SELECT * FROM kept WHERE strftime(''%H'', ''now'') < ''24''')";
  for (const forgery& one : {
           forgery{"'table', 'x', 'x', 5000000000, ", "`x` is a virtual table, and a log has none"},
           {"'table', 'x', 'x', '2x', ", "`x` is a virtual table, and a log has none"},
           {"'table', 'x', 'x', 2, ", "`x` is no table of that name: CREATE VIEW entries AS SELECT * FROM kep"},
           {"'table', 'entries', 'entries', 2, ", "`entries` is not made as a log makes it"},
           {"'index', 'x', 'kept', 2, ", "`x` is an index that a log does not have"},
           {"'view', 'events', 'events', 0, ", "`events` is not made as a log makes it"},
       }) {
    CAPTURE(one.row);
    const shop here;
    here.folder.change("CREATE TABLE kept(position INTEGER PRIMARY KEY)");
    const std::string first = "(rowid, type, name, tbl_name, rootpage, sql) VALUES(-1, " + std::string(one.row);
    forge(here.folder.path(), "INSERT INTO sqlite_schema" + first + view);
    CHECK(here.visited() == "log.other_tables: " + std::string(one.why));
    CHECK(here.opened().starts_with("log."));
    CHECK(here.verified() != "");
    CHECK(told([&] { log_repair(here.folder.path(), here.folder.runtime()); }).starts_with("log."));
  }
}

TEST_CASE("a table that is nowhere, and another one's text under a name that nobody knows, are not believed") {
  const char* change = nullptr;
  const char* why = nullptr;
  SUBCASE("no page has its rows") {
    change = "UPDATE sqlite_schema SET rootpage = 5000000000 WHERE name = 'entries'";
    why = "`entries` is a virtual table";
  }
  SUBCASE("it is said to belong to another table") {
    change = "UPDATE sqlite_schema SET tbl_name = 'types' WHERE name = 'entries'";
    why = "`entries` is not made as a log makes it";
  }
  SUBCASE("a text behind a name") {
    change = "UPDATE sqlite_schema SET name = 'x', tbl_name = 'x' WHERE name = 'mine'";
    why = "`x` is no table of that name: CREATE TABLE mine(word)";
  }
  const shop here;
  here.folder.change("CREATE TABLE mine(word)");
  forge(here.folder.path(), change);
  CHECK(here.visited() == "log.other_tables: " + std::string(why));
  CHECK(here.verified() != "");
}

TEST_CASE("a backup in which something else stands in the place of a table is not restored") {
  const shop here;
  const std::string backup = here.folder.beside(".backup");
  back_up(sqlite(here.folder.path()), backup, here.folder.runtime());
  sql::database::open(backup, sql::open_mode::read_write)
      .run(gives_way("entries", "CREATE VIEW entries AS SELECT * FROM kept"));
  CHECK(told([&] { restore_log(backup, here.folder.beside(".restored"), here.folder.runtime()); }) ==
        "log.other_tables: `entries` is a view");
  CHECK_FALSE(std::filesystem::exists(here.folder.beside(".restored")));
}

TEST_CASE("tables of other names are nobody's concern, nor is what SQLite has counted in the log") {
  const shop here;
  here.folder.change(
      "CREATE TABLE mine(name TEXT PRIMARY KEY, number INTEGER UNIQUE); INSERT INTO mine VALUES('a', 1); ANALYZE;"
      "CREATE TABLE \"my own\" (word); create table if not exists more\n(word); CREATE TABLE other AS SELECT * FROM "
      "mine; CREATE TABLE größe(a); CREATE TABLE [my notes](a); CREATE TABLE `more notes`(a); CREATE TABLE 'last "
      "notes'(a)");
  CHECK(here.visited() == "");
  CHECK(here.opened() == "");
  CHECK(here.verified() == "");
}

TEST_CASE("a bit that has flipped in what a table is made of is damage, and no fault of a statement") {
  const shop here;
  const std::string backup = here.folder.beside(".backup");
  back_up(sqlite(here.folder.path()), backup, here.folder.runtime());
  here.folder.change("");
  for (const std::string& path : {here.folder.path(), backup}) {
    const std::string sound = log_folder::contents(path);
    std::size_t flips = 0;
    for (const std::string_view text :
         {"CREATE TABLE log(", "CREATE TABLE types(", "CREATE TABLE entries(", "CREATE VIEW events"}) {
      const std::size_t begin = sound.find(text);
      REQUIRE(begin < page_bytes);
      for (std::size_t at = begin; at < begin + bytes_flipped; at += 5, ++flips) {
        std::string damaged = sound;
        damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ 1U << flips % 8);
        CAPTURE(at);
        CAPTURE(flips % 8);
        log_folder::write(path, damaged);
        must_be_damage(path, here.folder, text != "CREATE VIEW events");
      }
    }
    CHECK(flips > 100);
    log_folder::write(path, sound);
  }
}
