#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include <whence/core/detail/fault_points.hpp>
#include <whence/projection/errors.hpp>
#include <whence/projection/event_views.hpp>
#include <whence/projection/model_database.hpp>
#include <whence/sql/error.hpp>
#include <whence/subscription/subscription_handler.hpp>

namespace whence::inline v0 {

namespace {

constexpr std::string_view checkpoint_table = "whence_checkpoint";

/// Not through sql::transaction, which keeps its statements prepared: inside `on`, COMMIT must not be at hand.
class write_transaction {
 public:
  explicit write_transaction(sql::database& database) : database_(database) { database_.run("BEGIN IMMEDIATE"); }
  write_transaction(const write_transaction&) = delete;
  write_transaction& operator=(const write_transaction&) = delete;
  ~write_transaction() {
    if (open_ && database_.in_transaction()) sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
  void commit() {
    database_.run("COMMIT");
    open_ = false;
  }

 private:
  sql::database& database_;
  bool open_ = true;
};

}  // namespace

/// While it is on, the connection is the projection's: it reads and writes its tables, and nothing else.
struct model_database::confinement {
  bool on = false;

  class scope {
   public:
    explicit scope(confinement& whole) : whole_(whole) { whole_.on = true; }
    ~scope() { whole_.on = false; }
    scope(const scope&) = delete;
    scope& operator=(const scope&) = delete;

   private:
    confinement& whole_;
  };

  static int judge(void* self, int action, const char* first, const char* second, const char*, const char*) {
    if (!static_cast<const confinement*>(self)->on) return SQLITE_OK;
    return allows(action, first ? first : "", second ? second : "") ? SQLITE_OK : SQLITE_DENY;
  }

 private:
  static bool allows(int action, std::string_view first, std::string_view second) {
    switch (action) {
      case SQLITE_ATTACH:
      case SQLITE_DETACH:
      case SQLITE_TRANSACTION:
      case SQLITE_SAVEPOINT: return false;
      case SQLITE_PRAGMA:  // full-text search asks for it by itself
        return first == "data_version";
      case SQLITE_FUNCTION: return !is_different_each_time(second);
      case SQLITE_CREATE_TEMP_INDEX:
      case SQLITE_CREATE_TEMP_TABLE:
      case SQLITE_CREATE_TEMP_TRIGGER:
      case SQLITE_CREATE_TEMP_VIEW:  // would be gone with the connection
        return false;
      default: return first != checkpoint_table && second != checkpoint_table;
    }
  }

  static bool is_different_each_time(std::string_view function) {
    constexpr std::string_view names[] = {"random",       "randomblob",        "current_date",
                                          "current_time", "current_timestamp", "total_changes"};
    return std::ranges::find(names, function) != std::end(names);
  }
};

model_database::model_database(sql::database database, const detail::projection_definition& definition)
    : definition_(&definition), confinement_(std::make_unique<confinement>()), database_(std::move(database)) {
  sqlite3_set_authorizer(database_.handle(), &confinement::judge, confinement_.get());
}
model_database::model_database(model_database&&) noexcept = default;
model_database& model_database::operator=(model_database&&) noexcept = default;
model_database::~model_database() = default;

model_database model_database::create(const std::string& path, const detail::projection_definition& definition) {
  model_database made(sql::database::open(path, sql::open_mode::create), definition);
  made.prepare_file();
  made.create_tables();
  return made;
}

model_database model_database::create_in_memory(const detail::projection_definition& definition) {
  model_database made(sql::database::open("", sql::open_mode::in_memory), definition);
  made.create_tables();
  return made;
}

model_database model_database::open(const std::string& path, const detail::projection_definition& definition) {
  model_database opened(sql::database::open(path, sql::open_mode::read_write), definition);
  opened.database_.run("PRAGMA busy_timeout=5000");
  static_cast<void>(opened.at());  // before anything is written to what may be another's file
  opened.prepare_file();
  return opened;
}

/// The -wal stays when the last connection is closed, so that readers can open the model in a folder they cannot write; and
/// closing copies nothing, as it may happen without the model's lock. Debian's SQLite overwrites what is deleted unless told
/// otherwise.
void model_database::prepare_file() {
  database_.run(
      "PRAGMA journal_mode=WAL;"
      "PRAGMA synchronous=NORMAL;"
      "PRAGMA secure_delete=OFF");
  int keep_wal = 1;
  sqlite3_file_control(database_.handle(), "main", SQLITE_FCNTL_PERSIST_WAL, &keep_wal);
  sqlite3_db_config(database_.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

void model_database::create_tables() {
  write_transaction transaction(database_);
  database_.run(
      "CREATE TABLE whence_checkpoint("
      "projection TEXT PRIMARY KEY, version INTEGER NOT NULL, log TEXT NOT NULL, epoch INTEGER NOT NULL, "
      "position INTEGER NOT NULL, chain BLOB NOT NULL)");
  const checkpoint nothing;
  database_.run("INSERT INTO whence_checkpoint VALUES(?, ?, ?, ?, ?, ?)",
                {definition_->info.name, definition_->info.version, nothing.log.id.to_string(), nothing.log.epoch,
                 nothing.position.value(), nothing.chain});
  create_own_tables();
  transaction.commit();
}

void model_database::create_own_tables() {
  try {
    const std::unique_ptr<void, void (*)(void*)> projection(definition_->make(), definition_->destroy);
    const confinement::scope confined(*confinement_);
    definition_->create(projection.get(), database_);
  } catch (...) {
    throw projection_not_created(std::string(definition_->info.name), std::current_exception());
  }
}

checkpoint model_database::at() {
  const std::string name(definition_->info.name);
  try {
    if (!select_checkpoint_) select_checkpoint_ = prepare_checkpoint(database_, definition_->info);
    if (const auto found = read_checkpoint(*select_checkpoint_)) return *found;
  } catch (const sql::sql_error& failure) {
    const int kind = failure.primary();
    if (kind != SQLITE_ERROR && kind != SQLITE_CORRUPT && kind != SQLITE_NOTADB) throw;
    throw read_model_damaged(name, database_.path(), failure.what());
  }
  throw read_model_damaged(name, database_.path(), "it has no checkpoint of " + name);
}

sql::statement prepare_checkpoint(sql::database& database, const projection_info& projection) {
  auto select = database.prepare(
      "SELECT log, epoch, position, chain FROM whence_checkpoint WHERE projection = ? AND version = ?");
  select.bind(1, projection.name).bind(2, projection.version);
  return select;
}

std::optional<checkpoint> read_checkpoint(sql::statement& select) {
  struct reset_at_end {
    sql::statement& select;
    ~reset_at_end() { select.reset(); }
  } const reset{select};
  if (!select.step()) return std::nullopt;
  const auto id = uuid::try_parse(select.text(0));
  const auto chain = select.blob(3);
  checkpoint found;
  if (!id || chain.size() != found.chain.size()) return std::nullopt;
  found.log = {log_id{*id}, static_cast<std::uint64_t>(select.integer(1))};
  found.position = global_position{static_cast<std::uint64_t>(select.integer(2))};
  std::ranges::copy(chain, found.chain.begin());
  return found;
}

void model_database::apply(const event_page& page, const checkpoint& from, const checkpoint& reached) {
  std::optional<write_transaction> transaction(std::in_place, database_);
  if (at() != from) throw checkpoint_moved(std::string(definition_->info.name));
  if (detail::mutant(3)) {
    keep(reached);
    transaction->commit();
    transaction.emplace(database_);
  }
  project(page);
  if (!detail::mutant(3)) keep(reached);
  detail::reach(detail::phase::projection);
  transaction->commit();
}

void model_database::project(const event_page& page) {
  if (page.empty()) return;
  const std::unique_ptr<void, void (*)(void*)> projection(definition_->make(), definition_->destroy);
  const confinement::scope confined(*confinement_);
  for (const recorded_event& event : page) {
    try {
      definition_->handle(projection.get(), stored_form(event), decoder_, context_of(event), &database_);
    } catch (...) {
      throw projection_failed(std::string(definition_->info.name), event.position, std::string(event.type),
                              std::current_exception());
    }
  }
}

void model_database::keep(const checkpoint& reached) {
  database_.run("UPDATE whence_checkpoint SET log = ?, epoch = ?, position = ?, chain = ?",
                {reached.log.id.to_string(), reached.log.epoch, reached.position.value(), reached.chain});
}

void model_database::settle() { database_.run("PRAGMA wal_checkpoint(PASSIVE)"); }

}  // namespace whence::inline v0
