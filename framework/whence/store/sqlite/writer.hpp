/// The one connection that writes to the log and its WAL, and the only one that checkpoints: with SQLite 3.7.0 to 3.51.2 a
/// checkpoint beside another connection's commit can lose it.
///
/// A marker is a commit that changes nothing but a count in table `log`. It is written after a commit that failed: its frames
/// take the place of the failed ones in the WAL, and once it is durable nothing of them can come back.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <whence/core/files.hpp>
#include <whence/sql/database.hpp>
#include <whence/store/event_page.hpp>
#include <whence/store/place_table.hpp>
#include <whence/store/sqlite/format.hpp>
#include <whence/store/sqlite/insertion.hpp>

namespace whence::inline v0 {

/// Durable on each commit (synchronous=FULL).
///
/// Threads  one at a time.
/// Throws   sql_error.
class log_writer {
 public:
  /// The log has been judged, and is whole. Makes what a process that died has left in the WAL durable, before anybody
  /// relies on it.
  log_writer(std::shared_ptr<files> files, log_paths paths);
  ~log_writer();
  log_writer(const log_writer&) = delete;
  log_writer& operator=(const log_writer&) = delete;

  void begin();
  /// Adds the type if the log does not know it.
  std::int64_t type_number(const std::string& aggregate_type, const std::string& event_type, std::uint32_t version);
  /// All that there are. If it fails, the transaction has to be rolled back.
  void insert(entry_source& entries);
  void commit();
  /// Never fails: at worst the transaction ends with the connection.
  void roll_back() noexcept;

  /// The chain hash that the log has at a position, as this connection sees it; nothing beyond the end.
  std::optional<chain_hash> stored_chain(global_position position);

  /// Begins a new epoch after `position`. Durable on return.
  void begin_epoch(std::uint64_t epoch, global_position position);

  /// Within a transaction: what it inserts is of an import, which has not come to its end.
  void mark_import();
  /// The import has come to its end, and a new epoch begins after `position`. Durable on return.
  void end_import(std::uint64_t epoch, global_position position);

  /// What happened to the WAL if it lacks what was committed: the next commit would stand behind a hole. Empty: it has all of it.
  /// Asks the file system, once. Throws file_error.
  std::string cut_file();
  /// What happened to a file that is no longer the one that this connection works with: what is written is lost with it. Empty:
  /// each of them is there. Asks the file system, three times. Throws file_error.
  std::string lost_file();
  /// The same of the WAL alone. Asks once.
  std::string lost_wal();
  std::uint64_t wal_bytes() const noexcept { return wal_bytes_; }

  /// Copies the WAL into the database, as far as readers allow.
  void checkpoint();

  /// Copies all of it, without waiting for readers, and empties it if none is in the way: who opens the log next sees that it
  /// was closed in order, and the disk has its place back. False: one is in the way.
  bool checkpoint_and_empty();

  /// Of the disk that the log is on; nothing: who knows.
  std::optional<std::uint64_t> free_bytes();

  /// Ends the file of the WAL where the last commit ends, durably: what a failed one left behind that cannot come back, and its
  /// place is free. Throws sql_error CORRUPT, and cuts nothing, if the file does not have all that was committed.
  void cut_wal();

  /// A commit in which no event comes or goes. What `work` throws rolls it back.
  void change(const std::function<void(sql::database&)>& work);

  /// Writes the database anew, without the pages that are free. All of it goes through the WAL, which is left as it is then; it
  /// is one commit. `go_on` is asked now and then, as long as rows are copied; false: nothing was changed (sql_error INTERRUPT).
  void compact(const std::function<bool()>& go_on);

  /// Pages of the database, and how many of these are free; their size.
  struct pages {
    std::uint64_t all = 0;
    std::uint64_t free = 0;
    std::uint64_t bytes = 0;
  };
  pages look_at_pages();

  // After a commit that failed.

  /// Gives up the connection, with whatever it believes, and opens another.
  void reopen();
  /// Commits a marker, durably.
  void mark();
  /// Makes all that is in the WAL durable without relying on the sync that failed: writes the frames again, syncs them, copies
  /// all into the database, empties the WAL, and commits a marker. Throws unless every step succeeded.
  void make_all_durable();

 private:
  struct session;
  void connect();
  void set_epoch(std::uint64_t epoch, global_position position);
  void rewrite_wal(std::uint64_t bytes);
  /// A frame is a page with a header. A copy of a log may have pages of another size than we give it.
  std::uint64_t frame_bytes() const noexcept { return page_bytes_ + 24; }
  std::uint64_t committed_bytes_of_wal();
  [[noreturn]] void fail(std::string_view doing) const;

  const std::shared_ptr<files> files_;
  const log_paths paths_;
  std::unique_ptr<session> session_;
  std::uint64_t page_bytes_ = 0;
  struct known_file {
    std::string path;
    std::uint64_t inode = 0;
  };
  known_file known_file_at(const std::string& path);
  std::string lost(const known_file& known);
  std::array<known_file, 3> known_files_;  // the WAL, the database, the wal-index
  std::uint64_t wal_bytes_ = 0;

  struct event_type_row {
    std::string aggregate_type;
    std::string event_type;
    std::uint32_t version = 0;
    std::int64_t number = 0;
  };
  std::vector<event_type_row> types_;
  place_table type_places_;  // in types_, some of them beyond its end: those of a transaction that was rolled back
  std::size_t committed_types_ = 0;  // those behind are of the open transaction
};

}  // namespace whence::inline v0
