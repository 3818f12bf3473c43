#include <cerrno>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include <unistd.h>

#include <whence/sql/transaction.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/sqlite/backup/backup.hpp>
#include <whence/store/sqlite/backup/backup_file.hpp>
#include <whence/store/sqlite/backup/event_copy.hpp>
#include <whence/store/sqlite/visitor.hpp>

namespace whence::inline v0 {
namespace {

/// The file while it is none yet: `<to>.partial`, under a lock, so that two do not make the same one. Gone with this, unless it
/// has got its name.
class partial_file {
 public:
  partial_file(std::shared_ptr<files> files, std::string to)
      : files_(std::move(files)), to_(std::move(to)), path_(to_ + ".partial"), lock_path_(path_ + ".lock") {
    must_be_free();
    lock_attempt attempt = lock_beside(*files_, to_, lock_path_);
    if (!attempt.lock) throw backup_busy(to_, attempt.holder_pid);
    lock_ = std::move(attempt.lock);
    // Whoever held it before removed the file, and we may hold a lock on what has no name any more, or whose name another has.
    const std::optional<long> holder = files_->lock_holder(lock_path_);
    if (!files_->status(lock_path_) || (holder && *holder != ::getpid())) throw backup_busy(to_, holder.value_or(0));
  }
  partial_file(const partial_file&) = delete;
  partial_file& operator=(const partial_file&) = delete;
  ~partial_file() {
    for (const std::string& file : {path_, path_ + "-journal", lock_path_}) {
      try {
        files_->remove(file);
      } catch (const file_error&) {
        // It is replaced by the next backup of this name.
      }
    }
  }

  const std::string& path() const noexcept { return path_; }

  void publish() {
    files_->open(path_, open_file::write)->sync();
    must_be_free();
    files_->rename(path_, to_);
    files_->sync_directory(directory_of(to_));
  }

 private:
  void must_be_free() {
    if (files_->status(to_)) throw file_error("make", to_, EEXIST);
  }

  const std::shared_ptr<files> files_;
  const std::string to_;
  const std::string path_;
  const std::string lock_path_;
  std::unique_ptr<file_lock> lock_;
};

/// Whether it is the name of a file that belongs to the log, also if there is none at the moment: SQLite, say, would take what
/// stands there for its WAL.
bool belongs_to_log(const std::string& to, const log_paths& paths) {
  std::error_code unknown;
  const auto whole = [&unknown](const std::string& path) {
    return std::filesystem::weakly_canonical(path, unknown).string();
  };
  const std::string file = whole(to);
  for (const char* const end :
       {"", "-wal", "-shm", "-journal", ".lock", ".witness", ".new", ".ctl", ".index", ".index-wal", ".index-shm",
        ".index-journal", ".models", ".snapshots", ".snapshots-wal", ".snapshots-shm"})
    if (file == whole(paths.log + end)) return true;
  return false;
}

/// A log, held by nobody, as it is while nobody has changed the way in which it is read.
class log_beside_its_writer {
 public:
  log_beside_its_writer(const log_paths& paths, const runtime& runtime)
      : mode_(reading_mode_of_visitors(*runtime.files, paths, paths.log)), reader_(paths.log, mode_.mode()) {
    const log_reader_connection::snapshot now(reader_);
    about_ = reader_.about();
    head_ = reader_.head();
  }

  log_reader_connection& reader() noexcept { return reader_; }
  const log_row& about() const noexcept { return about_; }
  global_position head() const noexcept { return head_; }
  void must_be_as_it_was() {
    if (!mode_.still_holds()) throw log_changed(reader_.database().path());
  }

 private:
  sql::reading_mode mode_;
  log_reader_connection reader_;
  log_row about_;
  global_position head_;
};

}  // namespace

log_backup back_up_sqlite_log(const log_paths& paths, const std::string& to, const runtime& runtime,
                              const backup_options& options) {
  if (belongs_to_log(to, paths)) throw file_error("make", to, EEXIST);
  must_be_whole(sqlite_visitor(paths, runtime).condition(), paths.log);
  log_beside_its_writer log(paths, runtime);
  partial_file partial(runtime.files, to);
  const copy_order order{
      .log = log.about().identity, .last = log.head(), .on_progress = options.on_progress, .stop = options.stop};
  log_backup made;
  made.path = to;
  made.log = order.log;
  copied reached;
  {
    sql::database file = begin_log_file(*runtime.files, partial.path(), log_file::backup, order.log);
    reached = copy_events(log.reader(), file, order);
    log.must_be_as_it_was();
    made.head = reached.head;
    made.chain = reached.chain;
    made.recorded_at = reached.recorded_at;
    made.made_at = runtime.clock->now();
    sql::transaction last(file);
    write_manifest(file, log.about(), made);
    last.commit();
  }
  read_back(partial.path(), reached, order);
  partial.publish();
  const std::optional<file_status> there = runtime.files->status(to);
  made.bytes = there ? there->size : 0;
  return made;
}

}  // namespace whence::inline v0
