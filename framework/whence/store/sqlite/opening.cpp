#include <algorithm>
#include <utility>

#include <whence/core/detail/fault_points.hpp>
#include <whence/core/file_draft.hpp>
#include <whence/store/backup_errors.hpp>
#include <whence/store/chain.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_source.hpp>
#include <whence/store/sqlite/judge.hpp>
#include <whence/store/sqlite/opening.hpp>

namespace whence::inline v0 {
namespace {

/// There is no file of that name. What lies beside it may say that there was one, and that it had events.
void make_log(const log_paths& paths, const sqlite_options& options, const runtime& runtime,
              const std::optional<log_identity>& import_of) {
  files& files = *runtime.files;
  const witness_reading witness = read_witness(files, paths.witness);
  if (!options.accept_missing_tail && witness.latest && witness.latest->position != global_position{}) {
    throw tail_missing(paths.log, global_position{}, witness.latest->position);
  }
  // SQLite would take what is in it for a part of the new database.
  for (const std::string& part : {paths.wal, paths.log + "-journal"}) {
    if (const std::optional<file_status> there = files.status(part); there && there->size > 0)
      throw not_a_log(paths.log, "it does not exist, but " + part + " does: the database of that file is missing");
  }
  const log_identity identity = import_of ? *import_of : log_identity{log_id(runtime.make_uuid()), 1};
  file_draft draft(files, paths.log);
  begin_log_file(draft.path(), import_of ? log_file::unfinished_import : log_file::log, identity)
      .run("PRAGMA journal_mode=WAL");
  // The witness is there before the log can have an event; a crash in between leaves one that has seen nothing.
  whence::witness::create(files, paths.witness, {identity, global_position{}, chain_start(identity.id)});
  draft.publish();
}

/// For a planted bug.
void forget_log(files& files, const log_paths& paths) {
  for (const std::string& file : {paths.log, paths.wal, paths.witness, paths.log + "-shm"}) files.remove(file);
}

[[noreturn]] void refuse(const log_paths& paths, const judgement& found) {
  if (found.condition.what == log_condition::kind::tail_missing) {
    throw tail_missing(paths.log, found.condition.found, found.condition.witnessed);
  }
  throw witness_missing(paths.log, found.witness_detail);
}

/// What was lost is given up by name: what comes now is another history from here on, durably, and has a witness of its own.
log_identity begin_epoch(log_writer& writer, const judgement& found, const witness_reading& lost) {
  log_identity identity = found.about.identity;
  if (lost.latest && lost.latest->log.id == identity.id)
    identity.epoch = std::max(identity.epoch, lost.latest->log.epoch);
  ++identity.epoch;
  writer.begin_epoch(identity.epoch, found.head);
  return identity;
}

opened_log open_locked(std::unique_ptr<file_lock> lock, const log_paths& paths, const sqlite_options& options,
                       const runtime& runtime, bool by_import) {
  files& files = *runtime.files;
  auto readers = std::make_unique<log_readers>(paths.log);
  const judgement found = judge(files, paths, readers->log);
  using kind = log_condition::kind;
  const bool whole = found.condition.what == kind::whole || found.condition.what == kind::import_unfinished;
  if (!whole && !options.accept_missing_tail) refuse(paths, found);
  // Nobody can accept by name what an export's end has not vouched for.
  if (!by_import && has_unfinished_import(readers->log)) throw import_unfinished(paths.log);

  const witness_reading before = read_witness(files, paths.witness);
  // The writer may begin with a checkpoint: after an unclean end, what the witness has seen is not synced yet.
  if (before.latest) whence::witness::open(files, paths.witness).sync();
  auto writer = std::make_unique<log_writer>(runtime.files, paths);
  const log_identity identity = whole ? found.about.identity : begin_epoch(*writer, found, before);
  const testimony now{identity, found.head, found.chain};
  const bool goes_on = whole && before.latest && before.latest->log == identity;
  whence::witness witness =
      goes_on ? whence::witness::open(files, paths.witness) : whence::witness::create(files, paths.witness, now);
  if (goes_on) witness.write(now);  // into the slot that is not the newest: also if that could not be read
  if (const auto file = files.status(paths.log); file && file->made_at != 0) witness.note_file(file->made_at);
  if (goes_on && before.readable_slots == 1) {
    runtime.executor->report(std::make_exception_ptr(log_witness_damaged(paths.witness)));
  }
  return {.lock = std::move(lock),
          .identity = identity,
          .tip = {found.head, found.chain, found.recorded_at},
          .readers = std::move(readers),
          .writer = std::move(writer),
          .witness = std::move(witness)};
}

}  // namespace

std::unique_ptr<file_lock> lock_log(files& files, const log_paths& paths) {
  lock_attempt attempt = lock_beside(files, paths.log, paths.lock);
  if (!attempt.lock) throw log_busy(paths.log, attempt.holder_pid);
  return std::move(attempt.lock);
}

opened_log open_log(const log_paths& paths, const sqlite_options& options, const runtime& runtime,
                    const std::optional<log_identity>& import_of, std::unique_ptr<file_lock> held) {
  must_have_room_in_name(*runtime.files, paths);
  if (!runtime.files->status(paths.log)) must_have_room_in_name_of_new_log(*runtime.files, paths);
  // Before anything is made beside it: another application's database gets no lock file of ours.
  if (!runtime.files->status(paths.log)) {
    must_not_belong_to_log(*runtime.files, paths.log);
  } else if (check_log_header(*runtime.files, paths.log) == log_file::backup) {
    throw log_is_backup(paths.log);
  }
  std::unique_ptr<file_lock> lock = held ? std::move(held) : lock_log(*runtime.files, paths);
  const std::optional<file_status> there = runtime.files->status(paths.log);
  if (detail::mutant(6) && there && there->size % 8192 != 0) forget_log(*runtime.files, paths);
  if (!runtime.files->status(paths.log)) make_log(paths, options, runtime, import_of);
  try {
    return open_locked(std::move(lock), paths, options, runtime, import_of.has_value());
  } catch (const sql::sql_error& failure) {
    if (is_damage(failure)) throw log_damaged(paths.log, global_position{}, failure.what());
    throw;
  }
}

void end_import(const log_paths& paths, const runtime& runtime, const log_identity& import_of) {
  opened_log opened = open_log(paths, {}, runtime, import_of);
  opened.identity.epoch = std::max(opened.identity.epoch, import_of.epoch);
  // A death between the two leaves a witness of an earlier epoch, where this one has no event yet: that is a whole log.
  opened.writer->end_import(opened.identity.epoch, opened.tip.head);
  whence::witness::create(*runtime.files, paths.witness, {opened.identity, opened.tip.head, opened.tip.chain});
}

}  // namespace whence::inline v0
