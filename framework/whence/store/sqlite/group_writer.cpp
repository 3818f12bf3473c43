#include <algorithm>
#include <cerrno>
#include <chrono>
#include <exception>
#include <span>
#include <stdexcept>
#include <thread>
#include <utility>

#include <sqlite3.h>

#include <whence/core/detail/fault_points.hpp>
#include <whence/sql/error.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/sqlite/group_writer.hpp>

namespace whence::inline v0 {
namespace {

append_refused refusal(append_refused::reason why, std::string detail) {
  append_refused refused{};
  refused.why = why;
  refused.detail = std::move(detail);
  return refused;
}

/// Their memory is asked for at once: it fits into the cache of a processor.
constexpr std::size_t expected_at_once = 64;

/// How much may be free is asked each time that so much was written.
constexpr std::uint64_t wal_between_looks_at_room = 1u << 20;

/// With whoever removes the database goes all that it has, whenever that is noticed: it need not be within each commit.
constexpr std::chrono::milliseconds all_files_are_looked_at_each{10};

/// On a full disk, where nothing is freed: other users may be kept from it by what is not seen here.
constexpr std::chrono::seconds room_is_tried_again_after{1};

/// A file of the log is not the one that is written to.
struct file_lost final : std::runtime_error {
  using std::runtime_error::runtime_error;
};

storage_fault fault_of(const std::exception& failure) {
  if (dynamic_cast<const file_lost*>(&failure) != nullptr) return storage_fault::files_replaced;
  if (const auto* in_sql = dynamic_cast<const sql::sql_error*>(&failure)) {
    if (in_sql->primary() == SQLITE_FULL) return storage_fault::no_room;
    if (in_sql->primary() == SQLITE_CONSTRAINT) return storage_fault::foreign_writer;
    if (in_sql->result == SQLITE_READONLY_DBMOVED) return storage_fault::files_replaced;
  }
  if (const auto* known = dynamic_cast<const error*>(&failure); known != nullptr && known->code() == "file.no_space")
    return storage_fault::no_room;
  return storage_fault::other;
}

}  // namespace

/// With the cause behind the sentence, where there is one.
group_writer::trouble group_writer::of(const std::exception& failure) {
  trouble met{failure.what(), fault_of(failure)};
  const auto* known = dynamic_cast<const error*>(&failure);
  if (known != nullptr && !known->text().why.empty() && met.why.find(known->text().why) == std::string::npos)
    met.why.append(": ").append(known->text().why);
  return met;
}

append_outcome group_writer::not_written(const trouble& met) {
  append_refused refused = refusal(append_refused::reason::not_written, met.why);
  refused.cause = met.cause;
  return refused;
}

group_writer::group_writer(parts made_of)
    : paths_(made_of.paths),
      clock_(std::move(made_of.clock)),
      identity_(made_of.identity),
      checkpoint_bytes_(made_of.checkpoint_bytes),
      index_(made_of.index),
      told_(made_of.told),
      tip_(made_of.tip),
      writer_(std::move(made_of.writer)),
      witness_(std::move(made_of.witness)),
      known_(std::make_unique<known_events>(paths_, index_)),
      next_checkpoint_at_(checkpoint_bytes_),
      look_at_room_at_(wal_between_looks_at_room),
      head_(tip_.head.value()) {}

void group_writer::commit(const std::function<void(queued_appends&)>& more, std::size_t about,
                          const std::function<void()>& before_answers) noexcept {
  const no_blocking_here in_a_commit;
  known_->heads().forget_if_too_many();
  append_group group(*known_, tip_, identity_.epoch);
  try {
    group.begin(clock_->now(), about);
    for (more(judged_); !judged_.empty(); more(judged_)) judge(group, judged_);
    if (detail::mutant(11) && !group.writes() && tip_.head != global_position{})
      tip_.head = global_position{tip_.head.value() - 1};
    if (!group.writes()) return group.complete_committed();
    if (detail::mutant(1)) group.complete_committed();
    if (insert(group) && commit_inserted(group) && witnessed(group)) confirm(group, before_answers);
  } catch (const std::exception& failure) {
    // Nothing above lets anything through but a lack of memory, and that at any point: so nobody knows. What the group has not
    // taken was never inserted.
    for (std::unique_ptr<queued_append>& append : judged_) {
      if (append) append->done.complete(not_written(of(failure)));
    }
    judged_.clear();
    leave_open(group, of(failure));
  }
}

void group_writer::judge(append_group& group, queued_appends& appends) {
  std::optional<indexer::obstacle> obstacle = index_.wait_until_complete();
  if (!obstacle) obstacle = index_.wait_for_room();
  const known_events::look look(*known_);
  std::span<std::unique_ptr<queued_append>> left = appends;
  while (!left.empty()) {
    const auto next = left.first(std::min(left.size(), expected_at_once));
    left = left.subspan(next.size());
    group.expect(next);
    for (std::unique_ptr<queued_append>& append : next) judge(group, append, obstacle);
  }
}

void group_writer::judge(append_group& group, std::unique_ptr<queued_append>& append,
                         const std::optional<indexer::obstacle>& obstacle) {
  if (obstacle) {
    group.take_decided(std::move(append),
                       not_written({obstacle->why, obstacle->no_room ? storage_fault::no_room : storage_fault::other}));
    return;
  }
  try {
    group.take(append);
  } catch (const sql::sql_error& failure) {
    index_.rebuild_if_lost(failure);
    group.take_decided(std::move(append), not_written(of(failure)));
  } catch (const log_damaged& failure) {
    group.take_decided(std::move(append), not_written(of(failure)));
  }
}

/// Nothing is written behind a hole. Nothing is inserted yet: so it is known that the group is not there.
bool group_writer::wal_is_whole(append_group& group) {
  try {
    const std::string cut = writer_->cut_file();
    if (cut.empty()) return true;
    stop({cut, storage_fault::files_replaced});
    group.complete_failed(not_written(why_stopped_));
  } catch (const file_error& failure) {
    group.complete_failed(not_written(of(failure)));
  }
  return false;
}

bool group_writer::insert(append_group& group) {
  if (shortage_ && !make_room()) {
    group.complete_failed(not_written(shortage_->met));
    return false;
  }
  if (!wal_is_whole(group)) return false;
  try {
    writer_->begin();
    group.insert(*writer_);
    return true;
  } catch (const sql::sql_error& failure) {
    writer_->roll_back();
    // A row that is there already is somebody else's: the log was written to behind our back.
    const bool damaged = is_damage(failure) || failure.primary() == SQLITE_CONSTRAINT;
    give_up_insert(group, damaged, failure.primary() == SQLITE_IOERR, of(failure));
    return false;
  }
}

void group_writer::give_up_insert(append_group& group, bool damaged, bool unsound, const trouble& met) {
  if (damaged) stop(met);
  if (unsound && !damaged) {
    // What the connection holds in memory may differ from the disk: another one has to show that it can commit.
    try {
      writer_->reopen();
      writer_->mark();
    } catch (const std::exception& failure) {
      stop(of(failure));
    }
  }
  group.complete_failed(not_written(met));
  if (met.cause == storage_fault::no_room) run_short();
}

bool group_writer::commit_inserted(append_group& group) {
  detail::reach(detail::phase::commit);
  const std::uint64_t wal_before = writer_->wal_bytes();
  try {
    writer_->commit();
  } catch (const sql::sql_error& failure) {
    return resolve(group, of(failure));
  }
  // The WAL was written from its front again: whatever kept it from that is over.
  if (writer_->wal_bytes() < wal_before) {
    next_checkpoint_at_ = checkpoint_bytes_;
    look_at_room_at_ = wal_between_looks_at_room;
  }
  look_at_room();
  detail::reach(detail::phase::commit);
  return true;
}

bool group_writer::resolve(append_group& group, const trouble& met) {
  try {
    if (detail::mutant(63)) {
      writer_->reopen();
      group.complete_failed(not_written(met));
      return false;
    }
    writer_->reopen();
    const global_position last = group.tip().head;
    if (const std::optional<chain_hash> found = writer_->stored_chain(last)) {
      if (*found != group.tip().chain) throw log_damaged(paths_.log, last, "another event stands in its place");
      witness_.sync();
      writer_->make_all_durable();
      return true;
    }
    overwrite(last);
  } catch (const std::exception& failure) {
    trouble then = of(failure);
    if (then.cause == storage_fault::other) then.cause = met.cause;
    then.why = met.why + "; then: " + then.why;
    leave_open(group, std::move(then));
    return false;
  }
  group.complete_failed(not_written(met));
  if (met.cause == storage_fault::no_room) run_short();
  return false;
}

/// Commits a marker over what was written up to `last` without being committed, or ends the WAL before it.
void group_writer::overwrite(global_position last) {
  try {
    writer_->mark();
  } catch (const sql::sql_error& failure) {
    if (failure.primary() != SQLITE_FULL) throw;
    writer_->reopen();
    writer_->cut_wal();
  }
  if (writer_->stored_chain(last)) throw log_damaged(paths_.log, last, "it came back after it was overwritten");
}

/// Looks whether what was committed is where the next process will look for it, and bears witness.
bool group_writer::witnessed(append_group& group) {
  try {
    const std::chrono::nanoseconds now = clock_->elapsed();
    const bool at_all = now >= looks_at_all_files_at_;
    if (at_all) looks_at_all_files_at_ = now + all_files_are_looked_at_each;
    if (const std::string lost = at_all ? writer_->lost_file() : writer_->lost_wal(); !lost.empty())
      throw file_lost(lost);
    witness_.write({identity_, group.tip().head, group.tip().chain});
  } catch (const std::exception& failure) {
    leave_open(group, of(failure));
    return false;
  }
  detail::reach(detail::phase::witness);
  return true;
}

void group_writer::confirm(append_group& group, const std::function<void()>& before_answers) {
  if (detail::mutant(70)) std::this_thread::sleep_for(std::chrono::milliseconds{2});
  tip_ = group.tip();
  group.become_known();
  index_.add(group.indexed());
  head_.store(tip_.head.value(), std::memory_order_release);
  before_answers();
  group.complete_committed();
  told_.announce(tip_.head);
}

void group_writer::change(const std::function<void(sql::database&)>& work) {
  change_with([&] { writer_->change(work); });
}

void group_writer::compact(const std::function<bool()>& go_on) {
  change_with([&] { writer_->compact(go_on); });
}

/// As with a group: a connection that failed to commit is given up, and what it left in the WAL is overwritten.
void group_writer::change_with(const std::function<void()>& work) {
  if (stopped() || !writer_) throw log_closed(paths_.log);
  if (!writer_->cut_file().empty()) throw file_error("find what was committed in", paths_.wal, EIO);
  try {
    work();
  } catch (const sql::sql_error& failure) {
    try {
      writer_->reopen();
      overwrite(tip_.head.next());
    } catch (const std::exception& then) {
      trouble met = of(failure);
      met.why += "; then: " + of(then).why;
      stop(std::move(met));
    }
    throw;
  }
}

bool group_writer::settle() {
  witness_.sync();
  const bool settled = writer_->checkpoint_and_empty();
  next_checkpoint_at_ = checkpoint_bytes_;
  if (checkpoint_is_due()) next_checkpoint_at_ = writer_->wal_bytes() + checkpoint_bytes_ / 16;
  return settled;
}

void group_writer::stop(trouble met) {
  if (stopped()) return;
  why_stopped_ = std::move(met);
  stopped_.store(true, std::memory_order_release);
}

void group_writer::leave_open(append_group& group, trouble met) {
  if (!stopped()) left_open_ = group.take_ids();
  stop(std::move(met));
  group.complete_failed(unknown());
}

void group_writer::run_short() {
  if (stopped()) return;
  shortage_ = shortage{{}, std::nullopt, {}};
  make_room();
}

bool group_writer::make_room() {
  const std::optional<std::uint64_t> free = writer_->free_bytes();
  const bool nothing_was_freed = free && shortage_->free && *free <= *shortage_->free;
  if (nothing_was_freed && clock_->elapsed() < shortage_->again_at) return false;
  try {
    witness_.sync();
    writer_->cut_wal();
    if (writer_->checkpoint_and_empty()) shortage_.reset();
    next_checkpoint_at_ = checkpoint_bytes_;
    look_at_room_at_ = writer_->wal_bytes() + wal_between_looks_at_room;
    return true;
  } catch (const std::exception& failure) {
    trouble met = of(failure);
    if (const auto* in_sql = dynamic_cast<const sql::sql_error*>(&failure); in_sql != nullptr && is_damage(*in_sql)) {
      shortage_->met = met;
      stop(std::move(met));
      return false;
    }
    // What else stands in the way is met by what is written next.
    if (met.cause != storage_fault::no_room) return true;
    shortage_ = {std::move(met), free, clock_->elapsed() + room_is_tried_again_after};
    return false;
  }
}

void group_writer::look_at_room() {
  const std::uint64_t wal = writer_->wal_bytes();
  if (wal < look_at_room_at_) return;
  look_at_room_at_ = wal + wal_between_looks_at_room;
  const std::optional<std::uint64_t> free = writer_->free_bytes();
  room_is_low_ = free && *free < wal + wal_between_looks_at_room;
  if (room_is_low_) next_checkpoint_at_ = wal;
}

bool group_writer::is_left_open(const append_batch& batch) const {
  return std::ranges::any_of(batch.streams, [this](const stream_append& part) {
    return std::ranges::any_of(part.events,
                               [this](const new_event& event) { return left_open_.find(event.id).has_value(); });
  });
}

void group_writer::refuse(std::unique_ptr<queued_append> append) const noexcept {
  if (stopped() && is_left_open(append->batch)) return append->done.complete(unknown());
  append_refused refused = refusal(append_refused::reason::closed, "the log is closed");
  if (stopped()) {
    refused.detail = "the log takes no more appends since a failure: " + why_stopped_.why;
    refused.cause = why_stopped_.cause;
  }
  append->done.complete(std::move(refused));
}

void group_writer::checkpoint() noexcept {
  const no_blocking_here in_a_commit;
  if (std::exchange(room_is_low_, false)) return run_short();
  try {
    witness_.sync();
    writer_->checkpoint();
    next_checkpoint_at_ = checkpoint_bytes_;
  } catch (const std::exception&) {
    // All that is acknowledged is in the WAL, and stays there: it only grows. A checkpoint that failed copies everything anew.
  }
  // Also when readers kept it from being reset: not again with the next commit.
  if (checkpoint_is_due()) next_checkpoint_at_ = writer_->wal_bytes() + checkpoint_bytes_ / 16;
}

void group_writer::close() {
  // Whatever happens: a connection that outlives the log's lock would be in the next writer's way.
  const std::unique_ptr<log_writer> closing = std::move(writer_);
  known_.reset();
  if (stopped() || !closing) return;  // whoever opens it next looks closely
  witness_.sync();
  // What is copied into a file that nobody will find is lost with the WAL that it came from.
  for (const std::string& lost : {closing->lost_file(), closing->cut_file()})
    if (!lost.empty()) throw file_lost(lost);
  closing->checkpoint_and_empty();
}

bool group_writer::checkpoint_is_due() const noexcept {
  return writer_ && !stopped() && writer_->wal_bytes() >= next_checkpoint_at_;
}

}  // namespace whence::inline v0
