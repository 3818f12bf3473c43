/// The read-only connections of one process to one log: lent for one read at a time.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <whence/core/guarded.hpp>
#include <whence/store/sqlite/index/reader.hpp>
#include <whence/store/sqlite/reader.hpp>

namespace whence::inline v0 {

/// What one read works with.
struct log_readers {
  explicit log_readers(const std::string& path) : log(path) {}

  log_reader_connection log;

  /// The index, opened if it is not, and anew if `which` (anything that changes with the file) has changed since.
  /// Throws sql_error.
  index_reader& index_at(const std::string& path, std::uint64_t which);

 private:
  std::unique_ptr<index_reader> index_;
  std::uint64_t which_index_ = 0;
};

/// Threads  any.
/// Limits   eight connections; who comes when all are lent waits for one.
/// Throws   log_closed after `close`; log_damaged where SQLite finds the file unsound.
class reader_pool {
 public:
  explicit reader_pool(std::string path) : path_(std::move(path)) {}

  /// Takes in a connection that was opened elsewhere.
  void add(std::unique_ptr<log_readers> readers);

  /// Calls `read(log_readers&)`, and returns what it returns.
  template <class Read>
  auto with_readers(Read read) {
    const lent borrowed(*this);
    try {
      return read(*borrowed.readers);
    } catch (const sql::sql_error& failure) {
      translate(failure);
      throw;
    }
  }

  /// Calls `read(log_reader_connection&)` inside a snapshot.
  template <class Read>
  auto with_snapshot(Read read) {
    return with_readers([&read](log_readers& readers) {
      const log_reader_connection::snapshot snapshot(readers.log);
      return read(readers.log);
    });
  }

  /// Waits for what is lent, and closes all connections.
  void close() noexcept;

 private:
  struct shared {
    std::vector<std::unique_ptr<log_readers>> idle;
    std::size_t existing = 0;
    bool closed = false;
  };
  struct lent {
    explicit lent(reader_pool& lender) : pool(lender), readers(lender.take()) {}
    ~lent() { pool.give_back(std::move(readers)); }
    lent(const lent&) = delete;
    lent& operator=(const lent&) = delete;
    reader_pool& pool;
    std::unique_ptr<log_readers> readers;
  };

  static constexpr std::size_t readers_max = 8;

  std::unique_ptr<log_readers> take();
  void give_back(std::unique_ptr<log_readers> readers) noexcept;
  void translate(const sql::sql_error& failure) const;

  const std::string path_;
  guarded<shared> shared_;
  std::condition_variable given_back_;
};

}  // namespace whence::inline v0
