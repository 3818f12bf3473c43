/// Commits groups, one after another, and knows what to say when a commit fails.
///
/// An error before COMMIT is rolled back: nothing was written. An error from COMMIT leaves it open, for the frames may lie
/// in the WAL, whole, to be found after a restart. So the connection is given up, another one looks whether the group is
/// there, and
///
///     not there   a marker is committed over its frames; then it is certain: refused, not_written
///     there       all is made durable again, without relying on the sync that failed; then: committed
///     neither     can be brought about: unknown, and so is the answer to the same batch sent again; the log takes no more
///                 appends until it is opened anew. What its failure was is told with each of these answers.
#pragma once

#include <atomic>
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

  void judge(append_group& group, queued_appends& appends);
  void judge(append_group& group, std::unique_ptr<queued_append>& append,
             const std::optional<indexer::obstacle>& obstacle);
  void refuse_all(const std::function<void(queued_appends&)>& more) noexcept;
  bool insert(append_group& group);
  bool commit_inserted(append_group& group);
  void give_up_insert(append_group& group, bool damaged, bool unsound, const trouble& met);
  bool resolve(append_group& group, const trouble& met);
  void overwrite(global_position last);
  bool witnessed(append_group& group);
  void confirm(append_group& group, const std::function<void()>& before_answers);
  void stop(trouble met);
  void leave_open(append_group& group, trouble met);
  /// There was no room for the marker: what the group wrote may come back after a crash, and until then nobody can say.
  void leave_in_doubt(append_group& group, trouble met);
  /// True once nothing is in doubt any more: a marker lies over it. False: there still is no room, or the log has stopped.
  bool settle_doubt();
  void refuse_in_doubt(std::unique_ptr<queued_append> append) const noexcept;
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

  struct doubt {
    trouble met;
    global_position last;  // of the group that may come back
  };
  std::optional<doubt> doubt_;  // of whoever has the commit token

  // Written before `stopped_` is set, and never again: whoever has seen it may read them. `left_open_` also while there is a doubt.
  trouble why_stopped_;
  event_id_places left_open_;

  std::atomic<std::uint64_t> head_;
  std::atomic<bool> stopped_{false};
};

}  // namespace whence::inline v0
