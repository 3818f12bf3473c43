#include <cerrno>
#include <utility>

#include <whence/core/file_draft.hpp>
#include <whence/sql/transaction.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_source.hpp>
#include <whence/store/sqlite/backup/backup.hpp>
#include <whence/store/sqlite/backup/backup_file.hpp>
#include <whence/store/sqlite/backup/event_copy.hpp>
#include <whence/store/sqlite/visitor.hpp>

namespace whence::inline v0 {
namespace {

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
  const std::string place = runtime.files->behind_links(to);
  must_have_room_in_name(*runtime.files, log_paths(place));  // it is read as a log is
  must_not_belong_to_log(*runtime.files, to);
  if (runtime.files->status(place)) throw file_error("make", to, EEXIST);
  must_be_whole(sqlite_visitor(paths, runtime).condition(), paths.log);
  log_beside_its_writer log(paths, runtime);
  file_draft draft(*runtime.files, place, access_of(*runtime.files, paths.log));
  if (draft.rival()) throw backup_busy(to, *draft.rival());
  const copy_order order{
      .log = log.about().identity, .last = log.head(), .on_progress = options.on_progress, .stop = options.stop};
  log_backup made;
  made.path = to;
  made.log = order.log;
  copied reached;
  {
    sql::database file = begin_log_file(draft.path(), log_file::backup, order.log);
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
  read_back(draft.path(), draft.place(), reached, order);
  draft.publish();
  const std::optional<file_status> there = runtime.files->status(to);
  made.bytes = there ? there->size : 0;
  return made;
}

}  // namespace whence::inline v0
