#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <whence/sql/transaction.hpp>
#include <whence/store/chain.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/sqlite/backup/backup_file.hpp>
#include <whence/store/sqlite/backup/event_copy.hpp>
#include <whence/store/sqlite/format.hpp>
#include <whence/store/sqlite/witness.hpp>

namespace whence::inline v0 {
namespace {

/// A witness that has seen nothing is left by who was killed before there was a log.
bool has_seen_something(files& files, const std::string& witness) {
  const witness_reading found = read_witness(files, witness);
  return found.present && (!found.latest || found.latest->position != global_position{});
}

void must_be_free(files& files, const log_paths& paths) {
  for (const std::string& file : {paths.log, paths.wal, paths.log + "-shm", paths.witness}) {
    if (!files.status(file) || (file == paths.witness && !has_seen_something(files, file))) continue;
    throw restore_over_log(paths.log, file, files.lock_holder(paths.lock).value_or(0));
  }
}

/// The place where the log is to be: held, and free.
class log_place {
 public:
  log_place(std::shared_ptr<files> files, log_paths paths) : files_(std::move(files)), paths_(std::move(paths)) {
    must_have_room_in_name(*files_, paths_);
    must_be_free(*files_, paths_);
    lock_attempt attempt = lock_beside(*files_, paths_.log, paths_.lock);
    if (!attempt.lock) throw log_busy(paths_.log, attempt.holder_pid);
    lock_ = std::move(attempt.lock);
    must_be_free(*files_, paths_);
  }
  log_place(const log_place&) = delete;
  log_place& operator=(const log_place&) = delete;
  ~log_place() {
    if (published_) return;
    for (const std::string& file : {draft(), draft() + "-journal", draft() + "-wal", draft() + "-shm", paths_.witness})
      remove(file);
  }

  std::string draft() const { return paths_.log + ".new"; }

  /// The draft is the log from now on. A crash halfway leaves a witness that has seen nothing, without or with a log.
  void publish(const testimony& says) {
    files_->open(draft(), open_file::write)->sync();
    whence::witness witness =
        whence::witness::create(*files_, paths_.witness, {says.log, global_position{}, chain_start(says.log.id)});
    for (const char* const end : {"", "-wal", "-shm", "-journal"}) remove(paths_.index + end);
    files_->rename(draft(), paths_.log);
    published_ = true;
    files_->sync_directory(paths_.directory);
    witness.write(says);
    witness.sync();
  }

 private:
  void remove(const std::string& file) noexcept {
    try {
      files_->remove(file);
    } catch (const file_error&) {
      // A draft is replaced by the next, an index that does not fit is made anew.
    }
  }

  const std::shared_ptr<files> files_;
  const log_paths paths_;
  std::unique_ptr<file_lock> lock_;
  bool published_ = false;
};

log_identity in_new_epoch(const log_identity& log, clock& clock) {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(clock.now()).time_since_epoch().count();
  return {log.id, std::max(log.epoch + 1, static_cast<std::uint64_t>(std::max<std::int64_t>(now, 0)))};
}

void must_have_got(const copied& reached, const log_backup& from, const restore_options& options) {
  if (reached.head == from.head && reached.chain != from.chain)
    throw log_damaged(from.path, reached.head, "it is not the event that was there when the backup was made");
  if (reached.head == global_position{} && from.head != global_position{} && options.until)
    throw not_in_backup(from.path, "no event that was recorded so early", "its first event is later");
}

}  // namespace

restored_log restore_log(const std::string& backup, const std::string& to, const runtime& runtime,
                         const restore_options& options) {
  restored_log made;
  made.from = read_backup(backup, runtime);
  if (options.at && *options.at > made.from.head)
    throw not_in_backup(backup, "no event " + std::to_string(options.at->value()),
                        "it ends at event " + std::to_string(made.from.head.value()));
  const sql::reading_mode mode = sql::reading_mode::of(backup);
  log_reader_connection reader(backup, mode.mode());
  log_place place(runtime.files, log_paths::of(to));
  copy_order order{.log = made.from.log,
                   .last = options.at.value_or(made.from.head),
                   .until = options.until,
                   .on_progress = options.on_progress,
                   .stop = options.stop};
  made.log = in_new_epoch(made.from.log, *runtime.clock);
  copied reached;
  {
    sql::database file = begin_log_file(*runtime.files, place.draft(), log_file::log, made.log);
    reached = copy_events(reader, file, order);
    must_have_got(reached, made.from, options);
    file.run("UPDATE log SET began_after = ?", {reached.head.value()});
    order.log = made.log;
    read_back(place.draft(), reached, order);
    file.run("PRAGMA journal_mode=WAL");
  }
  if (!mode.still_holds()) throw log_changed(backup);
  place.publish({made.log, reached.head, reached.chain});
  made.head = reached.head;
  made.recorded_at = reached.recorded_at;
  return made;
}

}  // namespace whence::inline v0
