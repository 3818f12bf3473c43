#include <whence/cli/sql_reader.hpp>

#include <sqlite3.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include <whence/store/log_errors.hpp>

namespace whence::inline v0::cli {
namespace {

/// What a statement that does more than read would do, in words.
std::string wish(int action, std::string_view first, std::string_view second) {
  const auto with = [](std::string_view verb, std::string_view name) {
    return std::string(verb).append(name.empty() ? "" : " ").append(name);
  };
  switch (action) {
    case SQLITE_INSERT: return with("insert into", first);
    case SQLITE_UPDATE: return with("change", first);
    case SQLITE_DELETE: return with("delete from", first);
    case SQLITE_DROP_INDEX:
    case SQLITE_DROP_TABLE:
    case SQLITE_DROP_TRIGGER:
    case SQLITE_DROP_VIEW:
    case SQLITE_DROP_VTABLE:
    case SQLITE_DROP_TEMP_INDEX:
    case SQLITE_DROP_TEMP_TABLE:
    case SQLITE_DROP_TEMP_TRIGGER:
    case SQLITE_DROP_TEMP_VIEW: return with("drop", first);
    case SQLITE_ALTER_TABLE: return with("alter", second);
    case SQLITE_ATTACH: return with("attach", first);
    case SQLITE_DETACH: return with("detach", first);
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT: return with("control transactions:", first);
    case SQLITE_PRAGMA: return with("use PRAGMA", first);
    case SQLITE_REINDEX: return with("reindex", first);
    case SQLITE_ANALYZE: return with("analyze", first);
    case SQLITE_FUNCTION: return with("call", second);
    default: return with("create", first);
  }
}

/// Those that only tell something; some of them take the name of a table.
bool only_tells(std::string_view pragma, bool has_argument) {
  constexpr std::string_view of_a_table[] = {"table_info", "table_xinfo", "table_list",      "index_list",
                                             "index_info", "index_xinfo", "foreign_key_list"};
  constexpr std::string_view alone[] = {"database_list",  "function_list",   "collation_list", "pragma_list",
                                        "module_list",    "compile_options", "application_id", "user_version",
                                        "schema_version", "data_version",    "page_count",     "page_size",
                                        "freelist_count", "encoding"};
  const auto among = [pragma](const auto& names) {
    return std::find(std::begin(names), std::end(names), pragma) != std::end(names);
  };
  return among(of_a_table) || (!has_argument && among(alone));
}

/// "line 2, column 8: FORM events", the rest of that line.
std::string place_in(std::string_view whole, std::size_t at) {
  at = std::min(at, whole.size());
  const std::size_t line_begins = whole.rfind('\n', at == 0 ? 0 : at - 1);
  const std::size_t begin = line_begins == std::string_view::npos || at == 0 ? 0 : line_begins + 1;
  const auto line = 1 + std::count(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(begin), '\n');
  const std::string_view before = whole.substr(begin, at - begin);
  // People count characters: bytes that go on with one are none.
  const auto column = 1 + std::count_if(before.begin(), before.end(),
                                        [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  constexpr std::size_t shown_max = 60;
  const std::string_view rest = whole.substr(at, whole.find('\n', at) - at);
  std::string text = "line " + std::to_string(line) + ", column " + std::to_string(column);
  if (rest.empty()) return text + ": at its end";
  text.append(": ").append(rest.substr(0, shown_max));
  if (rest.size() > shown_max) text += "…";
  return text;
}

/// Whether the statement is at fault, and nothing else.
bool is_of_statement(const sql::sql_error& failure) {
  constexpr int kinds[] = {SQLITE_ERROR,    SQLITE_MISUSE,     SQLITE_TOOBIG,  SQLITE_RANGE,
                           SQLITE_MISMATCH, SQLITE_CONSTRAINT, SQLITE_READONLY};
  return std::find(std::begin(kinds), std::end(kinds), failure.primary()) != std::end(kinds);
}

/// Where the next statement begins.
std::size_t beginning_of_next(std::string_view script, std::string_view whole) {
  const std::size_t begins = whole.size() - script.size();
  return std::min(whole.find_first_not_of(" \t\r\n;", begins), whole.size());
}

}  // namespace

statement_failed::statement_failed(error_text text)
    : error("usage.statement", next_move::change_request, std::move(text)) {}

struct sql_reader::judge {
  bool on = false;
  std::string refused;  // what the statement that is being prepared wanted
  std::function<bool()> go_on;

  static int may(void* self, int action, const char* first, const char* second, const char*, const char*) {
    auto& own = *static_cast<judge*>(self);
    if (!own.on) return SQLITE_OK;
    const std::string_view name = first == nullptr ? "" : first;
    const std::string_view other = second == nullptr ? "" : second;
    switch (action) {
      case SQLITE_SELECT:
      case SQLITE_READ:
      case SQLITE_RECURSIVE: return SQLITE_OK;
      case SQLITE_FUNCTION:
        if (other != "load_extension") return SQLITE_OK;
        break;
      case SQLITE_UPDATE:
        // Functions that are tables, such as json_each, ask for this when they are first used; SQLite itself refuses to do it.
        if (name == "sqlite_master") return SQLITE_OK;
        break;
      case SQLITE_PRAGMA:
        if (only_tells(name, second != nullptr)) return SQLITE_OK;
        break;
      default: break;
    }
    if (own.refused.empty()) own.refused = wish(action, name, other);
    return SQLITE_DENY;
  }

  static int is_over(void* self) { return static_cast<judge*>(self)->go_on() ? 0 : 1; }
};

sql_reader::sql_reader(const std::string& log, sql::reading_mode mode, std::function<bool()> go_on)
    : opened_{{log, std::move(mode)}},
      judge_(std::make_unique<judge>()),
      database_(sql::database::open(log, opened_.front().mode.mode())) {
  constexpr int steps_between = 10'000;  // of SQLite's machine: some tenths of a millisecond
  constexpr int busy_milliseconds = 5'000;
  constexpr int value_bytes_max = 64 << 20;
  sqlite3* const handle = database_.handle();
  judge_->go_on = std::move(go_on);
  sqlite3_busy_timeout(handle, busy_milliseconds);
  sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, value_bytes_max);
  sqlite3_progress_handler(handle, steps_between, &judge::is_over, judge_.get());
  database_.run("PRAGMA query_only=ON");
  // Once the schema is known, a name that is wrong is the statement's fault; else SQLite says only that it was read anew.
  static_cast<void>(database_.integer("SELECT count(*) FROM sqlite_schema"));
  sqlite3_set_authorizer(handle, &judge::may, judge_.get());
}

sql_reader::~sql_reader() = default;

void sql_reader::read_through(std::vector<file_of_events> elsewhere) {
  if (elsewhere.empty()) return;
  elsewhere_ = std::make_unique<events_elsewhere>(database_.handle(), std::move(elsewhere));
  database_.run("PRAGMA query_only=OFF");
  database_.run(std::string("CREATE TEMP VIEW events AS SELECT * FROM ") + events_elsewhere::table +
                " UNION ALL SELECT * FROM main.events");
  database_.run("PRAGMA query_only=ON");
}

std::size_t sql_reader::models_max() const {
  return static_cast<std::size_t>(sqlite3_limit(database_.handle(), SQLITE_LIMIT_ATTACHED, -1));
}

void sql_reader::attach(const std::string& model, const std::string& path, sql::reading_mode mode) {
  database_.attach(model, path, mode.mode());
  opened_.push_back({path, std::move(mode)});
  // Only now the file is looked at.
  static_cast<void>(database_.integer("SELECT count(*) FROM \"" + model + "\".sqlite_schema"));
}

void sql_reader::run(std::string_view script, const std::function<void(sql::statement&)>& use) {
  judge_->on = true;
  const std::string_view whole = script;
  for (std::string_view before = script;; before = script) {
    judge_->refused.clear();
    try {
      std::optional<sql::statement> statement = database_.prepare_next(script);
      if (!statement) return;
      use(*statement);
    } catch (const sql::sql_error& failure) {
      must_hold();
      if (elsewhere_ && elsewhere_->failure()) std::rethrow_exception(elsewhere_->failure());
      explain(failure, whole, before, script);
      throw;
    }
  }
}

void sql_reader::must_hold() const {
  for (const opened& file : opened_) {
    if (!file.mode.still_holds()) throw log_changed(file.path);
  }
  if (!elsewhere_) return;
  if (const auto changed = elsewhere_->changed()) throw log_changed(*changed);
}

/// Throws a better error, if the statement is at fault. `before` begins with it; `now` is what was left when it failed.
void sql_reader::explain(const sql::sql_error& failure, std::string_view whole, std::string_view before,
                         std::string_view now) const {
  std::string wish = judge_->refused;
  // VACUUM asks nobody before it begins.
  if (wish.empty() && failure.primary() == SQLITE_READONLY) wish = "write";
  if (!wish.empty()) {
    throw statement_failed({.what = "`whence sql` only reads, and this statement would " + wish,
                            .where = place_in(whole, beginning_of_next(before, whole)),
                            .why = "a log is written by its application; nothing was changed",
                            .remedy = "send the application a command; for a read model, change its projection"});
  }
  if (!is_of_statement(failure)) return;
  const bool at_end = failure.message == "incomplete input";
  const std::size_t at = at_end           ? whole.size()
                         : failure.offset ? whole.size() - now.size() + *failure.offset
                                          : beginning_of_next(before, whole);
  throw statement_failed({.what = failure.message,
                          .where = place_in(whole, at),
                          .why = {},
                          .remedy = "whence sql -c 'PRAGMA table_list'"});
}

}  // namespace whence::inline v0::cli
