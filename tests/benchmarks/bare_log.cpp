#include <stdexcept>

#include <tests/benchmarks/bare_log.hpp>

namespace bench {
namespace {

void step(sqlite3_stmt* statement) {
  const int result = sqlite3_step(statement);
  if (result != SQLITE_DONE && result != SQLITE_ROW) require(result, sqlite3_db_handle(statement));
  sqlite3_reset(statement);
}

void bind_blob(sqlite3_stmt* statement, int place, const whence::uuid::bytes_type& bytes) {
  sqlite3_bind_blob(statement, place, bytes.data(), static_cast<int>(bytes.size()), SQLITE_STATIC);
}

void bind_text(sqlite3_stmt* statement, int place, const std::string& text) {
  sqlite3_bind_text(statement, place, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
}

}  // namespace

void require(int result, sqlite3* handle) {
  if (result != SQLITE_OK) throw std::runtime_error(std::string("SQLite: ") + sqlite3_errmsg(handle));
}

database open_database(const std::filesystem::path& path, int flags) {
  sqlite3* handle = nullptr;
  const int result = sqlite3_open_v2(path.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  database opened(handle);
  require(result, handle);
  return opened;
}

statement prepare(sqlite3* handle, const std::string& sql) {
  sqlite3_stmt* prepared = nullptr;
  require(sqlite3_prepare_v2(handle, sql.c_str(), -1, &prepared, nullptr), handle);
  return statement(prepared);
}

void run(sqlite3* handle, const std::string& sql) {
  require(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr), handle);
}

std::string bare_options::name() const {
  return "SQLite, pages of " + std::to_string(page_bytes >> 10) + " KiB, checkpoint at " +
         std::to_string(checkpoint_bytes >> 20) + " MiB";
}

bare_log::bare_log(const std::filesystem::path& path, bare_options options)
    : options_(options), database_(open_database(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) {
  sqlite3* const handle = database_.get();
  run(handle,
      "PRAGMA page_size=" + std::to_string(options_.page_bytes) +
          "; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;"
          " PRAGMA journal_size_limit=-1; PRAGMA cache_size=-16384; PRAGMA temp_store=MEMORY;"
          " CREATE TABLE IF NOT EXISTS events(position INTEGER PRIMARY KEY, stream INTEGER NOT NULL, version INTEGER "
          "NOT NULL,"
          " type INTEGER NOT NULL, occurred_at INTEGER NOT NULL, recorded_at INTEGER NOT NULL, id BLOB NOT NULL,"
          " correlation BLOB, causation BLOB, name TEXT, causation_type TEXT, source TEXT, traceparent TEXT, tags TEXT,"
          " encoding INTEGER NOT NULL, data TEXT NOT NULL)");
  sqlite3_wal_hook(
      handle,
      [](void* self, sqlite3*, const char*, int frames) {
        auto& log = *static_cast<bare_log*>(self);
        log.wal_bytes_ = static_cast<std::size_t>(frames) * (log.options_.page_bytes + 24);
        return SQLITE_OK;
      },
      this);
  const statement head = prepare(handle, "SELECT coalesce(max(position), 0) FROM events");
  if (sqlite3_step(head.get()) != SQLITE_ROW) require(SQLITE_ERROR, handle);
  position_ = static_cast<std::uint64_t>(sqlite3_column_int64(head.get(), 0));
  begin_ = prepare(handle, "BEGIN IMMEDIATE");
  commit_ = prepare(handle, "COMMIT");
  insert_ = prepare(handle, "INSERT INTO events VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,NULL,NULL,NULL,?11,0,?12)");
}

void bare_log::insert(const sale& sale) {
  sqlite3_stmt* const insert = insert_.get();
  sqlite3_bind_int64(insert, 1, static_cast<sqlite3_int64>(++position_));
  sqlite3_bind_int64(insert, 2, static_cast<sqlite3_int64>(sale.order));
  sqlite3_bind_int64(insert, 3, static_cast<sqlite3_int64>(sale.version));
  sqlite3_bind_int64(insert, 4, static_cast<sqlite3_int64>(sale.type));
  sqlite3_bind_int64(insert, 5, sale.at.time_since_epoch().count());
  sqlite3_bind_int64(insert, 6, sale.at.time_since_epoch().count());
  bind_blob(insert, 7, sale.id.value().bytes());
  bind_blob(insert, 8, sale.correlation.value().bytes());
  bind_blob(insert, 9, sale.causation.value().bytes());
  bind_text(insert, 10, sale.stream);
  bind_text(insert, 11, sale.tag);
  bind_text(insert, 12, sale.data);
  step(insert);
}

void bare_log::append_together(const std::vector<sale>& sales) {
  if (sales.size() == 1) {
    insert(sales.front());
  } else {
    step(begin_.get());
    for (const sale& each : sales) insert(each);
    step(commit_.get());
  }
  checkpoint_if_due();
}

void bare_log::checkpoint() {
  require(sqlite3_wal_checkpoint_v2(database_.get(), "main", SQLITE_CHECKPOINT_RESTART, nullptr, nullptr),
          database_.get());
  wal_bytes_ = 0;
}

void bare_log::checkpoint_if_due() {
  if (wal_bytes_ >= options_.checkpoint_bytes) checkpoint();
}

}  // namespace bench
