/// The read-only connections of one process to one log: lent for one read at a time.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <whence/core/guarded.hpp>
#include <whence/sql/reading_mode.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/sqlite/index/reader.hpp>
#include <whence/store/sqlite/reader.hpp>

namespace whence::inline v0 {

/// How the database at a path is opened now.
using how_to_read = std::function<sql::reading_mode(const std::string& database)>;

/// What one read works with.
struct log_readers {
  explicit log_readers(const std::string& path, how_to_read how = nullptr)
      : how_(std::move(how)), log_mode_(mode_of(path)), log(path, log_mode_.mode()) {}

 private:
  sql::reading_mode mode_of(const std::string& database) const {
    return how_ ? how_(database) : sql::reading_mode::ordinary();
  }

  how_to_read how_;
  sql::reading_mode log_mode_;  // before what is opened by it

 public:
  log_reader_connection log;

  /// The index, opened if it is not, and anew if `which` (anything that changes with the file) has changed since.
  /// Throws sql_error.
  index_reader& index_at(const std::string& path, std::uint64_t which);

  bool has_index(std::uint64_t which) const noexcept { return index_ && which == which_index_; }
  void close_index() noexcept { index_.reset(); }

  /// False: what was read since they were opened may be torn, or old.
  bool still_hold() const { return log_mode_.still_holds() && log.still_holds() && index_mode_.still_holds(); }

 private:
  sql::reading_mode index_mode_ = sql::reading_mode::ordinary();
  std::unique_ptr<index_reader> index_;
  std::uint64_t which_index_ = 0;
};

/// Threads  any.
/// Again    a read of files that were taken for unchanging, and were changed, is repeated with new connections.
/// Limits   eight connections; who comes when all are lent waits for one.
/// Throws   log_closed after `close`; log_damaged where SQLite finds the file unsound; log_changed when that goes on and on.
class reader_pool {
 public:
  /// `whose`: the log that connections are opened to, if it is known.
  explicit reader_pool(std::string path, how_to_read how = nullptr, std::optional<log_id> whose = std::nullopt)
      : path_(std::move(path)), how_(std::move(how)), whose_(whose) {}

  /// Takes in a connection that was opened elsewhere.
  void add(std::unique_ptr<log_readers> readers);

  /// Calls `read(log_readers&)`, and returns what it returns.
  template <class Read>
  auto with_readers(Read read) {
    constexpr int attempts_max = 5;
    for (int attempt = 0; attempt < attempts_max; ++attempt) {
      lent borrowed(*this);
      try {
        if constexpr (std::is_void_v<std::invoke_result_t<Read&, log_readers&>>) {
          read(*borrowed.readers);
          if (borrowed.readers->still_hold()) return;
        } else {
          auto found = read(*borrowed.readers);
          if (borrowed.readers->still_hold()) return found;
        }
      } catch (const sql::sql_error& failure) {
        if (borrowed.readers->still_hold()) {
          translate(failure);
          throw;
        }
      } catch (const log_damaged&) {
        if (borrowed.readers->still_hold()) throw;
      }
      borrowed.readers.reset();
    }
    throw log_changed(path_);
  }

  /// Calls `read(log_reader_connection&)` inside a snapshot.
  template <class Read>
  auto with_snapshot(Read read) {
    return with_readers([&read](log_readers& readers) {
      const log_reader_connection::snapshot snapshot(readers.log);
      return read(readers.log);
    });
  }

  /// What is read from now on is read by connections that are opened from now on.
  void renew();
  /// Whoever reads from now on is told that.
  void end_with(std::exception_ptr failure);

  /// Waits for what is lent, and closes all connections.
  void close() noexcept;

 private:
  struct shared {
    std::vector<std::unique_ptr<log_readers>> idle;
    std::size_t existing = 0;
    std::uint64_t generation = 0;  // connections of an earlier one are not lent again
    std::exception_ptr ended;
    bool closed = false;
  };
  struct lent {
    explicit lent(reader_pool& lender) : pool(lender), readers(lender.take(generation)) {}
    ~lent() { pool.give_back(std::move(readers), generation); }
    lent(const lent&) = delete;
    lent& operator=(const lent&) = delete;
    reader_pool& pool;
    std::uint64_t generation = 0;
    std::unique_ptr<log_readers> readers;
  };

  static constexpr std::size_t readers_max = 8;

  std::unique_ptr<log_readers> take(std::uint64_t& generation);
  void give_back(std::unique_ptr<log_readers> readers, std::uint64_t generation) noexcept;
  void translate(const sql::sql_error& failure) const;

  const std::string path_;
  const how_to_read how_;
  const std::optional<log_id> whose_;
  guarded<shared> shared_;
  std::condition_variable given_back_;
};

}  // namespace whence::inline v0
