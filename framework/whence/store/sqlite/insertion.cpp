#include <new>
#include <string>

#include <sqlite3.h>

#include <whence/sql/error.hpp>
#include <whence/store/sqlite/format.hpp>
#include <whence/store/sqlite/insertion.hpp>
#include <whence/store/sqlite/row.hpp>

namespace whence::inline v0 {

struct shown_entries {
  entry_source* from = nullptr;
  const new_entry* at = nullptr;

  int move_on() noexcept {
    try {
      at = from->next();
      return SQLITE_OK;
    } catch (...) {
      return SQLITE_NOMEM;
    }
  }
};

namespace {

constexpr const char* module_name = "whence_new_entries";

struct table : sqlite3_vtab {
  shown_entries* shown;
};

struct cursor : sqlite3_vtab_cursor {
  shown_entries* shown;
};

shown_entries& shown_at(sqlite3_vtab_cursor* at) noexcept { return *static_cast<cursor*>(at)->shown; }

/// The views outlast the row: SQLite copies them once, to their place on a page.
void give_text(sqlite3_context* to, std::string_view text) noexcept {
  if (!text.empty()) sqlite3_result_text64(to, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
}

void give_data(sqlite3_context* to, std::string_view data) noexcept {
  if (form_of(data) == form::json) return give_text(to, data);
  sqlite3_result_blob64(to, data.data(), data.size(), SQLITE_STATIC);
}

template <class Bytes>
void give_bytes(sqlite3_context* to, const Bytes& bytes) noexcept {
  sqlite3_result_blob(to, bytes.data(), static_cast<int>(bytes.size()), SQLITE_STATIC);
}

template <class Id>
void give_id(sqlite3_context* to, const Id& id) noexcept {
  if (!id.value().is_nil()) give_bytes(to, id.value().bytes());
}

void give_number(sqlite3_context* to, std::uint64_t number) noexcept {
  sqlite3_result_int64(to, static_cast<std::int64_t>(number));
}

void give_time(sqlite3_context* to, timestamp time) noexcept {
  sqlite3_result_int64(to, time.time_since_epoch().count());
}

int connect(sqlite3* db, void* shown, int, const char* const*, sqlite3_vtab** made, char**) noexcept {
  const int result = sqlite3_declare_vtab(db,
                                          "CREATE TABLE x(position, stream, version, type, occurred_at, recorded_at, "
                                          "id, correlation, causation, chain, name,"
                                          " causation_type, source, traceparent, tags, encoding, data)");
  if (result != SQLITE_OK) return result;
  *made = new (std::nothrow) table{{}, static_cast<shown_entries*>(shown)};
  return *made == nullptr ? SQLITE_NOMEM : SQLITE_OK;
}

int disconnect(sqlite3_vtab* made) noexcept {
  delete static_cast<table*>(made);
  return SQLITE_OK;
}

int open(sqlite3_vtab* of, sqlite3_vtab_cursor** made) noexcept {
  *made = new (std::nothrow) cursor{{}, static_cast<table*>(of)->shown};
  return *made == nullptr ? SQLITE_NOMEM : SQLITE_OK;
}

int close(sqlite3_vtab_cursor* opened) noexcept {
  delete static_cast<cursor*>(opened);
  return SQLITE_OK;
}

/// A column that is given nothing is null.
int column(sqlite3_vtab_cursor* at, sqlite3_context* to, int which) noexcept {
  const new_entry& entry = *shown_at(at).at;
  const recorded_event& event = entry.event;
  switch (static_cast<entry_row::column>(which)) {
    case entry_row::position_column: give_number(to, event.position.value()); break;
    case entry_row::stream_column: give_number(to, entry.stream); break;
    case entry_row::version_column: give_number(to, event.version.value()); break;
    case entry_row::type_column: sqlite3_result_int64(to, entry.type); break;
    case entry_row::occurred_at_column: give_time(to, event.occurred_at); break;
    case entry_row::recorded_at_column: give_time(to, event.recorded_at); break;
    case entry_row::id_column: give_id(to, event.id); break;
    case entry_row::correlation_column: give_id(to, event.correlation); break;
    case entry_row::causation_column: give_id(to, event.causation); break;
    case entry_row::chain_column: give_bytes(to, entry.chain); break;
    case entry_row::name_column: give_text(to, event.stream); break;
    case entry_row::causation_type_column: give_text(to, event.causation_type); break;
    case entry_row::source_column: give_text(to, event.source); break;
    case entry_row::traceparent_column: give_text(to, event.traceparent); break;
    case entry_row::tags_column: give_text(to, entry.tags); break;
    case entry_row::encoding_column: sqlite3_result_int64(to, log_format::encoding_of(event.data)); break;
    case entry_row::data_column: give_data(to, event.data); break;
  }
  return SQLITE_OK;
}

/// Without xCreate the table is there by the module's name, and nobody can make another.
sqlite3_module make_module() noexcept {
  sqlite3_module made{};
  made.xConnect = connect;
  made.xDisconnect = disconnect;
  made.xBestIndex = [](sqlite3_vtab*, sqlite3_index_info*) noexcept { return SQLITE_OK; };
  made.xOpen = open;
  made.xClose = close;
  made.xFilter = [](sqlite3_vtab_cursor* at, int, const char*, int, sqlite3_value**) noexcept {
    return shown_at(at).move_on();
  };
  made.xNext = [](sqlite3_vtab_cursor* at) noexcept { return shown_at(at).move_on(); };
  made.xEof = [](sqlite3_vtab_cursor* at) noexcept { return static_cast<int>(shown_at(at).at == nullptr); };
  made.xColumn = column;
  made.xRowid = [](sqlite3_vtab_cursor*, sqlite3_int64*) noexcept { return SQLITE_ERROR; };
  return made;
}

/// The connection owns what the table shows.
shown_entries* make_table(sql::database& db) {
  static const sqlite3_module module = make_module();
  auto* const shown = new shown_entries;
  // It is deleted also if this fails.
  const int result = sqlite3_create_module_v2(db.handle(), module_name, &module, shown,
                                              [](void* gone) { delete static_cast<shown_entries*>(gone); });
  if (result != SQLITE_OK) throw sql::sql_error(result, db.path(), "make a virtual table", "");
  return shown;
}

}  // namespace

// OR ROLLBACK: a group is inserted whole or not at all, so that SQLite keeps no journal for this one statement.
entry_insertion::entry_insertion(sql::database& db)
    : shown_(make_table(db)),
      insert_(db.prepare("INSERT OR ROLLBACK INTO entries SELECT * FROM " + std::string(module_name))) {}

void entry_insertion::run(entry_source& from) {
  struct while_it_runs {
    shown_entries& shown;
    ~while_it_runs() { shown = {}; }
  } const last{*shown_};
  shown_->from = &from;
  insert_.run();
}

}  // namespace whence::inline v0
