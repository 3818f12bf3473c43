#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <whence/core/async.hpp>
#include <whence/core/detail/fault_points.hpp>
#include <whence/sql/transaction.hpp>
#include <whence/store/chain.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/sqlite/archive/archive_file.hpp>
#include <whence/store/sqlite/archive/archive_place.hpp>
#include <whence/store/sqlite/archive/archiving.hpp>
#include <whence/store/sqlite/archive/plan.hpp>
#include <whence/store/sqlite/backup/event_insertion.hpp>
#include <whence/store/sqlite/near_file.hpp>
#include <whence/store/sqlite/reader.hpp>
#include <whence/store/sqlite/schema.hpp>

namespace whence::inline v0 {
namespace {

/// Of a transaction that makes stubs: appends wait for it.
constexpr std::uint64_t events_of_move = 2'048;
constexpr std::uint64_t events_between_reports = 8'192;

void must_go_on(const archive_options& options) {
  if (options.stop.stop_requested()) throw operation_cancelled();
}

void report(const archive_options& options, std::string_view doing, std::uint64_t done, std::uint64_t of) {
  if (options.on_progress) options.on_progress({doing, done, of});
}

chain_hash chain_in(const sql::statement& row, int column) {
  chain_hash chain{};
  const std::span<const std::uint8_t> bytes = row.blob(column);
  if (bytes.size() == chain.size()) std::memcpy(chain.data(), bytes.data(), bytes.size());
  return chain;
}

class archiving {
 public:
  archiving(const held_log& held, const archive_options& options)
      : held_(held), files_(*held.running.files), options_(options), log_(held.paths.log) {
    const log_reader_connection::snapshot now(log_);
    log_id_ = log_.about().identity.id;
  }

  /// Finishes what was interrupted, or takes it back. Returns its archive; empty: there was nothing, or it was taken back.
  std::string finish_interrupted();
  /// Whether that archive is the one that is asked for.
  bool is_asked_for(const std::string& archive) const;
  made_archive make(const archive_selection& which);

 private:
  std::vector<archive_row> rows();
  void copy(const archive_plan& plan, const archive_row& row, const std::string& path);
  void verify(const std::string& path, std::uint64_t events);
  void enter(const archive_row& row);
  void take_back(const archive_row& row);
  void name(const std::string& path);
  void move(archive_row row, const std::string& path);
  void remove_partial(const std::string& path) noexcept;
  void change(const std::function<void(sql::database&)>& work);

  const held_log& held_;
  files& files_;
  const archive_options& options_;
  log_reader_connection log_;
  log_id log_id_;
};

void archiving::change(const std::function<void(sql::database&)>& work) {
  held_.with_writer([&](group_writer& writer) {
    writer.change([&](sql::database& db) {
      work(db);
      detail::reach(detail::phase::archive);
    });
    detail::reach(detail::phase::archive);
    if (writer.checkpoint_is_due()) writer.checkpoint();
  });
}

std::vector<archive_row> archiving::rows() {
  const log_reader_connection::snapshot now(log_);
  return read_archive_rows(log_.database());
}

std::string archiving::finish_interrupted() {
  const std::vector<archive_row> all = rows();
  const auto open = std::ranges::find_if(all, [](const archive_row& row) { return !row.is_done(); });
  if (open == all.end()) return {};
  std::string path = place_from_log(held_.paths.log, open->name);
  const bool is_begun = open->moved_to >= open->first;
  if (!files_.status(path)) {
    const std::string partial = partial_of(path);
    const bool is_whole = files_.status(partial) && !differs_from(partial, log_id_, *open);
    if (is_begun) throw log_damaged::archive_missing(held_.paths.log, path, open->first);
    if (!is_whole) {
      take_back(*open);
      return {};
    }
    verify(partial, open->events);
    name(path);
  } else if (const auto why = differs_from(path, log_id_, *open)) {
    if (is_begun) throw log_damaged::archive_damaged(held_.paths.log, path, open->first, *why);
    take_back(*open);
    return {};
  } else {
    verify(path, open->events);
  }
  move(*open, path);
  return path;
}

bool archiving::is_asked_for(const std::string& archive) const {
  return is_at(name_from_log(held_.paths.log, archive, near_log::below), files_, held_.paths, options_.to);
}

made_archive archiving::make(const archive_selection& which) {
  made_archive made;
  const archive_plan plan = plan_archive(log_, which, options_);
  made.what = plan.what;
  if (plan.what.events == 0) return made;
  const std::vector<archive_row> others = rows();
  archive_row row;
  for (const archive_row& other : others) row.number = std::max(row.number, other.number);
  ++row.number;
  made.number = row.number;
  made.path =
      options_.to.empty() ? free_place(files_, held_.paths, others, row.number) : files_.behind_links(options_.to);
  row.name = name_from_log(held_.paths.log, made.path, near_log::below);
  row.seal = held_.running.make_uuid();
  row.made_at = held_.running.clock->now();
  row.events = plan.what.events;
  row.first = plan.what.first;
  row.last = plan.what.last;
  must_be_free(files_, held_.paths, log_id_, others, made.path);
  try {
    copy(plan, row, partial_of(made.path));
    verify(partial_of(made.path), row.events);
    files_.open(partial_of(made.path), open_file::write)->sync();
    files_.sync_directory(directory_of(made.path));
    must_go_on(options_);
    detail::reach(detail::phase::archive);
  } catch (...) {
    remove_partial(made.path);
    throw;
  }
  enter(row);
  try {
    name(made.path);
  } catch (const file_error&) {
    take_back(row);
    remove_partial(made.path);
    throw;
  }
  move(row, made.path);
  const std::optional<file_status> there = files_.status(made.path);
  made.bytes = there ? there->size : 0;
  return made;
}

void archiving::remove_partial(const std::string& path) noexcept {
  for (const char* const end : {"", "-journal"}) {
    try {
      files_.remove(partial_of(path) + end);
    } catch (const file_error&) {
      // It is replaced by the next attempt.
    }
  }
}

void archiving::copy(const archive_plan& plan, const archive_row& row, const std::string& path) {
  log_identity identity;
  {
    const log_reader_connection::snapshot now(log_);
    identity = log_.about().identity;
  }
  for (const char* const end : {"", "-journal", "-wal", "-shm"})
    files_.remove(path + end);  // of an attempt that was cut short
  // From its first moment on, nobody may read it who may not read the log.
  static_cast<void>(files_.make(path, access_of(files_, held_.paths.log).value_or(file_access{.mode = 0600})));
  sql::database file = begin_log_file(path, log_file::archive, identity);
  event_insertion insertion(file);
  const auto take = [&](const entry_row& event_row, const recorded_event& event) {
    if (plan.has(event_row)) insertion.run(event_row, event);
  };
  visit_own_events(log_, plan.last, options_, "copying", take, [&](const std::function<void()>& part) {
    sql::transaction writing(file);
    part();
    writing.commit();
    detail::reach(detail::phase::archive);
  });
  sql::transaction last(file);
  make_table_of_archive(file);
  file.run("INSERT INTO archive VALUES(1, ?, ?, ?, ?)",
           {row.number, row.seal.bytes(), row.made_at.time_since_epoch().count(), row.events});
  last.commit();
}

/// Each event of the file is the one to which the log's chain leads, also where the log has its stub by now.
void archiving::verify(const std::string& path, std::uint64_t events) {
  archive_reader archive(path);
  sql::database& db = archive.database();
  std::map<std::int64_t, type_names> types;
  for (sql::statement row = db.prepare("SELECT number, aggregate_type, event_type, version FROM types"); row.step();)
    types[row.integer(0)] = {std::string(row.text(1)), std::string(row.text(2)),
                             static_cast<std::uint32_t>(row.integer(3))};
  sql::statement rows = db.prepare("SELECT " + std::string(entry_row::columns) + " FROM entries e ORDER BY e.position");
  sql::statement in_log = log_.database().prepare(
      "SELECT e.chain, (SELECT p.chain FROM entries p WHERE p.position = e.position - 1) FROM entries e"
      " WHERE e.position = ?");
  const base_row* const base = log_.base();
  const std::uint64_t begin = base == nullptr ? 0 : base->position.value();
  const chain_hash start = begin == 0 ? chain_start(log_id_) : base->chain;
  entry_row row;
  std::uint64_t done = 0;
  while (rows.step()) {
    const auto position = global_position{static_cast<std::uint64_t>(rows.integer(0))};
    const auto differs = [&] {
      return log_damaged::archive_damaged(held_.paths.log, path, position, "what was copied is not what is in the log");
    };
    if (!row.read(rows) || !types.contains(row.type)) throw differs();
    in_log.reset();
    in_log.bind(1, row.position);
    if (!in_log.step()) throw differs();
    const chain_hash before = row.position == begin + 1 ? start : chain_in(in_log, 1);
    const chain_hash computed = chain_next(before, row.stream, row.resolve(types[row.type]));
    if (computed != chain_in(in_log, 0) || computed != row.chain) throw differs();
    if (++done % events_between_reports == 0) {
      in_log.reset();
      must_go_on(options_);
      report(options_, "verifying", done, events);
    }
  }
  if (done != events)
    throw log_damaged::archive_damaged(held_.paths.log, path, global_position{},
                                       "it has " + std::to_string(done) + " events of " + std::to_string(events));
}

void archiving::enter(const archive_row& row) {
  change([&](sql::database& db) {
    if (db.integer("PRAGMA user_version") != log_format::format_of_parts) begin_parts(db);
    db.run("INSERT INTO archives VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
           {row.number, row.name, row.seal.bytes(), row.made_at.time_since_epoch().count(), row.events,
            row.first.value(), row.last.value(), row.first.value() - 1});
  });
}

void archiving::take_back(const archive_row& row) {
  change([&](sql::database& db) { db.run("DELETE FROM archives WHERE number = ?", {row.number}); });
}

void archiving::name(const std::string& path) {
  try {
    files_.rename_to_free(partial_of(path), path);
  } catch (const file_error& failure) {
    throw file_error("make", path, failure.system_code);
  }
  files_.sync_directory(directory_of(path));
  detail::reach(detail::phase::archive);
}

void archiving::move(archive_row row, const std::string& path) {
  archive_reader archive(path);
  sql::statement next =
      archive.database().prepare("SELECT position, chain FROM entries WHERE position > ? ORDER BY position LIMIT " +
                                 std::to_string(events_of_move));
  std::uint64_t done = static_cast<std::uint64_t>(
      archive.database()
          .integer("SELECT count(*) FROM entries WHERE position <= ?", {row.moved_to.value()})
          .value_or(0));
  while (!row.is_done()) {
    must_go_on(options_);
    std::vector<std::pair<std::uint64_t, chain_hash>> events;
    next.reset();
    next.bind(1, row.moved_to.value());
    while (next.step()) events.emplace_back(static_cast<std::uint64_t>(next.integer(0)), chain_in(next, 1));
    if (events.empty()) throw log_damaged::archive_damaged(held_.paths.log, path, row.last, "it is not there");
    change([&](sql::database& db) {
      // First all are taken out, so that the pages that they leave come together.
      for (const auto& [position, chain] : events) {
        db.run("DELETE FROM entries WHERE position = ? AND chain = ?", {position, chain});
        if (db.changes() != 1)
          throw log_damaged(held_.paths.log, global_position{position}, "it is not the event that was archived");
      }
      for (const auto& [position, chain] : events)
        db.run("INSERT INTO entries VALUES(?, 0, ?, 0, 0, 0, x'', NULL, NULL, ?, '', NULL, NULL, NULL, NULL, ?, '')",
               {position, row.number, chain, log_format::encoding_archived});
      db.run("UPDATE archives SET moved_to = ? WHERE number = ?", {events.back().first, row.number});
    });
    row.moved_to = global_position{events.back().first};
    done += events.size();
    report(options_, "moving", done, row.events);
  }
}

}  // namespace

made_archive archive_in(const held_log& held, const archive_selection& which, const archive_options& options) {
  archiving work(held, options);
  std::string resumed = work.finish_interrupted();
  made_archive made;
  if (resumed.empty() || !work.is_asked_for(resumed)) made = work.make(which);
  made.resumed = std::move(resumed);
  held.with_writer([](group_writer& writer) { writer.settle(); });
  return made;
}

}  // namespace whence::inline v0
