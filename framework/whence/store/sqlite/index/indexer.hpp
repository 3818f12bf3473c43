/// Fills the index behind the committer, and keeps in memory what the index does not have yet.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <whence/core/executor.hpp>
#include <whence/core/guarded.hpp>
#include <whence/sql/error.hpp>
#include <whence/store/sqlite/format.hpp>
#include <whence/store/sqlite/index/reader.hpp>
#include <whence/store/sqlite/index/tail.hpp>
#include <whence/store/sqlite/index/writer.hpp>
#include <whence/store/sqlite/reader_pool.hpp>

namespace whence::inline v0 {

/// A thread named "whence-index". It begins by bringing the part of the log behind the index's checkpoint into index and tail,
/// in batches; an index that is ahead of the log, of another log or of another history is filled from the start.
///
/// Owns     the connection that writes the index: the thread.
/// Shares   the tail (synchronises itself); what is guarded.
/// Limits   65,536 events in the tail, or fewer that have many keys (8 MiB of these): appends wait for room. Runs are merged in
///          parts of a few milliseconds, between which
///          the tail comes first; large ones take a fifth of the time while events are appended, and all of it while none is.
///          Once that is done, it writes nothing while nothing is appended.
/// Stops    writes what the tail has, then joins.
class indexer {
 public:
  static constexpr std::size_t tail_events_max = 65'536;
  static constexpr std::size_t tail_entries_max = 2 * index_tail::part_entries;

  /// `head` is where the log ends now. `executor`: is told when the index is lost.
  indexer(std::shared_ptr<files> files, std::shared_ptr<executor> executor, log_paths paths, reader_pool& readers,
          log_identity log, global_position head);
  ~indexer();

  struct obstacle {
    std::string why;
    bool no_room = false;  ///< on the disk
  };

  /// Waits until index and tail together have the whole log. An obstacle: they never will, for now.
  std::optional<obstacle> wait_until_complete();

  /// Waits until the tail has room for another group. An obstacle: there is none, for now.
  std::optional<obstacle> wait_for_room();

  /// Committed events, in position order, after all that were added before.
  void add(const index_batch& events);

  /// The ids of all events, once index and tail have the whole log.
  id_range ids();

  const index_tail& tail() const noexcept { return tail_; }

  /// The index was found unsound: makes a new one.
  void rebuild();

  /// Of an error that somebody met with the index: true, and a new one is made, if it is damaged, or one of its files is gone.
  bool rebuild_if_lost(const sql::sql_error& failure);

  /// Makes a new one if one of its files was removed, or is another: whoever has the old one open goes on with that, and whoever
  /// opens it now meets the other. Looks a few times a second, however often it is called.
  void watch_file() noexcept;

  /// Opens the index, for who reads it. Throws sql_error: CORRUPT, of a file that is not the one that is written; a new one is made
  /// then.
  std::unique_ptr<index_reader> open(index_reader::filters use);
  /// The same, of one that was opened meanwhile.
  void must_be_ours(index_reader& opened);

  /// Changes when the index became another file: whoever has the old one open must turn to the new one.
  std::uint64_t generation() const noexcept { return generation_.load(); }

  /// True if the file of that generation has, together with the tail, the whole log. Asked before the index is read, and after: one
  /// that is being filled anew lacks most of it, and says nothing of what it lacks.
  bool is_complete(std::uint64_t generation);

  void close() noexcept;

 private:
  enum class stage { filling, complete, closed };
  struct shared {
    stage now = stage::filling;
    global_position head;  // index and tail have everything up to here, once they are complete
    bool replace = false;  // whatever the index says of itself
    id_range ids;
    bool closing = false;
    std::optional<obstacle> failure;  // of the last attempt; tried again while there is something to do
  };

  void run() noexcept;
  void work();
  bool fill();
  global_position fill_batch(global_position after, global_position to);
  global_position fill_from_base(global_position after);
  std::optional<log_paths> base_with_more(global_position after, global_position& shared_to);
  bool fits_base(const std::optional<index_checkpoint>& checkpoint);
  void replace_index();
  void open_index();
  void remember_files();
  void forget_files() noexcept;
  bool files_are_ours() const;
  bool files_are_lost() const noexcept;
  bool fits_log(const std::optional<index_checkpoint>& checkpoint, global_position head);
  bool sample_fits(global_position head);
  void index_oldest();
  void tell_lost() noexcept;
  void merge_a_part();
  bool give_way();
  bool closing() { return shared_.lock()->closing; }
  bool filling() { return shared_.lock()->now == stage::filling; }

  const std::shared_ptr<files> files_;
  const std::shared_ptr<executor> executor_;
  const log_paths paths_;
  const std::string wal_path_ = paths_.index + "-wal";
  const log_identity log_;
  reader_pool& readers_;

  index_tail tail_;
  guarded<shared> shared_;
  std::condition_variable wake_up_;  // of the thread
  std::condition_variable changed_;  // of those who wait for it

  std::atomic<std::uint64_t> generation_{1};
  std::atomic<std::uint64_t> inode_{0};  // of the file that is written
  std::atomic<std::uint64_t> wal_inode_{0};
  std::atomic<std::chrono::steady_clock::rep> next_look_at_file_{0};
  // The thread's:
  std::optional<index_writer> index_;
  std::chrono::steady_clock::time_point large_part_from_;  // while events are appended
  global_position head_at_last_part_;

  std::thread thread_;
};

}  // namespace whence::inline v0
