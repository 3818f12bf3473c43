#include <array>
#include <utility>

#include <whence/sql/connection.hpp>
#include <whence/sql/database.hpp>

namespace whence::sql {
inline namespace v0 {

database database::open(const std::string& path, open_mode mode, const char* layer) {
  return database(std::make_shared<connection>(path, mode, layer));
}

database::database(std::shared_ptr<connection> connection) noexcept : connection_(std::move(connection)) {}
database::database(database&&) noexcept = default;
database& database::operator=(database&&) noexcept = default;
database::~database() = default;

void database::run(std::string_view script) { connection_->run_script(script); }

void database::run(std::string_view statement, std::initializer_list<value> arguments) {
  connection_->run_kept(statement, {arguments.begin(), arguments.size()});
}

void database::run(std::string_view statement, std::span<const value> arguments) {
  connection_->run_kept(statement, arguments);
}

statement database::prepare(std::string_view sql) { return connection_->prepare(sql); }

std::optional<statement> database::prepare_next(std::string_view& script) { return connection_->prepare_next(script); }

void database::attach(std::string_view name, const std::string& path, open_mode mode) {
  must_be_regular(path, mode);
  const std::string file = name_for(path, mode);
  connection_->run_kept("ATTACH ? AS ?", std::array{value(file), value(name)});
}

std::optional<std::int64_t> database::integer(std::string_view statement, std::initializer_list<value> arguments) {
  std::optional<std::int64_t> found;
  connection_->run_kept(statement, {arguments.begin(), arguments.size()},
                        [&found](sqlite3_stmt* row) { found = sqlite3_column_int64(row, 0); });
  return found;
}

std::optional<std::string> database::text(std::string_view statement, std::initializer_list<value> arguments) {
  std::optional<std::string> found;
  connection_->run_kept(statement, {arguments.begin(), arguments.size()}, [&found](sqlite3_stmt* row) {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(row, 0));
    found =
        bytes == nullptr ? std::string() : std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(row, 0)));
  });
  return found;
}

std::int64_t database::changes() const noexcept { return sqlite3_changes64(connection_->handle()); }
bool database::in_transaction() const noexcept { return sqlite3_get_autocommit(connection_->handle()) == 0; }
const std::string& database::path() const noexcept { return connection_->path(); }
sqlite3* database::handle() const noexcept { return connection_->handle(); }

}  // namespace v0
}  // namespace whence::sql
