/// The open connection that a database and its statements share: it is closed when the last of them goes.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include <sqlite3.h>

#include <whence/sql/database.hpp>

namespace whence::sql {
inline namespace v0 {

class connection : public std::enable_shared_from_this<connection> {
 public:
  connection(const std::string& path, open_mode mode, const char* layer);
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;
  ~connection();

  statement prepare(std::string_view sql);
  std::optional<statement> prepare_next(std::string_view& script);
  void run_script(std::string_view script);

  /// Runs a statement that is kept prepared, and gives its first row to `use` if it has one.
  void run_kept(std::string_view sql, std::span<const value> arguments,
                const std::function<void(sqlite3_stmt*)>& use = nullptr);

  [[noreturn]] void fail(int result, std::string_view sql) const;

  sqlite3* handle() const noexcept { return handle_; }
  const std::string& path() const noexcept { return path_; }

 private:
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };
  struct finalize {
    void operator()(sqlite3_stmt* prepared) const noexcept { sqlite3_finalize(prepared); }
  };
  using owned_statement = std::unique_ptr<sqlite3_stmt, finalize>;

  owned_statement prepare_handle(std::string_view sql, unsigned flags, std::string_view* rest = nullptr);
  sqlite3_stmt* kept(std::string_view sql);
  void settle();

  /// A program has few statements; one that makes them anew each time loses the benefit and no memory.
  static constexpr std::size_t kept_statements_max = 256;

  std::string path_;
  sqlite3* handle_ = nullptr;
  std::unordered_map<std::string, owned_statement, text_hash, std::equal_to<>> kept_;
};

/// What SQLite is asked to open.
std::string name_for(const std::string& path, open_mode mode);
/// Throws sql_error (SQLITE_NOTADB) where SQLite would wait for the other end of a pipe, as the database or beside it.
void must_be_regular(const std::string& path, open_mode mode);

/// Binds by reference: the argument's bytes must live until the statement is reset.
int bind_in_place(sqlite3_stmt* prepared, int parameter, const value& argument) noexcept;
int bind_copy(sqlite3_stmt* prepared, int parameter, const value& argument) noexcept;

}  // namespace v0
}  // namespace whence::sql
