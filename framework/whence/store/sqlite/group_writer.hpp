/// Commits groups, one after another, and knows what to say when a commit fails.
///
/// An error before COMMIT is rolled back: nothing was written. An error from COMMIT leaves it open, for the frames may lie
/// in the WAL, whole, to be found after a restart. So the connection is given up, another one looks whether the group is
/// there, and
///
///     not there   a marker is committed over its frames, or, where there is no room for one, the WAL is ended before them; then it
///                 is certain: refused, not_written
///     there       all is made durable again, without relying on the sync that failed; then: committed
///     neither     can be brought about: unknown, and so is the answer to the same batch sent again; the log takes no more
///                 appends until it is opened anew. What its failure was is told with each of these answers.
///
/// What fills a disk may be the WAL itself: it takes what a checkpoint needs to give it back. So the WAL is copied as soon as what
/// is free is no more than it has; and if the disk became full nevertheless, it is copied and emptied before anything else is
/// written.
#pragma once

#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <whence/core/runtime.hpp>
#include <whence/store/announcements.hpp>
#include <whence/store/log_source.hpp>
#include <whence/store/sqlite/append_group.hpp>
#include <whence/store/sqlite/witness.hpp>

namespace whence::inline v0 {

/// Owns     the write connection, the witness, the tip of the log, what is known of streams and ids.
/// Threads  one at a time: whoever holds the commit token. `head` and `stopped`: any.
/// Posts    completions and announcements, in position order; runs none.
class group_writer {
 public:
  struct parts {
    const log_paths& paths;
    std::shared_ptr<whence::clock> clock;
    log_identity identity;
    log_tip tip;
    std::unique_ptr<log_writer> writer;
    whence::witness witness;
    indexer& index;
    announcements& told;
    std::uint64_t checkpoint_bytes;
  };
  explicit group_writer(parts made_of);

  /// Commits appends as one group and completes each. Never fails: the outcomes say what happened.
  ///
  /// `more` replaces what it is given, which was judged, by the next appends; by none: the group is complete. It is asked before
  /// anything is written. `about`: how many there may be.
  /// `before_answers` is called before the first append is completed whose outcome hung on the commit.
  void commit(const std::function<void(queued_appends&)>& more, std::size_t about,
              const std::function<void()>& before_answers) noexcept;

  global_position head() const noexcept { return global_position{head_.load(std::memory_order_acquire)}; }

  /// True once nothing can be appended any more until the log is opened again.
  bool stopped() const noexcept { return stopped_.load(std::memory_order_acquire); }
  /// Refuses an append because of that; one that a failure left open stays unknown.
  void refuse(std::unique_ptr<queued_append> append) const noexcept;

  /// Changes the log's file without adding an event: durable on return. Throws what `work` throws, sql_error, log_closed: nothing
  /// was changed. If not even that is known, the log takes no more appends.
  void change(const std::function<void(sql::database&)>& work);
  /// See log_writer::compact.
  void compact(const std::function<bool()>& go_on);
  /// Copies the WAL into the database and empties it. False: a reader is in the way.
  bool settle();
  log_writer::pages look_at_pages() { return writer_->look_at_pages(); }
  const std::string& name() const noexcept { return paths_.log; }

  bool checkpoint_is_due() const noexcept;
  void checkpoint() noexcept;

  /// Syncs the witness, copies the WAL into the database unless something is wrong with it, and closes the connections.
  /// Throws what went wrong; closed it is in any case.
  void close();

 private:
  /// A failure, as those whose appends it met are told of it.
  struct trouble {
    std::string why;
    storage_fault cause = storage_fault::other;
  };
  static trouble of(const std::exception& failure);
  static append_outcome not_written(const trouble& met);
  append_unknown unknown() const { return {why_stopped_.why, why_stopped_.cause}; }

  void change_with(const std::function<void()>& work);
  void judge(append_group& group, queued_appends& appends);
  void judge(append_group& group, std::unique_ptr<queued_append>& append,
             const std::optional<indexer::obstacle>& obstacle);
  bool wal_is_whole(append_group& group);
  bool insert(append_group& group);
  bool commit_inserted(append_group& group);
  void give_up_insert(append_group& group, bool damaged, bool unsound, const trouble& met);
  bool resolve(append_group& group, const trouble& met);
  void overwrite(global_position last);
  bool witnessed(append_group& group);
  void confirm(append_group& group, const std::function<void()>& before_answers);
  void stop(trouble met);
  void leave_open(append_group& group, trouble met);
  /// The disk is full, or will be soon: makes room at once, if that can be done, or else before anything is written.
  void run_short();
  /// Empties the WAL. False: there still is no room for what it has.
  bool make_room();
  /// After a commit.
  void look_at_room();
  bool is_left_open(const append_batch& batch) const;

  const log_paths& paths_;
  const std::shared_ptr<clock> clock_;
  const log_identity identity_;
  const std::uint64_t checkpoint_bytes_;
  indexer& index_;
  announcements& told_;

  log_tip tip_;
  std::unique_ptr<log_writer> writer_;
  whence::witness witness_;
  std::unique_ptr<known_events> known_;
  queued_appends judged_;  // its memory is used again
  std::uint64_t next_checkpoint_at_;

  // Of whoever has the commit token.
  struct shortage {
    // When room was to be made the last time, in vain:
    trouble met{};
    std::optional<std::uint64_t> free{};
    std::chrono::nanoseconds again_at{0};  // if nothing is freed before
  };
  std::optional<shortage> shortage_;  // until the WAL was emptied
  std::uint64_t look_at_room_at_;     // bytes of the WAL
  std::chrono::nanoseconds looks_at_all_files_at_{};
  bool room_is_low_ = false;  // the next checkpoint gives back what it can

  // Written before `stopped_` is set, and never again: whoever has seen it may read them.
  trouble why_stopped_;
  event_id_places left_open_;

  std::atomic<std::uint64_t> head_;
  std::atomic<bool> stopped_{false};
};

}  // namespace whence::inline v0
