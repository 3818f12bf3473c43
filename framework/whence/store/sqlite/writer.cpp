#include <algorithm>
#include <bitset>
#include <cstring>
#include <vector>

#include <sqlite3.h>

#include <whence/core/detail/fault_points.hpp>
#include <whence/sql/error.hpp>
#include <whence/sql/transaction.hpp>
#include <whence/store/sqlite/writer.hpp>

namespace whence::inline v0 {
namespace {

constexpr int busy_milliseconds = 10'000;
constexpr std::uint64_t page_bytes = 8192;
constexpr std::uint64_t frame_bytes = page_bytes + 24;

std::int64_t microseconds(timestamp time) { return time.time_since_epoch().count(); }

sql::database open_to_write(const std::string& path) {
  sql::database db = sql::database::open(path, sql::open_mode::read_write);
  sqlite3_busy_timeout(db.handle(), busy_milliseconds);
  // The WAL stays when we close, so that a visitor can read a log in a folder that it may not write; and only we decide
  // when it is copied.
  sqlite3_db_config(db.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  int keep = 1;
  sqlite3_file_control(db.handle(), "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
  // A log is in WAL mode from its first byte; a copy made by VACUUM INTO is in none.
  if (db.text("PRAGMA journal_mode=WAL") != "wal") throw sql::sql_error(SQLITE_CANTOPEN, path, "write a WAL", "");
  // journal_size_limit=-1: a WAL that has its blocks already is synced a third faster than one that grows.
  db.run(
      "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; PRAGMA journal_size_limit=-1; PRAGMA cache_size=-16384;"
      " PRAGMA temp_store=MEMORY");
  if (detail::mutant(2)) db.run("PRAGMA synchronous=OFF");
  if (detail::mutant(66)) db.run("PRAGMA synchronous=NORMAL");
  return db;
}

}  // namespace

struct log_writer::session {
  explicit session(const std::string& path)
      : db(open_to_write(path)),
        begin(db.prepare("BEGIN IMMEDIATE")),
        commit(db.prepare("COMMIT")),
        insert(db.prepare("INSERT INTO entries VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17)")),
        chain(db.prepare("SELECT chain FROM entries WHERE position = ?")) {
    insert.bind(16, log_format::encoding_json);
  }

  /// Of the insertion. Parameters keep their values: what was null in the last row and is so in this one needs no call.
  void bind_unless(bool null, int parameter, const sql::value& value) {
    if (!null) insert.bind_view(parameter, value);
    if (null && !is_null.test(static_cast<std::size_t>(parameter))) insert.bind(parameter, nullptr);
    is_null.set(static_cast<std::size_t>(parameter), null);
  }

  sql::database db;
  sql::statement begin;
  sql::statement commit;
  sql::statement insert;
  sql::statement chain;
  std::bitset<18> is_null = std::bitset<18>().set();  // as SQLite begins
};

log_writer::log_writer(std::shared_ptr<files> files, log_paths paths)
    : files_(std::move(files)), paths_(std::move(paths)) {
  connect();
  // The WAL was emptied if the last writer closed in order. If it did not, a sync may have failed before it died: then there are
  // frames that can be read, but are on no disk. They are written again before anything is committed behind them.
  const std::optional<file_status> wal = files_->status(paths_.wal);
  if (!wal || wal->size == 0 || detail::mutant(64)) return;
  rewrite_wal(wal->size);
  try {
    checkpoint();
  } catch (const sql::sql_error& failure) {
    if (failure.primary() == SQLITE_CORRUPT || failure.primary() == SQLITE_NOTADB) throw;
    // All of it is in the WAL, durably; the disk may be full for the moment.
  }
}

log_writer::~log_writer() = default;

void log_writer::connect() {
  session_ = std::make_unique<session>(paths_.log);
  sql::database& db = session_->db;
  types_.clear();
  last_type_ = 0;
  {
    sql::statement types = db.prepare("SELECT number, aggregate_type, event_type, version FROM types");
    while (types.step()) {
      types_.emplace(type_key{types.text(1), types.text(2), static_cast<std::uint32_t>(types.integer(3))},
                     types.integer(0));
      last_type_ = std::max(last_type_, types.integer(0));
    }
  }
  committed_types_ = last_type_;
  const std::optional<file_status> wal = files_->status(paths_.wal);
  wal_inode_ = wal ? wal->inode : 0;
  wal_bytes_ = 0;
  sqlite3_wal_hook(
      db.handle(),
      [](void* self, sqlite3*, const char*, int frames) {
        static_cast<log_writer*>(self)->wal_bytes_ = static_cast<std::uint64_t>(frames) * frame_bytes;
        return SQLITE_OK;
      },
      this);
}

void log_writer::begin() { session_->begin.run(); }

std::int64_t log_writer::type_number(const std::string& aggregate_type, const std::string& event_type,
                                     std::uint32_t version) {
  const auto key = std::tie(aggregate_type, event_type, version);
  if (const auto known = types_.find(key); known != types_.end()) return known->second;
  const std::int64_t number = last_type_ + 1;
  session_->db.run("INSERT INTO types VALUES(?,?,?,?)", {number, aggregate_type, event_type, version});
  types_.emplace(key, number);
  return last_type_ = number;
}

void log_writer::insert(const recorded_event& event, std::uint64_t stream_number, std::int64_t type,
                        std::string_view tags, const chain_hash& chain) {
  session& to = *session_;
  to.insert.bind(1, event.position.value());
  to.insert.bind(2, stream_number);
  to.insert.bind(3, event.version.value());
  to.insert.bind(4, type);
  to.insert.bind(5, microseconds(event.occurred_at));
  to.insert.bind(6, microseconds(event.recorded_at));
  to.insert.bind_view(7, event.id.value().bytes());
  to.bind_unless(event.correlation.value().is_nil(), 8, event.correlation.value().bytes());
  to.bind_unless(event.causation.value().is_nil(), 9, event.causation.value().bytes());
  to.insert.bind_view(10, chain);
  to.insert.bind_view(11, event.stream);
  to.bind_unless(event.causation_type.empty(), 12, event.causation_type);
  to.bind_unless(event.source.empty(), 13, event.source);
  to.bind_unless(event.traceparent.empty(), 14, event.traceparent);
  to.bind_unless(tags.empty(), 15, tags);
  to.insert.bind_view(17, event.data);
  to.insert.run();
}

void log_writer::commit() {
  session_->commit.run();
  committed_types_ = last_type_;
}

void log_writer::roll_back() noexcept {
  // Some errors have rolled back already.
  if (session_->db.in_transaction()) sqlite3_exec(session_->db.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  std::erase_if(types_, [this](const auto& type) { return type.second > committed_types_; });
  last_type_ = committed_types_;
}

std::optional<chain_hash> log_writer::stored_chain(global_position position) {
  sql::statement& select = session_->chain;
  select.reset();
  select.bind(1, position.value());
  std::optional<chain_hash> found;
  if (select.step() && select.blob(0).size() == sizeof(chain_hash)) {
    found.emplace();
    std::memcpy(found->data(), select.blob(0).data(), found->size());
  }
  select.reset();
  return found;
}

void log_writer::begin_epoch(std::uint64_t epoch, global_position position) {
  sql::transaction beginning(session_->db);
  session_->db.run("UPDATE log SET epoch = ?, began_after = ?, markers = markers + 1", {epoch, position.value()});
  beginning.commit();
}

bool log_writer::wal_is_ours() {
  const std::optional<file_status> wal = files_->status(paths_.wal);
  return wal && wal->inode == wal_inode_;
}

void log_writer::checkpoint() {
  detail::reach(detail::phase::checkpoint);
  const int result =
      sqlite3_wal_checkpoint_v2(session_->db.handle(), "main", SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  detail::reach(detail::phase::checkpoint);
  // Busy: somebody checkpoints who should not, or a reader holds on to an old part. Nothing is lost: later is well.
  if (result != SQLITE_OK && (result & 0xff) != SQLITE_BUSY) fail("checkpoint");
}

void log_writer::checkpoint_and_empty() {
  detail::reach(detail::phase::checkpoint);
  sqlite3_busy_timeout(session_->db.handle(), 0);
  const int result =
      sqlite3_wal_checkpoint_v2(session_->db.handle(), "main", SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  sqlite3_busy_timeout(session_->db.handle(), busy_milliseconds);
  if ((result & 0xff) == SQLITE_BUSY) return checkpoint();
  if (result != SQLITE_OK) fail("checkpoint");
}

void log_writer::fail(std::string_view doing) const {
  sqlite3* const handle = session_->db.handle();
  throw sql::sql_error(sqlite3_extended_errcode(handle), paths_.log, doing, sqlite3_errmsg(handle));
}

void log_writer::reopen() {
  session_.reset();
  connect();
}

void log_writer::mark() {
  sql::transaction marking(session_->db);
  session_->db.run("UPDATE log SET markers = markers + 1", {});
  marking.commit();
}

void log_writer::make_all_durable() {
  const std::optional<file_status> wal = files_->status(paths_.wal);
  if (detail::mutant(64)) return mark();
  if (wal) rewrite_wal(wal->size);
  const int result =
      sqlite3_wal_checkpoint_v2(session_->db.handle(), "main", SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  if (result != SQLITE_OK) fail("checkpoint");
  mark();
}

/// Through SQLite's own handle: opening and closing the file ourselves would drop the locks of this process.
void log_writer::rewrite_wal(std::uint64_t bytes) {
  const sql::transaction nobody_writes(session_->db);
  sqlite3_file* wal = nullptr;
  int result = sqlite3_file_control(session_->db.handle(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal);
  if (result == SQLITE_OK && (wal == nullptr || wal->pMethods == nullptr)) result = SQLITE_IOERR;
  std::vector<char> part(64u << 10);  // SQLite writes at most 128 KiB in one call
  for (std::uint64_t at = 0; at < bytes && result == SQLITE_OK; at += part.size()) {
    const int size = static_cast<int>(std::min<std::uint64_t>(part.size(), bytes - at));
    result = wal->pMethods->xRead(wal, part.data(), size, static_cast<sqlite3_int64>(at));
    if (result == SQLITE_OK) result = wal->pMethods->xWrite(wal, part.data(), size, static_cast<sqlite3_int64>(at));
  }
  if (result == SQLITE_OK) result = wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL);
  if (result != SQLITE_OK) throw sql::sql_error(result, paths_.wal, "write the WAL again", "");
}

}  // namespace whence::inline v0
