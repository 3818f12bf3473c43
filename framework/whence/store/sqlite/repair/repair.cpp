#include <algorithm>
#include <array>
#include <set>
#include <span>
#include <utility>

#include <sqlite3.h>

#include <whence/core/async.hpp>
#include <whence/core/detail/fault_points.hpp>
#include <whence/core/file_draft.hpp>
#include <whence/sql/reading_mode.hpp>
#include <whence/sql/transaction.hpp>
#include <whence/store/backup_errors.hpp>
#include <whence/store/log_archive.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_repair.hpp>
#include <whence/store/sqlite/backup/event_copy.hpp>
#include <whence/store/sqlite/backup/event_insertion.hpp>
#include <whence/store/sqlite/judge.hpp>
#include <whence/store/sqlite/log.hpp>
#include <whence/store/sqlite/log_place.hpp>
#include <whence/store/sqlite/opening.hpp>
#include <whence/store/sqlite/repair/kept_copy.hpp>
#include <whence/store/sqlite/repair/planning.hpp>
#include <whence/store/sqlite/repair/repair_note.hpp>
#include <whence/store/sqlite/repair/unlisted_archives.hpp>
#include <whence/store/sqlite/schema.hpp>

namespace whence::inline v0 {
namespace {

constexpr std::uint64_t events_of_transaction = 8'192;
constexpr int busy_milliseconds = 10'000;

/// A log, which may be damaged, and no backup.
log_paths must_be_log(const std::string& path, const runtime& runtime) {
  log_paths paths = log_paths::of(path);
  if (check_log_header(*runtime.files, paths.log) == log_file::backup) throw log_is_backup(paths.log);
  return paths;
}

/// Nothing was lost from a log that never was whole; where the mark cannot be read, the damage is told.
void must_be_no_import(repair_reader& reader, const log_paths& paths) {
  try {
    if (has_unfinished_import(reader.connection())) throw import_unfinished(paths.log);
  } catch (const sql::sql_error& failure) {
    if (!is_damage(failure)) throw;
  }
}

/// Throws log_damaged instead of what SQLite says of a database in which it finds no table.
std::unique_ptr<repair_reader> open_reader(const log_paths& paths, const runtime& runtime) {
  try {
    auto reader = std::make_unique<repair_reader>(paths, runtime);
    must_be_no_import(*reader, paths);
    return reader;
  } catch (const sql::sql_error& failure) {
    if (is_damage(failure)) throw log_damaged(paths.log, global_position{}, failure.what());
    must_not_lack_files(failure, *runtime.files, paths.log);
    throw;
  }
}

repair_readers open_readers(const log_paths& paths, const runtime& runtime, const std::vector<std::string>& from) {
  repair_readers readers;
  readers.push_back(open_reader(paths, runtime));
  if (readers.front()->connection().base() != nullptr) throw repair_of_fork(paths.log);
  const witness_reading witness = read_witness(*runtime.files, paths.witness);
  if (witness.latest) readers.front()->identify(witness.latest->log);
  const log_id log = readers.front()->about().identity.id;
  std::vector<std::string> archives;
  for (const std::string& each : from) {
    if (is_archive(*runtime.files, each)) {
      archives.push_back(each);
      continue;
    }
    const log_paths other = log_paths::of(each);
    check_log_header(*runtime.files, other.log);
    readers.push_back(open_reader(other, runtime));
    const log_id found = readers.back()->about().identity.id;
    if (found != log)
      throw repair_from_other_log(paths.log, each,
                                  "it is of " + found.to_string() + ", and the log is " + log.to_string());
  }
  readers.front()->look_into(unlisted_archives(*runtime.files, paths, log, archives));
  return readers;
}

log_row behind_a_loss(const repair_findings& found, const repair_readers& readers, const witness_reading& witness,
                      const runtime& runtime) {
  std::uint64_t epoch = found.plan.log.epoch;
  for (const auto& reader : readers) epoch = std::max(epoch, reader->about().identity.epoch);
  if (witness.latest && witness.latest->log.id == found.plan.log.id) epoch = std::max(epoch, witness.latest->log.epoch);
  // Two copies of one log that lost the same are two logs from here on: so each has a number of its own.
  epoch = epoch_behind(epoch, runtime);
  return {.identity = {found.plan.log.id, epoch}, .began_after = found.plan.end, .format = found.becomes.format};
}

/// While one lives, files are made as `repair_options::as_owner` says.
class acting {
 public:
  explicit acting(const repair_options& options) : as_(options.as_owner), is_(as_ ? as_() : nullptr) {}

  /// What reads other files is done by who repairs: they need not be the owner's to read.
  template <class Work>
  void pause(Work work) {
    is_.reset();
    work();
    if (as_) is_ = as_();
  }

 private:
  const std::function<std::shared_ptr<void>()>& as_;
  std::shared_ptr<void> is_;
};

/// The repaired log until it is the log. Gone with this, unless it has got its name.
class repair_draft {
 public:
  repair_draft(files& files, const log_paths& paths)
      : paths_(paths), draft_(files, paths.log, access_of(files, paths.log)) {}

  const std::string& path() const noexcept { return draft_.path(); }
  /// It takes the place of the log, durably.
  void replace() { draft_.replace(); }
  bool is_log() const noexcept { return draft_.has_name(); }

  void fill(repair_readers& readers, const repair_findings& found, const log_row& becomes,
            const repair_options& options, acting& owner) {
    {
      sql::database db = begin_log_file(path(), log_file::log, becomes.identity);
      own_like(path(), paths_.log);
      owner.pause([&] { put_events(db, readers, found, options); });
      db.run("UPDATE log SET began_after = ?", {becomes.began_after.value()});
      db.run("PRAGMA journal_mode=WAL");
    }
    read_back(
        path(), paths_.log, {.head = found.end.at, .chain = found.end.chain, .recorded_at = found.end.recorded_at},
        {.log = becomes.identity, .last = found.end.at, .on_progress = options.on_progress, .stop = options.stop});
  }

 private:
  void put_events(sql::database& db, repair_readers& readers, const repair_findings& found,
                  const repair_options& options) {
    event_insertion insertion(db);
    std::optional<sql::transaction> part(std::in_place, db);
    const auto put = [&](const entry_row& row, const recorded_event& event, event_origin) {
      insertion.run(row, event);
      if (event.position.value() % events_of_transaction != 0) return;
      part->commit();
      part.emplace(db);
      if (options.on_progress) options.on_progress({"events", event.position.value(), found.end.at.value()});
    };
    const assembled_to reached = assembly(readers, found.witness).go(found.end.at, put, options.stop);
    part->commit();
    if (reached.at != found.end.at || reached.chain != found.end.chain) throw log_changed(paths_.log);
  }

  const log_paths& paths_;
  file_draft draft_;
};

}  // namespace

bool does_repair_without_tables(const std::string& path) {
  try {
    sql::database db = sql::database::open(path, sql::reading_mode::of(path).mode());
    return !tables_lost_of_log(db).why.empty();
  } catch (const error&) {
    return false;
  }
}

class log_repair::work {
 public:
  work(const std::string& path, const runtime& runtime, const repair_options& options)
      : runtime_(runtime),
        options_(options),
        paths_(must_be_log(path, runtime)),
        lock_(runtime.files->status(paths_.lock) ? lock_log(*runtime.files, paths_) : nullptr),
        readers_(open_readers(paths_, runtime_, options.from)),
        head_(readers_.front()->head()),
        note_(read_note(runtime_, paths_, readers_.front()->about().identity)),
        found_(plan_repair(readers_, paths_, runtime_, options_, note_)) {
    must_have_past();
    must_have_archives();
  }

  const repair_plan& plan() const noexcept { return found_.plan; }

  void visit_lost(const std::function<void(const recorded_event&)>& visit) {
    visit_lost_events(found_, readers_, options_.stop, visit);
  }

  void must_be_accepted(const repair_decision& decision) const {
    const repair_plan& plan = found_.plan;
    std::vector<log_loss> missing;
    std::string detail;
    for (const planned_loss& loss : plan.losses) {
      if (std::ranges::find(decision.accept, loss.what) != decision.accept.end()) continue;
      missing.push_back(loss.what);
      detail += (detail.empty() ? "" : "; ") + loss.detail;
    }
    if (!missing.empty()) throw repair_not_accepted(plan.path, std::move(missing), std::move(detail));
    if (plan.loses() && (!decision.audit || decision.audit->reason.empty()))
      throw malformed_input("repair.no_reason", {.what = "a loss is accepted with a reason; nothing was changed",
                                                 .where = plan.path,
                                                 .why = "it stays in the log, for who asks later where the events are",
                                                 .remedy = "say why, in some words: a ticket, who decided it"});
  }

  repaired_log carry_out(const repair_decision& decision) {
    must_be_accepted(decision);
    repaired_log done{.log = found_.plan.log, .end = found_.plan.end, .kept = {}, .unfinished = {}};
    if (found_.plan.nothing_to_do()) {
      if (lock_) forget_note();  // of one that died before it had come to the log
      return done;
    }
    if (!lock_) hold();
    if (!found_.plan.ends_earlier) {
      note_.reset();
      // What is wrong with it is said before anything is changed.
      if (decision.audit) note_ = repair_note{.inode = 0, .repaired = {}, .audit = audit_of(*decision.audit, runtime_)};
    }
    if (found_.plan.makes_log_anew) {
      make_anew(done);
    } else {
      readers_.clear();
      const acting owner(options_);
      mend_beside();
    }
    if (!done.unfinished) come_to_end(done);
    lock_.reset();
    return done;
  }

 private:
  /// What may lie in another log is not lost because nobody knows any more in which.
  void must_have_past() {
    repair_reader& log = *readers_.front();
    const repair_plan& plan = found_.plan;
    if (!log.connection().may_be_fork() || !plan.loses()) return;
    const std::uint64_t first = log.next_row(global_position{1}).value();  // of its own; 0: it has none
    if (plan.end < log.about().began_after || plan.end.value() + 1 < first)
      throw repair_past_unknown(paths_.log, plan.end.next(), log.connection().lost());
  }

  /// Events whose archive was moved away, or cannot be read at the moment, are not lost, and nobody may accept that they are.
  void must_have_archives() {
    const auto is_damage = [](const planned_loss& loss) { return loss.what == log_loss::damage; };
    if (std::ranges::none_of(found_.plan.losses, is_damage)) return;
    const global_position end = found_.plan.end;
    for (const auto& reader : readers_) reader->must_not_have_been_refused(end);
    const auto behind = readers_.front()->archives_behind(end);
    std::vector<log_archive> archives;
    try {
      archives = archives_of(paths_.log, runtime_);
    } catch (const error&) {
      // Where the log does not say what it has archived, that is part of the damage.
    }
    for (const log_archive& archive : archives) {
      // All that was in it has been brought back; as the log says, and its stubs.
      if (archive.last <= end && !behind.contains(archive.number)) continue;
      auto obstacle = obstacle_of(paths_.log, archive);
      if (obstacle && !readers_.front()->has_unlisted(archive.number)) throw log_damaged(std::move(*obstacle));
    }
    readers_.front()->must_know_archives_behind(end);
  }

  /// The plan was made without the lock: nobody may have written since.
  void hold() {
    {
      const acting owner(options_);
      lock_ = lock_log(*runtime_.files, paths_);
    }
    must_be_as_planned();
    // By another connection: the first one still sees what it looked at last as it was then.
    if (open_reader(paths_, runtime_)->head() != head_) throw log_changed(paths_.log);
  }

  void must_be_as_planned() const {
    for (const auto& reader : readers_) reader->must_be_as_it_was();
  }

  /// The repaired log has the archived events itself.
  std::uint64_t archived_bytes() const {
    std::set<std::string> archives;
    try {
      for (const log_archive& one : archives_of(paths_.log, runtime_)) archives.insert(one.path);
    } catch (const error&) {
      // Where the log does not say what it has archived, what was found is all that is known.
      for (const unlisted_archive& one : readers_.front()->unlisted()) archives.insert(one.path);
    }
    std::uint64_t bytes = 0;
    for (const std::string& path : archives) bytes += runtime_.files->status(path).value_or(file_status{}).size;
    return bytes;
  }

  void must_have_room() {
    std::uint64_t needed = 2 * bytes_of_copy(*runtime_.files, paths_) + archived_bytes();
    for (std::size_t i = 1; i < readers_.size(); ++i) {
      if (found_.plan.healed_events == 0) break;
      const std::optional<file_status> other = runtime_.files->status(readers_[i]->path());
      if (other) needed = std::max(needed, bytes_of_copy(*runtime_.files, paths_) + other->size);
    }
    const acting owner(options_);
    const std::optional<std::uint64_t> free = runtime_.files->free_bytes(paths_.log);
    if (free && *free < needed) throw repair_no_room(paths_.log, needed, *free);
  }

  void make_anew(repaired_log& done) {
    must_have_room();
    const witness_reading witness = read_witness(*runtime_.files, paths_.witness);
    const log_row becomes = found_.plan.loses() ? behind_a_loss(found_, readers_, witness, runtime_) : found_.becomes;
    acting owner(options_);
    repair_draft draft(*runtime_.files, paths_);
    detail::reach(detail::phase::repair);
    draft.fill(readers_, found_, becomes, options_, owner);
    owner.pause([this] { must_be_as_planned(); });
    detail::reach(detail::phase::repair);
    if (options_.stop.stop_requested()) throw operation_cancelled();
    readers_.clear();
    done.kept = keep_copy(*runtime_.files, paths_, runtime_.clock->now());
    detail::reach(detail::phase::repair);
    try {
      publish(draft, {becomes.identity, found_.end.at, found_.end.chain}, done);
    } catch (...) {
      if (!has_written_) remove_copy(*runtime_.files, done.kept);
      throw;
    }
    done.log = becomes.identity;
  }

  /// At each moment the log is the old one or the new one. The WAL goes before the database: SQLite would take the old one for a
  /// part of the new database. Once the log is the new one nothing is taken back.
  void publish(repair_draft& draft, const testimony& says, repaired_log& done) {
    files& files = *runtime_.files;
    note_down(draft.path(), says);
    try {
      empty_wal();
      detail::reach(detail::phase::repair);
      remove_index();
      for (const char* const end : {"-wal", "-shm"}) files.remove(paths_.log + end);
      detail::reach(detail::phase::repair);
      draft.replace();
      detail::reach(detail::phase::repair);
      witness::create(files, paths_.witness, says);
    } catch (...) {
      if (!draft.is_log()) {
        forget_note();
        throw;
      }
      done.unfinished = std::current_exception();
    }
  }

  void note_down(const std::string& file, const testimony& says) {
    if (!note_) return;
    note_->repaired = says;
    const std::optional<file_status> found = runtime_.files->status(file);
    if (found) note_->inode = found->inode;
    write_note(*runtime_.files, paths_, *note_);
    detail::reach(detail::phase::repair);
  }

  /// What has failed is told; a note that stays is of no log.
  void forget_note() noexcept {
    try {
      remove_note(*runtime_.files, paths_);
    } catch (const file_error&) {
    }
  }

  /// Copies what can be read of the WAL into the database, which so becomes all of the old log.
  void empty_wal() {
    const std::optional<file_status> wal = runtime_.files->status(paths_.wal);
    if (!wal || wal->size == 0) return;
    has_written_ = true;
    lengthen_database();
    sql::database db = sql::database::open(paths_.log, sql::open_mode::read_write);
    sqlite3_busy_timeout(db.handle(), busy_milliseconds);
    // A connection that has read nothing yet does not know of the WAL, and would copy nothing of it.
    if (db.text("PRAGMA journal_mode=WAL") != "wal")
      throw sql::sql_error(SQLITE_CANTOPEN, paths_.log, "read its WAL", "");
    const int result = sqlite3_wal_checkpoint_v2(db.handle(), "main", SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    const std::optional<file_status> now = runtime_.files->status(paths_.wal);
    const bool copied = result == SQLITE_OK && (!now || now->size == 0);
    if (!copied) throw sql::sql_error(result == SQLITE_OK ? SQLITE_BUSY : result, paths_.log, "checkpoint", "");
  }

  /// SQLite copies nothing into a database of which much is missing at the end. It reads what is missing as zeros: so they may as
  /// well be there.
  void lengthen_database() {
    std::uint64_t bytes = bytes_by_header();
    try {
      sql::database db = sql::database::open(paths_.log, sql::open_mode::read_only);
      bytes = std::max(bytes, static_cast<std::uint64_t>(db.integer("PRAGMA page_count").value_or(0)) *
                                  static_cast<std::uint64_t>(db.integer("PRAGMA page_size").value_or(0)));
    } catch (const sql::sql_error& failure) {
      if (!is_damage(failure)) throw;  // it is shorter than it says, and its WAL says nothing
    }
    const std::unique_ptr<file> database = runtime_.files->open(paths_.log, open_file::write);
    const std::byte zero{};
    if (database->size() < bytes) database->write_at(bytes - 1, std::span(&zero, 1));
  }

  /// What the database says of its size: pages of how many bytes, and how many of them.
  std::uint64_t bytes_by_header() {
    std::array<std::byte, 32> header{};
    if (runtime_.files->open(paths_.log, open_file::read)->read_at(0, header) != header.size()) return 0;
    const auto number = [&header](std::size_t first, std::size_t size) {
      std::uint64_t read = 0;
      for (std::size_t i = first; i < first + size; ++i) read = read << 8 | std::to_integer<std::uint64_t>(header[i]);
      return read;
    };
    constexpr std::uint64_t page_bytes_max = 65'536;  // which is said as 1
    const std::uint64_t page = number(16, 2) == 1 ? page_bytes_max : number(16, 2);
    const std::uint64_t bytes = page * number(28, 4);
    // A damaged number is not believed: what is missing is less than what is there a few times.
    return bytes <= 16 * runtime_.files->status(paths_.log).value_or(file_status{}).size ? bytes : 0;
  }

  void remove_index() {
    for (const char* const end : {"", "-wal", "-shm", "-journal"}) runtime_.files->remove(paths_.index + end);
  }

  void mend_beside() {
    const testimony says{found_.becomes.identity, found_.end.at, found_.end.chain};
    if (!found_.plan.ends_earlier) note_down(paths_.log, says);
    if (found_.plan.removes_index) remove_index();
    if (found_.plan.rewrites_witness) witness::create(*runtime_.files, paths_.witness, says);
    runtime_.files->sync_directory(paths_.directory);
  }

  /// The audit event. It has the id that the note says: appended again, it is the same one.
  void come_to_end(repaired_log& done) {
    detail::reach(detail::phase::repair);
    if (!note_) return forget_note();
    const acting owner(options_);
    try {
      sqlite_log log(paths_, {}, runtime_, std::nullopt, std::move(lock_));
      static_cast<void>(log.append({.streams = {note_->audit}}).get().value());
      detail::reach(detail::phase::repair);
      remove_note(*runtime_.files, paths_);
      log.close();
    } catch (...) {
      done.unfinished = std::current_exception();
    }
  }

  const runtime runtime_;
  const repair_options options_;
  const log_paths paths_;
  std::unique_ptr<file_lock> lock_;
  repair_readers readers_;
  const global_position head_;       // when they were opened
  std::optional<repair_note> note_;  // of an earlier repair; then of this one
  repair_findings found_;
  bool has_written_ = false;  // into the database: since then the copy is more than that
};

log_repair::log_repair(const std::string& path, const runtime& runtime, const repair_options& options)
    : work_(std::make_unique<work>(path, runtime, options)) {}
log_repair::~log_repair() = default;
log_repair::log_repair(log_repair&&) noexcept = default;
log_repair& log_repair::operator=(log_repair&&) noexcept = default;

const repair_plan& log_repair::plan() const noexcept { return work_->plan(); }

void log_repair::visit_lost(const std::function<void(const recorded_event&)>& visit) { work_->visit_lost(visit); }

void log_repair::must_be_accepted(const repair_decision& decision) const { work_->must_be_accepted(decision); }

repaired_log log_repair::carry_out(const repair_decision& decision) { return work_->carry_out(decision); }

}  // namespace whence::inline v0
