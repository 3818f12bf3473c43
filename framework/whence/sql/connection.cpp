#include <sys/stat.h>

#include <whence/sql/connection.hpp>
#include <whence/sql/error.hpp>
#include <whence/sql/file_layer.hpp>

namespace whence::sql {
inline namespace v0 {
namespace {

int flags_of(open_mode mode) {
  constexpr int always = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  switch (mode) {
    case open_mode::read_only: return always | SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
    case open_mode::read_write: return always | SQLITE_OPEN_READWRITE;
    case open_mode::create: return always | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    case open_mode::in_memory: return always | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY;
    case open_mode::unchanging: return always | SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
  }
  return always;
}

int bind_any(sqlite3_stmt* prepared, int parameter, const value& argument, sqlite3_destructor_type bytes) noexcept {
  switch (argument.what()) {
    case value::kind::null: return sqlite3_bind_null(prepared, parameter);
    case value::kind::integer: return sqlite3_bind_int64(prepared, parameter, argument.integer());
    case value::kind::real: return sqlite3_bind_double(prepared, parameter, argument.real());
    case value::kind::text: {
      const std::string_view text = argument.bytes();
      return sqlite3_bind_text64(prepared, parameter, text.data() == nullptr ? "" : text.data(), text.size(), bytes,
                                 SQLITE_UTF8);
    }
    case value::kind::blob: {
      const std::string_view blob = argument.bytes();
      if (blob.empty()) return sqlite3_bind_zeroblob(prepared, parameter, 0);
      return sqlite3_bind_blob64(prepared, parameter, blob.data(), blob.size(), bytes);
    }
  }
  return SQLITE_MISUSE;
}

}  // namespace

// SQLite takes ":memory:" and, if it was built so (Debian's is), "file:…?mode=…" for more than names: behind "./" they are files.
// Whoever only reads names files by URIs, in which the path's bytes are written as %XX: so that what is attached can be unchanging.
std::string name_for(const std::string& given, open_mode mode) {
  if (mode == open_mode::in_memory) return ":memory:";
  std::string path = given.starts_with(':') || given.starts_with("file:") ? "./" + given : given;
  if (mode != open_mode::unchanging && mode != open_mode::read_only) return path;
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string uri = "file:";
  for (const char character : path) {
    const auto byte = static_cast<unsigned char>(character);
    uri += '%';
    uri += digits[byte >> 4];
    uri += digits[byte & 15];
  }
  return uri + (mode == open_mode::unchanging ? "?immutable=1" : "?mode=ro");
}

// What stands there is no database, whoever made it.
void must_be_regular(const std::string& path, open_mode mode) {
  if (mode == open_mode::in_memory || path.empty()) return;
  for (const char* const end : {"", "-wal", "-journal", "-shm"}) {
    struct stat there{};
    const bool is_there = ::stat((path + end).c_str(), &there) == 0;
    // Of a directory it says so itself.
    if (is_there && !S_ISREG(there.st_mode) && !S_ISDIR(there.st_mode))
      throw sql_error(SQLITE_NOTADB, path, "", path + end + " is no regular file");
    if (mode == open_mode::unchanging) return;  // it opens no other
  }
}

int bind_in_place(sqlite3_stmt* prepared, int parameter, const value& argument) noexcept {
  return bind_any(prepared, parameter, argument, SQLITE_STATIC);
}

int bind_copy(sqlite3_stmt* prepared, int parameter, const value& argument) noexcept {
  return bind_any(prepared, parameter, argument, SQLITE_TRANSIENT);
}

connection::connection(const std::string& path, open_mode mode, const char* layer)
    : path_(mode == open_mode::in_memory ? ":memory:" : path) {
  must_be_regular(path_, mode);
  if (layer == nullptr && mode != open_mode::in_memory) layer = file_layer();
  const int result = sqlite3_open_v2(name_for(path_, mode).c_str(), &handle_, flags_of(mode), layer);
  if (result != SQLITE_OK) {
    const std::string message = handle_ != nullptr ? sqlite3_errmsg(handle_) : sqlite3_errstr(result);
    sqlite3_close(handle_);
    throw sql_error(result, path_, "", message);
  }
  try {
    settle();
  } catch (...) {
    kept_.clear();
    sqlite3_close(handle_);
    throw;
  }
}

connection::~connection() {
  kept_.clear();
  // Statements share this connection, so none is left: the close cannot be refused.
  sqlite3_close(handle_);
}

// What a database file says is data, not code: a schema made by others runs nothing that it should not.
void connection::settle() {
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
  // A file that is cut while it is mapped kills the process; read in the ordinary way it is an error.
  run_script("PRAGMA mmap_size=0");
}

void connection::fail(int result, std::string_view sql) const {
  const int extended = sqlite3_extended_errcode(handle_);
  sql_error failure((extended & 0xff) == (result & 0xff) ? extended : result, path_, sql, sqlite3_errmsg(handle_));
#if SQLITE_VERSION_NUMBER >= 3038000
  if (const int offset = sqlite3_error_offset(handle_); offset >= 0) failure.offset = static_cast<std::size_t>(offset);
#endif
  throw failure;
}

connection::owned_statement connection::prepare_handle(std::string_view sql, unsigned flags, std::string_view* rest) {
  sqlite3_stmt* prepared = nullptr;
  const char* tail = nullptr;
  const int result = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), flags, &prepared, &tail);
  if (result != SQLITE_OK) fail(result, sql);
  owned_statement owned(prepared);
  if (rest != nullptr) {
    *rest = sql.substr(static_cast<std::size_t>(tail - sql.data()));
    // SQLite takes a NUL for the end; going on there would never end.
    if (!rest->empty() && rest->front() == '\0')
      throw sql_error(SQLITE_MISUSE, path_, sql, "there is a NUL in the text");
  }
  return owned;
}

statement connection::prepare(std::string_view sql) {
  owned_statement prepared = prepare_handle(sql, SQLITE_PREPARE_PERSISTENT);
  if (!prepared) throw sql_error(SQLITE_MISUSE, path_, sql, "there is no statement in this text");
  return statement(shared_from_this(), prepared.release());
}

std::optional<statement> connection::prepare_next(std::string_view& script) {
  while (!script.empty()) {
    const std::string_view whole = script;
    std::string_view rest;
    owned_statement prepared = prepare_handle(whole, 0, &rest);
    script = rest;
    if (prepared) return statement(shared_from_this(), prepared.release());  // else it was a comment, or nothing at all
  }
  return std::nullopt;
}

void connection::run_script(std::string_view script) {
  while (!script.empty()) {
    std::string_view rest;
    const owned_statement prepared = prepare_handle(script, 0, &rest);
    if (prepared) {
      int result = SQLITE_ROW;
      while (result == SQLITE_ROW) result = sqlite3_step(prepared.get());
      if (result != SQLITE_DONE) fail(result, script.substr(0, script.size() - rest.size()));
    }
    script = rest;
  }
}

sqlite3_stmt* connection::kept(std::string_view sql) {
  if (const auto found = kept_.find(sql); found != kept_.end()) return found->second.get();
  owned_statement prepared = prepare_handle(sql, SQLITE_PREPARE_PERSISTENT);
  if (!prepared) throw sql_error(SQLITE_MISUSE, path_, sql, "there is no statement in this text");
  // A statement that runs (a function of it called us) must not be finalized: then this one is a moment longer than the limit.
  if (kept_.size() >= kept_statements_max) {
    std::erase_if(kept_, [](const auto& entry) { return sqlite3_stmt_busy(entry.second.get()) == 0; });
  }
  return kept_.emplace(std::string(sql), std::move(prepared)).first->second.get();
}

void connection::run_kept(std::string_view sql, std::span<const value> arguments,
                          const std::function<void(sqlite3_stmt*)>& use) {
  sqlite3_stmt* const prepared = kept(sql);
  struct reset_at_end {
    sqlite3_stmt* prepared;
    ~reset_at_end() {
      sqlite3_reset(prepared);
      sqlite3_clear_bindings(prepared);
    }
  } const reset{prepared};

  if (static_cast<int>(arguments.size()) != sqlite3_bind_parameter_count(prepared)) {
    throw sql_error(SQLITE_RANGE, path_, sql,
                    "the statement has " + std::to_string(sqlite3_bind_parameter_count(prepared)) +
                        " parameters, not " + std::to_string(arguments.size()));
  }
  int parameter = 0;
  for (const value& argument : arguments) {
    if (const int result = bind_in_place(prepared, ++parameter, argument); result != SQLITE_OK) fail(result, sql);
  }
  int result = sqlite3_step(prepared);
  if (result == SQLITE_ROW && use) {
    use(prepared);
    return;
  }
  while (result == SQLITE_ROW) result = sqlite3_step(prepared);
  if (result != SQLITE_DONE) fail(result, sql);
}

}  // namespace v0
}  // namespace whence::sql
