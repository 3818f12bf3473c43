#include <utility>

#include <whence/sql/connection.hpp>
#include <whence/sql/statement.hpp>

namespace whence::sql {
inline namespace v0 {

statement::statement(std::shared_ptr<connection> connection, sqlite3_stmt* prepared) noexcept
    : connection_(std::move(connection)), prepared_(prepared) {}

statement::statement(statement&& other) noexcept
    : connection_(std::move(other.connection_)), prepared_(std::exchange(other.prepared_, nullptr)) {}

statement& statement::operator=(statement&& other) noexcept {
  std::swap(connection_, other.connection_);
  std::swap(prepared_, other.prepared_);
  return *this;
}

statement::~statement() { sqlite3_finalize(prepared_); }

void statement::check(int result) {
  if (result == SQLITE_OK) return;
  connection_->fail(result, sqlite3_sql(prepared_));
}

statement& statement::bind(int parameter, const value& argument) {
  check(bind_copy(prepared_, parameter, argument));
  return *this;
}

statement& statement::bind_view(int parameter, const value& argument) {
  check(bind_in_place(prepared_, parameter, argument));
  return *this;
}

statement& statement::bind_all(std::span<const value> arguments) {
  int parameter = 0;
  for (const value& argument : arguments) bind(++parameter, argument);
  return *this;
}

bool statement::step() {
  const int result = sqlite3_step(prepared_);
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  struct reset_at_end {
    statement& self;
    ~reset_at_end() { self.reset(); }
  } const reset{*this};
  connection_->fail(result, sqlite3_sql(prepared_));
}

void statement::reset() noexcept { sqlite3_reset(prepared_); }

void statement::run() {
  while (step()) {
  }
  reset();
}

int statement::columns() const noexcept { return sqlite3_column_count(prepared_); }
bool statement::is_null(int column) const noexcept { return sqlite3_column_type(prepared_, column) == SQLITE_NULL; }
std::int64_t statement::integer(int column) const noexcept { return sqlite3_column_int64(prepared_, column); }
double statement::real(int column) const noexcept { return sqlite3_column_double(prepared_, column); }

std::string_view statement::text(int column) const noexcept {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(prepared_, column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(prepared_, column))};
}

std::span<const std::uint8_t> statement::blob(int column) const noexcept {
  const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(prepared_, column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(prepared_, column))};
}

value::kind statement::kind(int column) const noexcept {
  switch (sqlite3_column_type(prepared_, column)) {
    case SQLITE_INTEGER: return value::kind::integer;
    case SQLITE_FLOAT: return value::kind::real;
    case SQLITE_TEXT: return value::kind::text;
    case SQLITE_BLOB: return value::kind::blob;
    default: return value::kind::null;
  }
}

std::string_view statement::name(int column) const noexcept {
  const char* const name = sqlite3_column_name(prepared_, column);
  return name == nullptr ? std::string_view() : std::string_view(name);
}

}  // namespace v0
}  // namespace whence::sql
