#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include <sqlite3.h>
#include <xxhash.h>

#include <whence/sql/error.hpp>
#include <whence/sql/transaction.hpp>
#include <whence/store/sqlite/index.hpp>

namespace whence::inline v0 {
namespace {

constexpr std::int64_t application_id = 0x57484E49;  // "WHNI"
constexpr std::int64_t index_format = 1;
constexpr int busy_milliseconds = 10'000;

constexpr std::string_view schema = R"sql(
CREATE TABLE keys(key INTEGER NOT NULL, position INTEGER NOT NULL, PRIMARY KEY(key, position)) WITHOUT ROWID, STRICT;
CREATE TABLE checkpoint(
  number INTEGER PRIMARY KEY CHECK (number = 1),
  log BLOB NOT NULL,
  epoch INTEGER NOT NULL,
  position INTEGER NOT NULL,
  chain BLOB NOT NULL
) STRICT;
)sql";

/// The kind of a key is in its hash, so that a stream and an event never share one by design.
index_key hash(char kind, std::string_view value) noexcept {
  return XXH3_64bits_withSeed(value.data(), value.size(), static_cast<XXH64_hash_t>(kind));
}

std::int64_t as_stored(index_key key) noexcept { return static_cast<std::int64_t>(key); }

std::int64_t at_most_signed(std::uint64_t position) noexcept {
  return static_cast<std::int64_t>(std::min<std::uint64_t>(position, std::numeric_limits<std::int64_t>::max()));
}

std::optional<index_checkpoint> read_checkpoint(sql::database& db) {
  sql::statement select = db.prepare("SELECT log, epoch, position, chain FROM checkpoint WHERE number = 1");
  if (!select.step()) return std::nullopt;
  index_checkpoint found;
  uuid::bytes_type id{};
  if (select.blob(0).size() != id.size() || select.blob(3).size() != found.chain.size()) return std::nullopt;
  std::memcpy(id.data(), select.blob(0).data(), id.size());
  std::memcpy(found.chain.data(), select.blob(3).data(), found.chain.size());
  found.log = {log_id(uuid(id)), static_cast<std::uint64_t>(select.integer(1))};
  found.position = global_position{static_cast<std::uint64_t>(select.integer(2))};
  return found;
}

std::vector<std::uint64_t> positions(sql::statement& select) {
  std::vector<std::uint64_t> found;
  while (select.step()) found.push_back(static_cast<std::uint64_t>(select.integer(0)));
  select.reset();
  return found;
}

}  // namespace

index_key key_of_stream(std::string_view name) noexcept { return hash('s', name); }

index_key key_of_event(const event_id& id) noexcept {
  const uuid::bytes_type& bytes = id.value().bytes();
  return hash('e', {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

sql::database index_writer::connect(const std::string& path) {
  sql::database db = sql::database::open(path, sql::open_mode::create);
  sqlite3_busy_timeout(db.handle(), busy_milliseconds);
  int keep = 1;
  sqlite3_file_control(db.handle(), "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
  // What is in the WAL at the end is read from there next time: closing has nothing to wait for.
  sqlite3_db_config(db.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  db.run("PRAGMA synchronous=OFF; PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=4096; PRAGMA cache_size=-16384");
  const bool empty = db.integer("SELECT count(*) FROM sqlite_schema") == 0;
  if (empty) {
    sql::transaction making(db);
    db.run("PRAGMA application_id=" + std::to_string(application_id));
    db.run("PRAGMA user_version=" + std::to_string(index_format));
    db.run(schema);
    making.commit();
  }
  if (db.integer("PRAGMA application_id") != application_id || db.integer("PRAGMA user_version") != index_format) {
    throw sql::sql_error(SQLITE_NOTADB, path, "", "this is no index of a log");
  }
  db.run("PRAGMA synchronous=NORMAL");  // from now on; an index that is empty has nothing to lose
  return db;
}

index_writer index_writer::open(files& files, const std::string& path) {
  try {
    return index_writer(connect(path));
  } catch (const sql::sql_error& failure) {
    if (failure.primary() != SQLITE_NOTADB && failure.primary() != SQLITE_CORRUPT && failure.primary() != SQLITE_ERROR)
      throw;
  }
  return replace(files, path);
}

index_writer index_writer::replace(files& files, const std::string& path) {
  // Nothing is lost with it. Readers that have the old file open keep reading that, and see how far it goes.
  for (const char* const part : {"", "-wal", "-shm", "-journal"}) files.remove(path + part);
  return index_writer(connect(path));
}

index_writer::index_writer(sql::database db)
    : db_(std::move(db)), insert_(db_.prepare("INSERT OR IGNORE INTO keys VALUES(?, ?)")) {}

std::optional<index_checkpoint> index_writer::checkpoint() { return read_checkpoint(db_); }

void index_writer::add(const std::vector<indexed_event>& events, const log_identity& log) {
  std::vector<std::pair<std::int64_t, std::int64_t>> pairs;
  pairs.reserve(events.size() * 2);
  for (const indexed_event& event : events) {
    const std::int64_t position = at_most_signed(event.position);
    pairs.emplace_back(as_stored(event.stream), position);
    pairs.emplace_back(as_stored(event.id), position);
  }
  // In the order of the table, each page of it is visited once.
  std::sort(pairs.begin(), pairs.end());

  sql::transaction adding(db_);
  for (const auto& [key, position] : pairs) {
    insert_.bind(1, key);
    insert_.bind(2, position);
    insert_.run();
  }
  db_.run("INSERT OR REPLACE INTO checkpoint VALUES(1, ?, ?, ?, ?)",
          {log.id.value().bytes(), log.epoch, events.back().position, events.back().chain});
  adding.commit();
}

index_reader::index_reader(const std::string& path)
    : db_(sql::database::open(path, sql::open_mode::read_only)),
      ascending_(db_.prepare(
          "SELECT position FROM keys WHERE key = ?1 AND position > ?2 ORDER BY position LIMIT ?3 OFFSET ?4")),
      descending_(
          db_.prepare("SELECT position FROM keys WHERE key = ?1 AND position < ?2 ORDER BY position DESC LIMIT ?3")) {
  sqlite3_busy_timeout(db_.handle(), busy_milliseconds);
  db_.run("PRAGMA cache_size=-8192");
}

index_reader::snapshot::snapshot(index_reader& index) : index_(index) { index_.db_.run("BEGIN", {}); }

index_reader::snapshot::~snapshot() {
  index_.ascending_.reset();
  index_.descending_.reset();
  if (index_.db_.in_transaction()) sqlite3_exec(index_.db_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

std::optional<index_checkpoint> index_reader::checkpoint() { return read_checkpoint(db_); }

std::vector<std::uint64_t> index_reader::ascending(index_key key, std::uint64_t after, std::size_t limit,
                                                   std::uint64_t skip) {
  ascending_.reset();
  ascending_.bind(1, as_stored(key));
  ascending_.bind(2, at_most_signed(after));
  ascending_.bind(3, at_most_signed(limit));
  ascending_.bind(4, at_most_signed(skip));
  return positions(ascending_);
}

std::vector<std::uint64_t> index_reader::descending(index_key key, std::uint64_t before, std::size_t limit) {
  descending_.reset();
  descending_.bind(1, as_stored(key));
  descending_.bind(2, at_most_signed(before));
  descending_.bind(3, at_most_signed(limit));
  return positions(descending_);
}

}  // namespace whence::inline v0
