#include <array>
#include <cstring>
#include <optional>
#include <string>

#include <sqlite3.h>
#include <xxhash.h>

#include <whence/sql/error.hpp>
#include <whence/sql/transaction.hpp>
#include <whence/store/sqlite/index/format.hpp>

namespace whence::inline v0 {
namespace {

constexpr std::int64_t application_id = 0x57484E49;
constexpr std::int64_t format = 6;

constexpr std::string_view schema = R"sql(
CREATE TABLE checkpoint(
  number INTEGER PRIMARY KEY CHECK (number = 1),
  log BLOB NOT NULL,
  epoch INTEGER NOT NULL,
  position INTEGER NOT NULL,
  chain BLOB NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;
CREATE TABLE runs(
  number INTEGER PRIMARY KEY,
  live INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  entries INTEGER NOT NULL,
  oldest_id BLOB NOT NULL,
  newest_id BLOB NOT NULL,
  other_ids INTEGER NOT NULL,
  blocks BLOB NOT NULL,
  stream_pages INTEGER NOT NULL,
  id_pages INTEGER NOT NULL,
  pages BLOB NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;
CREATE TABLE blocks(number INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
CREATE TABLE pages(number INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
CREATE TABLE garbage(
  of_pages INTEGER NOT NULL,
  first INTEGER NOT NULL,
  count INTEGER NOT NULL,
  checksum INTEGER NOT NULL,
  PRIMARY KEY(of_pages, first)
) STRICT, WITHOUT ROWID;
CREATE TABLE state(
  number INTEGER PRIMARY KEY CHECK (number = 1),
  next_block INTEGER NOT NULL,
  next_page INTEGER NOT NULL,
  next_run INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  last INTEGER NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;
)sql";

/// By what its tables were made, in that order: SQLite keeps each text as it was written.
std::string schema_of(sql::database& db) {
  std::string all = "\n";
  sql::statement row = db.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid");
  while (row.step()) all.append(row.text(0)).append(";\n");
  return all;
}

std::int64_t checksum_of_bytes(const void* bytes, std::size_t size) noexcept {
  return static_cast<std::int64_t>(XXH3_64bits(bytes, size));
}

template <std::size_t Count>
std::int64_t checksum_of(const std::array<std::uint64_t, Count>& numbers) noexcept {
  return checksum_of_bytes(numbers.data(), sizeof numbers);
}

std::int64_t checksum_of(const index_state& state) noexcept {
  return checksum_of(std::array{static_cast<std::uint64_t>(state.next_block),
                                static_cast<std::uint64_t>(state.next_page), state.next_run,
                                static_cast<std::uint64_t>(state.generation), state.last});
}

std::int64_t checksum_of(const index_checkpoint& checkpoint) noexcept {
  std::array<std::uint64_t, 6> all{checkpoint.log.epoch, checkpoint.position.value()};
  std::memcpy(&all[2], checkpoint.log.id.value().bytes().data(), 16);
  std::memcpy(&all[4], checkpoint.chain.data(), checkpoint.chain.size());
  return checksum_of(all);
}

std::int64_t checksum_of(const index_garbage& garbage) noexcept {
  return checksum_of(std::array<std::uint64_t, 3>{garbage.of_pages ? 1u : 0u,
                                                  static_cast<std::uint64_t>(garbage.all.first),
                                                  static_cast<std::uint64_t>(garbage.all.count)});
}

std::optional<uuid> id_in(std::span<const std::uint8_t> bytes) {
  uuid::bytes_type id{};
  if (bytes.size() != id.size()) return std::nullopt;
  std::memcpy(id.data(), bytes.data(), id.size());
  return uuid(id);
}

std::uint64_t number_in(const sql::statement& row, int column) {
  return static_cast<std::uint64_t>(row.integer(column));
}

std::optional<block_list> blocks_in(std::span<const std::uint8_t> bytes) {
  block_list blocks;
  if (bytes.size() % sizeof(block_extent) != 0) return std::nullopt;
  blocks.extents.resize(bytes.size() / sizeof(block_extent));
  if (!bytes.empty()) std::memcpy(blocks.extents.data(), bytes.data(), bytes.size());
  return blocks;
}

std::span<const std::uint8_t> as_bytes(const block_list& blocks) {
  return {reinterpret_cast<const std::uint8_t*>(blocks.extents.data()), blocks.extents.size() * sizeof(block_extent)};
}

index_run run_in(const sql::statement& row, const std::string& path) {
  index_run run;
  run.number = number_in(row, 0);
  run.first = number_in(row, 1);
  run.last = number_in(row, 2);
  run.entries = number_in(row, 3);
  const std::optional<uuid> oldest = id_in(row.blob(4));
  const std::optional<uuid> newest = id_in(row.blob(5));
  std::optional<block_list> blocks = blocks_in(row.blob(7));
  std::optional<block_list> pages = blocks_in(row.blob(10));
  if (!oldest || !newest || !blocks || !pages) index_is_damaged(path, "a run is not readable");
  run.ids = id_range::of(*oldest, *newest, row.integer(6) != 0);
  run.blocks = std::move(*blocks);
  run.filter_pages = {number_in(row, 8), number_in(row, 9)};
  run.pages = std::move(*pages);
  return run;
}

/// A run says what is not in it, and is believed.
std::int64_t checksum_of(const index_run& run, bool live) {
  std::string all;
  const auto add = [&all](const void* bytes, std::size_t size) { all.append(static_cast<const char*>(bytes), size); };
  const std::array<std::uint64_t, 8> numbers{
      run.number,          live ? 1u : 0u,     run.first, run.last, run.entries, run.ids.has_others() ? 1u : 0u,
      run.filter_pages[0], run.filter_pages[1]};
  add(numbers.data(), sizeof numbers);
  for (const uuid& id : {run.ids.oldest(), run.ids.newest()}) add(id.bytes().data(), id.bytes().size());
  for (const block_list* const list : {&run.blocks, &run.pages}) {
    const std::span<const std::uint8_t> bytes = as_bytes(*list);
    const std::uint64_t size = bytes.size();
    add(&size, sizeof size);
    add(bytes.data(), bytes.size());
  }
  return checksum_of_bytes(all.data(), all.size());
}

/// What a whole run must be, so that nobody who believes it reads or allocates without bound.
bool is_sound(const index_run& run, std::uint64_t next_position) {
  for (const block_list* const list : {&run.blocks, &run.pages}) {
    for (const block_extent& extent : list->extents) {
      if (extent.first < 1 || extent.count < 1) return false;
    }
  }
  std::uint64_t pages = 0;
  for (const std::uint64_t of_filter : run.filter_pages) {
    if (of_filter > run.entries) return false;
    pages += of_filter;
  }
  return run.first == next_position && run.last >= run.first && pages == run.pages.size() &&
         run.all_blocks() == run.blocks.size();
}

}  // namespace

void index_is_damaged(const std::string& path, const std::string& detail) {
  throw sql::sql_error(SQLITE_CORRUPT, path, "", detail);
}

sql::database open_index_to_write(files& files, const std::string& path, const std::optional<file_access>& access) {
  make_if_missing(files, path, access);
  sql::database db = sql::database::open(path, sql::open_mode::create);
  sqlite3_busy_timeout(db.handle(), index_busy_milliseconds);
  int keep = 1;
  sqlite3_file_control(db.handle(), "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
  // What is in the WAL at the end is read from there next time: closing has nothing to wait for.
  sqlite3_db_config(db.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  // Until there is something in it, it has nothing to lose.
  db.run("PRAGMA page_size=" + std::to_string(block_size::page) +
         "; PRAGMA synchronous=OFF; PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-4096");
  const bool empty = db.integer("SELECT count(*) FROM sqlite_schema") == 0;
  // A journal on the disk that is left behind would keep visitors out.
  if (empty) db.run("PRAGMA journal_mode=MEMORY");
  db.run("PRAGMA journal_mode=WAL");
  if (empty) {
    sql::transaction making(db);
    db.run("PRAGMA application_id=" + std::to_string(application_id));
    db.run("PRAGMA user_version=" + std::to_string(format));
    db.run(schema);
    write_state(db, {});
    making.commit();
  }
  check_index_format(db);
  db.run("PRAGMA synchronous=NORMAL");
  return db;
}

void check_index_format(sql::database& db) {
  if (db.integer("PRAGMA application_id") != application_id) {
    throw sql::sql_error(SQLITE_NOTADB, db.path(), "", "this is no index of a log");
  }
  if (db.integer("PRAGMA user_version") != format) {
    throw sql::sql_error(SQLITE_NOTADB, db.path(), "", "this is an index of another format");
  }
  if (schema_of(db) != schema) {
    throw sql::sql_error(SQLITE_NOTADB, db.path(), "", "its tables are not those of an index");
  }
}

state_reading::state_reading(sql::database& db)
    : path_(db.path()),
      select_(db.prepare("SELECT next_block, next_page, next_run, generation, last, checksum FROM state "
                         "WHERE number = 1")) {}

index_state state_reading::read() {
  select_.reset();
  if (!select_.step()) index_is_damaged(path_, "it does not say what state it is in");
  const index_state found{.next_block = select_.integer(0),
                          .next_page = select_.integer(1),
                          .next_run = number_in(select_, 2),
                          .generation = select_.integer(3),
                          .last = number_in(select_, 4)};
  const std::int64_t checksum = select_.integer(5);
  select_.reset();
  if (checksum != checksum_of(found)) index_is_damaged(path_, "its state is not as it was written");
  return found;
}

void write_state(sql::database& db, const index_state& state) {
  db.run("INSERT OR REPLACE INTO state VALUES(1, ?, ?, ?, ?, ?, ?)",
         {state.next_block, state.next_page, state.next_run, state.generation, state.last, checksum_of(state)});
}

std::optional<index_checkpoint> read_checkpoint(sql::database& db) {
  sql::statement select = db.prepare("SELECT log, epoch, position, chain, checksum FROM checkpoint WHERE number = 1");
  if (!select.step()) return std::nullopt;
  index_checkpoint found;
  const std::optional<uuid> id = id_in(select.blob(0));
  const bool readable = id && select.blob(3).size() == found.chain.size();
  if (readable) {
    std::memcpy(found.chain.data(), select.blob(3).data(), found.chain.size());
    found.log = {log_id(*id), number_in(select, 1)};
    found.position = global_position{number_in(select, 2)};
  }
  if (!readable || select.integer(4) != checksum_of(found)) {
    index_is_damaged(db.path(), "its checkpoint is not as it was written");
  }
  return found;
}

void write_checkpoint(sql::database& db, const index_checkpoint& checkpoint) {
  db.run("INSERT OR REPLACE INTO checkpoint VALUES(1, ?, ?, ?, ?, ?)",
         {checkpoint.log.id.value().bytes(), checkpoint.log.epoch, checkpoint.position.value(), checkpoint.chain,
          checksum_of(checkpoint)});
}

std::optional<index_garbage> first_garbage(sql::database& db) {
  sql::statement first =
      db.prepare("SELECT of_pages, first, count, checksum FROM garbage ORDER BY of_pages, first LIMIT 1");
  if (!first.step()) return std::nullopt;
  const index_garbage found{first.integer(0) != 0, {first.integer(1), first.integer(2)}};
  // What it says is deleted, whatever it is.
  if (first.integer(3) != checksum_of(found) || found.all.count < 1) {
    index_is_damaged(db.path(), "what is to be deleted is not as it was written");
  }
  return found;
}

void insert_garbage(sql::database& db, const index_garbage& garbage) {
  db.run("INSERT OR REPLACE INTO garbage VALUES(?, ?, ?, ?)",
         {garbage.of_pages ? 1 : 0, garbage.all.first, garbage.all.count, checksum_of(garbage)});
}

std::vector<index_run> read_runs(sql::database& db, bool live) {
  sql::statement rows = db.prepare(
      "SELECT number, first, last, entries, oldest_id, newest_id, other_ids, blocks, stream_pages, id_pages, pages, "
      "checksum "
      "FROM runs WHERE live = ? ORDER BY first");
  rows.bind(1, live ? 1 : 0);
  std::vector<index_run> runs;
  std::uint64_t next = 1;
  while (rows.step()) {
    runs.push_back(run_in(rows, db.path()));
    if (rows.integer(11) != checksum_of(runs.back(), live)) {
      index_is_damaged(db.path(), "a run is not described as it was");
    }
    if (live && !is_sound(runs.back(), next)) index_is_damaged(db.path(), "its runs do not follow each other");
    next = runs.back().last + 1;
  }
  return runs;
}

void insert_run(sql::database& db, const index_run& run, bool live) {
  db.run("INSERT OR REPLACE INTO runs VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)",
         {run.number, live ? 1 : 0, run.first, run.last, run.entries, run.ids.oldest().bytes(),
          run.ids.newest().bytes(), run.ids.has_others() ? 1 : 0, as_bytes(run.blocks), run.filter_pages[0],
          run.filter_pages[1], as_bytes(run.pages), checksum_of(run, live)});
}

}  // namespace whence::inline v0
