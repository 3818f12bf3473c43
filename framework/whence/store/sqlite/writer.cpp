#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include <sqlite3.h>
#include <xxhash.h>

#include <whence/core/detail/fault_points.hpp>
#include <whence/sql/error.hpp>
#include <whence/sql/transaction.hpp>
#include <whence/store/sqlite/joined_writes.hpp>
#include <whence/store/sqlite/row.hpp>
#include <whence/store/sqlite/writer.hpp>

namespace whence::inline v0 {
namespace {

constexpr int busy_milliseconds = 10'000;
constexpr std::size_t wal_header_bytes = 32;

std::uint64_t hash_of_type(std::string_view name) noexcept { return XXH3_64bits(name.data(), name.size()); }

sql::database open_to_write(const std::string& path) {
  const bool syncs = !detail::mutant(2) && !detail::mutant(66);
  sql::database db = sql::database::open(path, sql::open_mode::read_write, syncs ? joined_writes() : nullptr);
  sqlite3_busy_timeout(db.handle(), busy_milliseconds);
  // The WAL stays when we close, so that a visitor can read a log in a folder that it may not write; and only we decide
  // when it is copied.
  sqlite3_db_config(db.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  // What others put into the file does nothing with what is inserted.
  sqlite3_db_config(db.handle(), SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
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

/// SQLite's own handle of it: opening and closing the file ourselves would drop the locks of this process.
sqlite3_file& wal_of(sql::database& db) {
  sqlite3_file* wal = nullptr;
  int result = sqlite3_file_control(db.handle(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal);
  if (result == SQLITE_OK && (wal == nullptr || wal->pMethods == nullptr)) result = SQLITE_IOERR;
  if (result != SQLITE_OK) throw sql::sql_error(result, db.path(), "find its WAL", "");
  return *wal;
}

/// As its header says. (https://www.sqlite.org/walformat.html, 1.2)
int page_bytes_of(sqlite3_file& wal, std::uint64_t& bytes) {
  constexpr std::size_t at = 8;
  std::array<unsigned char, wal_header_bytes> header{};
  const int result = wal.pMethods->xRead(&wal, header.data(), static_cast<int>(header.size()), 0);
  bytes = 0;
  for (std::size_t i = at; i < at + 4; ++i) bytes = bytes << 8 | header[i];
  return result;
}

}  // namespace

struct log_writer::session {
  explicit session(const std::string& path)
      : db(open_to_write(path)),
        begin(db.prepare("BEGIN IMMEDIATE")),
        commit(db.prepare("COMMIT")),
        insertion(db),
        chain(db.prepare("SELECT chain FROM entries WHERE position = ?")) {}

  sql::database db;
  sql::statement begin;
  sql::statement commit;
  entry_insertion insertion;
  sql::statement chain;
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
  type_places_ = place_table();
  {
    const auto nowhere = [](std::uint32_t) { return false; };
    sql::statement types = db.prepare("SELECT number, aggregate_type, event_type, version FROM types ORDER BY number");
    while (types.step()) {
      type_places_.insert(hash_of_type(types.text(2)), static_cast<std::uint32_t>(types_.size()), nowhere);
      // One whose version was damaged is the type of no event: its number stays taken.
      const std::int64_t version = is_type_version(types.integer(3)) ? types.integer(3) : 0;
      types_.push_back({std::string(types.text(1)), std::string(types.text(2)), static_cast<std::uint32_t>(version),
                        types.integer(0)});
    }
  }
  committed_types_ = types_.size();
  page_bytes_ = static_cast<std::uint64_t>(db.integer("PRAGMA page_size").value_or(0));
  known_files_ = {known_file_at(paths_.wal), known_file_at(paths_.log), known_file_at(paths_.log + "-shm")};
  wal_bytes_ = 0;
  sqlite3_wal_hook(
      db.handle(),
      [](void* self, sqlite3*, const char*, int frames) {
        auto& writer = *static_cast<log_writer*>(self);
        writer.wal_bytes_ = static_cast<std::uint64_t>(frames) * writer.frame_bytes();
        return SQLITE_OK;
      },
      this);
}

void log_writer::change(const std::function<void(sql::database&)>& work) {
  begin();
  try {
    work(session_->db);
  } catch (...) {
    roll_back();
    throw;
  }
  commit();
}

void log_writer::compact(const std::function<bool()>& go_on) {
  sql::database& db = session_->db;
  constexpr int operations_between_questions = 10'000;
  struct asking {
    asking(sql::database& of, const std::function<bool()>& go_on) : db(of) {
      sqlite3_progress_handler(
          db.handle(), operations_between_questions,
          [](void* question) { return (*static_cast<const std::function<bool()>*>(question))() ? 0 : 1; },
          const_cast<std::function<bool()>*>(&go_on));
      db.run("PRAGMA temp_store=FILE");  // the copy is as large as the log
    }
    ~asking() {
      sqlite3_progress_handler(db.handle(), 0, nullptr, nullptr);
      sqlite3_exec(db.handle(), "PRAGMA temp_store=MEMORY", nullptr, nullptr, nullptr);
    }
    asking(const asking&) = delete;
    asking& operator=(const asking&) = delete;
    sql::database& db;
  } const asked(db, go_on);
  db.run("VACUUM");
}

log_writer::pages log_writer::look_at_pages() {
  const auto number = [this](std::string_view pragma) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(session_->db.integer(pragma).value_or(0), 0));
  };
  return {.all = number("PRAGMA page_count"), .free = number("PRAGMA freelist_count"), .bytes = page_bytes_};
}

void log_writer::begin() { session_->begin.run(); }

std::int64_t log_writer::type_number(const std::string& aggregate_type, const std::string& event_type,
                                     std::uint32_t version) {
  const auto is_it = [&](std::uint32_t at) {
    if (at >= types_.size()) return false;  // it was rolled back
    const event_type_row& known = types_[at];
    return known.event_type == event_type && known.version == version && known.aggregate_type == aggregate_type;
  };
  const std::uint64_t hash = hash_of_type(event_type);
  if (const auto known = type_places_.find(hash, is_it)) return types_[*known].number;
  const std::int64_t number = types_.empty() ? 1 : types_.back().number + 1;
  session_->db.run("INSERT INTO types VALUES(?,?,?,?)", {number, aggregate_type, event_type, version});
  type_places_.insert(hash, static_cast<std::uint32_t>(types_.size()), is_it);
  types_.push_back({aggregate_type, event_type, version, number});
  return number;
}

void log_writer::insert(entry_source& entries) { session_->insertion.run(entries); }

void log_writer::commit() {
  session_->commit.run();
  committed_types_ = types_.size();
}

void log_writer::roll_back() noexcept {
  // Some errors have rolled back already.
  if (session_->db.in_transaction()) sqlite3_exec(session_->db.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  types_.erase(types_.begin() + static_cast<std::ptrdiff_t>(committed_types_), types_.end());
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
  set_epoch(epoch, position);
  beginning.commit();
}

void log_writer::set_epoch(std::uint64_t epoch, global_position position) {
  session_->db.run("UPDATE log SET epoch = ?, began_after = ?, markers = markers + 1", {epoch, position.value()});
}

void log_writer::mark_import() {
  sql::database& db = session_->db;
  if (db.integer("PRAGMA application_id") == log_format::application_id_of_imports) return;
  db.run("PRAGMA application_id=" + std::to_string(log_format::application_id_of_imports));
}

void log_writer::end_import(std::uint64_t epoch, global_position position) {
  sql::transaction ending(session_->db);
  session_->db.run("PRAGMA application_id=" + std::to_string(log_format::application_id));
  set_epoch(epoch, position);
  ending.commit();
}

log_writer::known_file log_writer::known_file_at(const std::string& path) {
  const std::optional<file_status> found = files_->status(path);
  return {path, found ? found->inode : 0};
}

std::string log_writer::lost(const known_file& known) {
  if (known.inode == 0 && known.path != paths_.wal) return {};  // where files are memory, the wal-index is none
  const std::optional<file_status> found = files_->status(known.path);
  if (found && found->inode == known.inode) return {};
  return known.path + " was removed or replaced while the log was written to";
}

std::string log_writer::lost_wal() { return lost(known_files_.front()); }

std::string log_writer::lost_file() {
  for (const known_file& known : known_files_)
    if (std::string what = lost(known); !what.empty()) return what;
  return {};
}

std::string log_writer::cut_file() {
  const std::optional<file_status> wal = files_->status(paths_.wal);
  return wal && wal->size < wal_bytes_ ? paths_.wal + " was cut short of what was committed" : std::string{};
}

void log_writer::checkpoint() {
  detail::reach(detail::phase::checkpoint);
  const int result =
      sqlite3_wal_checkpoint_v2(session_->db.handle(), "main", SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  detail::reach(detail::phase::checkpoint);
  // Busy: somebody checkpoints who should not, or a reader holds on to an old part. Nothing is lost: later is well.
  if (result != SQLITE_OK && (result & 0xff) != SQLITE_BUSY) fail("checkpoint");
}

bool log_writer::checkpoint_and_empty() {
  detail::reach(detail::phase::checkpoint);
  sqlite3_busy_timeout(session_->db.handle(), 0);
  const int result =
      sqlite3_wal_checkpoint_v2(session_->db.handle(), "main", SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  sqlite3_busy_timeout(session_->db.handle(), busy_milliseconds);
  if ((result & 0xff) == SQLITE_BUSY) {
    checkpoint();
    return false;
  }
  if (result != SQLITE_OK) fail("checkpoint");
  wal_bytes_ = 0;
  return true;
}

std::optional<std::uint64_t> log_writer::free_bytes() { return files_->free_bytes(paths_.log); }

void log_writer::cut_wal() {
  const sql::transaction nobody_writes(session_->db);
  sqlite3_file& wal = wal_of(session_->db);
  sqlite3_int64 size = 0;
  int result = wal.pMethods->xFileSize(&wal, &size);
  const std::uint64_t end = committed_bytes_of_wal();
  std::uint64_t page_bytes = page_bytes_;
  if (result == SQLITE_OK && end != 0) result = page_bytes_of(wal, page_bytes);
  // What does not fit together says nothing of where the last commit ends.
  if (result == SQLITE_IOERR_SHORT_READ ||
      (result == SQLITE_OK && (static_cast<std::uint64_t>(size) < end || page_bytes != page_bytes_))) {
    throw sql::sql_error(SQLITE_CORRUPT, paths_.wal, "cut the WAL", "it does not have all that was committed");
  }
  if (result == SQLITE_OK && static_cast<std::uint64_t>(size) == end) return;
  if (result == SQLITE_OK) result = wal.pMethods->xTruncate(&wal, static_cast<sqlite3_int64>(end));
  if (result == SQLITE_OK) result = wal.pMethods->xSync(&wal, SQLITE_SYNC_NORMAL);
  if (result != SQLITE_OK) throw sql::sql_error(result, paths_.wal, "cut the WAL", "");
}

/// As the wal-index says, which does not change while one is in a transaction that writes: the number of its last valid frame is at
/// 16. (https://www.sqlite.org/walformat.html, 2.1)
std::uint64_t log_writer::committed_bytes_of_wal() {
  constexpr int region_bytes = 32'768;
  constexpr std::size_t at = 16;
  sqlite3_file* database = nullptr;
  int result = sqlite3_file_control(session_->db.handle(), "main", SQLITE_FCNTL_FILE_POINTER, &database);
  void volatile* region = nullptr;
  if (result == SQLITE_OK) result = database->pMethods->xShmMap(database, 0, region_bytes, 0, &region);
  if (result == SQLITE_OK && region == nullptr) result = SQLITE_IOERR_SHMMAP;
  if (result != SQLITE_OK) throw sql::sql_error(result, paths_.log, "read the wal-index", "");
  std::uint32_t frames = 0;
  std::memcpy(&frames, const_cast<const char*>(static_cast<volatile char*>(region)) + at, sizeof frames);
  return frames == 0 ? 0 : wal_header_bytes + frames * frame_bytes();
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

void log_writer::rewrite_wal(std::uint64_t bytes) {
  const sql::transaction nobody_writes(session_->db);
  sqlite3_file* const wal = &wal_of(session_->db);
  int result = SQLITE_OK;
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
