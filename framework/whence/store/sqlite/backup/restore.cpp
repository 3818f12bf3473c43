#include <exception>
#include <string>

#include <whence/sql/transaction.hpp>
#include <whence/store/backup_errors.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/sqlite/backup/backup_file.hpp>
#include <whence/store/sqlite/backup/event_copy.hpp>
#include <whence/store/sqlite/format.hpp>
#include <whence/store/sqlite/log_place.hpp>

namespace whence::inline v0 {
namespace {

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
  const log_paths paths = log_paths::of(to);
  if (belongs_to_log(backup, paths)) throw restore_onto_backup(backup, paths.log);
  log_place place(
      runtime.files, paths,
      [&paths](const std::string& file, long writer) {
        return std::make_exception_ptr(restore_over_log(paths.log, file, writer));
      },
      access_of(*runtime.files, backup));
  copy_order order{.log = made.from.log,
                   .last = options.at.value_or(made.from.head),
                   .until = options.until,
                   .on_progress = options.on_progress,
                   .stop = options.stop};
  made.log = {made.from.log.id, epoch_behind(made.from.log.epoch, runtime)};
  copied reached;
  {
    sql::database file = begin_log_file(place.draft(), log_file::log, made.log);
    reached = copy_events(reader, file, order);
    must_have_got(reached, made.from, options);
    file.run("UPDATE log SET began_after = ?", {reached.head.value()});
    order.log = made.log;
    read_back(place.draft(), paths.log, reached, order);
    file.run("PRAGMA journal_mode=WAL");
  }
  if (!mode.still_holds()) throw log_changed(backup);
  place.publish({made.log, reached.head, reached.chain});
  made.head = reached.head;
  made.recorded_at = reached.recorded_at;
  return made;
}

}  // namespace whence::inline v0
