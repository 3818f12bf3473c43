#include <cstring>
#include <optional>

#include <sqlite3.h>

#include <whence/sql/error.hpp>
#include <whence/sql/transaction.hpp>
#include <whence/store/sqlite/index/format.hpp>

namespace whence::inline v0 {
namespace {

constexpr std::int64_t application_id = 0x57484E49;
constexpr std::int64_t format = 2;
constexpr int busy_milliseconds = 10'000;

constexpr std::string_view schema = R"sql(
CREATE TABLE checkpoint(
  number INTEGER PRIMARY KEY CHECK (number = 1),
  log BLOB NOT NULL,
  epoch INTEGER NOT NULL,
  position INTEGER NOT NULL,
  chain BLOB NOT NULL
) STRICT;
CREATE TABLE runs(
  number INTEGER PRIMARY KEY,
  live INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  entries INTEGER NOT NULL,
  filtered INTEGER NOT NULL,
  oldest_id BLOB NOT NULL,
  newest_id BLOB NOT NULL,
  other_ids INTEGER NOT NULL,
  blocks BLOB NOT NULL
) STRICT;
CREATE TABLE blocks(number INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
CREATE TABLE garbage(first INTEGER PRIMARY KEY, count INTEGER NOT NULL) STRICT;
CREATE TABLE state(
  number INTEGER PRIMARY KEY CHECK (number = 1),
  next_block INTEGER NOT NULL,
  next_run INTEGER NOT NULL,
  generation INTEGER NOT NULL
) STRICT;
INSERT INTO state VALUES(1, 1, 1, 1);
)sql";

std::optional<uuid> id_in(std::span<const std::uint8_t> bytes) {
  uuid::bytes_type id{};
  if (bytes.size() != id.size()) return std::nullopt;
  std::memcpy(id.data(), bytes.data(), id.size());
  return uuid(id);
}

std::uint64_t number_in(const sql::statement& row, int column) {
  return static_cast<std::uint64_t>(row.integer(column));
}

index_run run_in(const sql::statement& row, const std::string& path) {
  index_run run;
  run.number = number_in(row, 0);
  run.first = number_in(row, 1);
  run.last = number_in(row, 2);
  run.entries = number_in(row, 3);
  run.filtered = number_in(row, 4);
  const std::optional<uuid> oldest = id_in(row.blob(5));
  const std::optional<uuid> newest = id_in(row.blob(6));
  const std::span<const std::uint8_t> blocks = row.blob(8);
  if (!oldest || !newest || blocks.size() % sizeof(block_extent) != 0) index_is_damaged(path, "a run is not readable");
  run.ids = id_range::of(*oldest, *newest, row.integer(7) != 0);
  run.blocks.resize(blocks.size() / sizeof(block_extent));
  if (!blocks.empty()) std::memcpy(run.blocks.data(), blocks.data(), blocks.size());
  return run;
}

/// What a whole run must be, so that nobody who believes it reads or allocates without bound.
bool is_sound(const index_run& run, std::uint64_t next_position) {
  std::int64_t blocks = 0;
  for (const block_extent& extent : run.blocks) {
    if (extent.first < 1 || extent.count < 1) return false;
    blocks += extent.count;
  }
  return run.first == next_position && run.last >= run.first && run.filtered <= run.entries &&
         static_cast<std::uint64_t>(blocks) == run.all_blocks();
}

}  // namespace

void index_is_damaged(const std::string& path, const std::string& detail) {
  throw sql::sql_error(SQLITE_CORRUPT, path, "", detail);
}

sql::database open_index_to_write(const std::string& path) {
  sql::database db = sql::database::open(path, sql::open_mode::create);
  sqlite3_busy_timeout(db.handle(), busy_milliseconds);
  int keep = 1;
  sqlite3_file_control(db.handle(), "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
  // What is in the WAL at the end is read from there next time: closing has nothing to wait for.
  sqlite3_db_config(db.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  // Until there is something in it, it has nothing to lose.
  db.run("PRAGMA page_size=" + std::to_string(block_size::page) +
         "; PRAGMA synchronous=OFF; PRAGMA wal_autocheckpoint=1024; PRAGMA cache_size=-4096");
  const bool empty = db.integer("SELECT count(*) FROM sqlite_schema") == 0;
  // A journal on the disk that is left behind would keep visitors out.
  if (empty) db.run("PRAGMA journal_mode=MEMORY");
  db.run("PRAGMA journal_mode=WAL");
  if (empty) {
    sql::transaction making(db);
    db.run("PRAGMA application_id=" + std::to_string(application_id));
    db.run("PRAGMA user_version=" + std::to_string(format));
    db.run(schema);
    making.commit();
  }
  if (db.integer("PRAGMA application_id") != application_id || db.integer("PRAGMA user_version") != format) {
    throw sql::sql_error(SQLITE_NOTADB, path, "", "this is no index of a log");
  }
  db.run("PRAGMA synchronous=NORMAL");
  return db;
}

std::vector<index_run> read_runs(sql::database& db, bool live) {
  sql::statement rows = db.prepare(
      "SELECT number, first, last, entries, filtered, oldest_id, newest_id, other_ids, blocks FROM runs WHERE live = ? "
      "ORDER BY first");
  rows.bind(1, live ? 1 : 0);
  std::vector<index_run> runs;
  std::uint64_t next = 1;
  while (rows.step()) {
    runs.push_back(run_in(rows, db.path()));
    if (live && !is_sound(runs.back(), next)) index_is_damaged(db.path(), "its runs do not follow each other");
    next = runs.back().last + 1;
  }
  return runs;
}

void insert_run(sql::database& db, const index_run& run, bool live) {
  const std::span<const std::uint8_t> blocks(reinterpret_cast<const std::uint8_t*>(run.blocks.data()),
                                             run.blocks.size() * sizeof(block_extent));
  db.run("INSERT OR REPLACE INTO runs VALUES(?,?,?,?,?,?,?,?,?,?)",
         {run.number, live ? 1 : 0, run.first, run.last, run.entries, run.filtered, run.ids.oldest().bytes(),
          run.ids.newest().bytes(), run.ids.has_others() ? 1 : 0, blocks});
}

}  // namespace whence::inline v0
