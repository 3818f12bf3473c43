/// The queue of appends, and the right to commit them.
///
/// A caller that blocks for its result commits by itself, together with what others have queued: handing the work to a thread
/// would cost it 40 us, and a commit takes 100. Appends that nobody blocks for are committed by a thread, "whence-commit": at
/// once if they are awaited by a coroutine or a callback, and after `held_at_most` if their result is merely kept. For that the
/// thread watches the queue while there are appends, and sleeps soundly once there were none for a while.
///
/// The right to commit is a token: one thread has it at a time. Whoever has it gives it back once its own result is known; to
/// another blocked caller that still waits for his, else to the thread if there is anything left to do.
///
/// A group that had company waits a moment for it, and judges meanwhile what is there: until all who waited when the last one was
/// committed are back, which are those of that group and those who had queued behind it; or until a quarter of the time that the
/// last commit took has passed. So the callers share one commit, instead of two that alternate. An append that was alone never
/// waits.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <whence/core/async.hpp>
#include <whence/core/driver.hpp>
#include <whence/core/guarded.hpp>
#include <whence/core/runtime.hpp>
#include <whence/store/log_source.hpp>
#include <whence/store/sqlite/group_writer.hpp>

namespace whence::inline v0 {

/// Shares   the queue and the token (guarded).
/// Lends    the group writer: to whoever has the token.
/// Stops    commits what is queued, then joins; later appends are refused, `closed`.
class committer final : public driver, public std::enable_shared_from_this<committer> {
 public:
  committer(std::unique_ptr<group_writer> writer, const runtime& runtime, const sqlite_options& options);
  ~committer() override;

  /// `recorded`: by an import, which says how another log had it.
  async<append_outcome> append(append_batch batch, std::optional<recorded_before> recorded = std::nullopt);

  /// Lends the writer, between two groups, to who keeps house in the log's file. Appends wait meanwhile. Throws log_closed.
  void between_groups(const std::function<void(group_writer&)>& work);

  /// Takes no more appends, commits what is queued, and closes the writer. Throws what went wrong with closing it.
  void close();

  group_writer& writer() noexcept { return *writer_; }

  void drive(waiter& caller) override;
  void proceed() noexcept override;

 private:
  /// A caller that sleeps in `drive`.
  struct blocked {
    waiter* caller;
    bool has_token = false;
  };
  enum class token { free, taken, for_thread, for_housekeeping };
  struct shared {
    queued_appends queue;
    std::size_t bytes = 0;  // of what is queued
    std::size_t waiting_for_room = 0;
    whence::committer::token token = token::free;
    bool thread_is_wanted = false;
    bool thread_watches = false;
    std::uint64_t appended = 0;     // since the log was opened
    std::uint64_t taken = 0;        // of those, into groups
    std::size_t keeping_house = 0;  // who wait for the token, to change the file between two groups
    bool closing = false;
    bool writer_is_gone = false;
    std::vector<blocked*> sleeping;
    std::size_t gather_up_to = 0;  // whoever commits next waits for so many; 0: nobody does
  };
  using access = guarded<shared>::access;

  /// True if the thread is to take the token now, or to end.
  static bool has_work(const shared& own) noexcept {
    return own.token == token::for_thread || (own.token == token::free && (own.thread_is_wanted || own.closing));
  }

  void push(access& own, std::unique_ptr<queued_append> append);
  /// What a group has taken so far.
  struct taken {
    std::size_t appends = 0;
    std::size_t bytes = 0;
  };
  /// Moves what is queued to the group, as far as it has room; `into` is empty before.
  static void take_queued(access& own, taken& group, queued_appends& into);
  /// False if the caller has slept, or need not; true if it has the token now.
  bool take_token_or_sleep(waiter& caller);
  /// With the token: commits a group, if anything is queued.
  void commit_next();
  /// With the token, the queue locked: passes it on.
  void pass_token_on(access& own);
  /// Until all who are missing are back, or time is up; not at all if anything is queued.
  void wait_for_company(access& own, const taken& group, std::chrono::nanoseconds until);
  /// The thread: until it has the token (true), or everything is over.
  bool await_token();
  void watch(access& own);
  void run() noexcept;

  static async<append_outcome> settled(std::shared_ptr<executor> executor, append_outcome outcome);

  const std::shared_ptr<executor> executor_;
  const std::shared_ptr<clock> clock_;
  const sqlite_options options_;
  const std::unique_ptr<group_writer> writer_;

  // Of whoever has the token.
  std::size_t company_expected_ = 0;
  std::chrono::nanoseconds last_commit_{0};

  guarded<shared> shared_;
  std::condition_variable thread_wake_up_;
  std::condition_variable room_;
  std::condition_variable company_;
  std::condition_variable token_freed_;
  std::thread thread_;
};

}  // namespace whence::inline v0
