#include <exception>
#include <string>
#include <utility>
#include <vector>

#include <whence/core/detail/fault_points.hpp>
#include <whence/sql/transaction.hpp>
#include <whence/store/chain.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_fork.hpp>
#include <whence/store/sqlite/fork_base.hpp>
#include <whence/store/sqlite/format.hpp>
#include <whence/store/sqlite/log_place.hpp>
#include <whence/store/sqlite/near_file.hpp>
#include <whence/store/sqlite/reader.hpp>
#include <whence/store/sqlite/visitor.hpp>

namespace whence::inline v0 {
namespace {

std::string number(global_position position) { return std::to_string(position.value()); }

struct numbered_type {
  std::int64_t number = 0;
  std::string aggregate_type;
  std::string event_type;
  std::int64_t version = 0;
};

/// What a fork takes over.
struct shared_past {
  log_row of;
  base_row base;
  timestamp recorded_at{};
  std::vector<numbered_type> types;
};

/// All that there are: a type whose events all come later is one without any.
std::vector<numbered_type> types_of(sql::database& log) {
  std::vector<numbered_type> types;
  sql::statement rows = log.prepare("SELECT number, aggregate_type, event_type, version FROM types ORDER BY number");
  while (rows.step()) {
    types.push_back({rows.integer(0), std::string(rows.text(1)), std::string(rows.text(2)), rows.integer(3)});
  }
  return types;
}

/// `path` becomes that of the log that has the event itself.
shared_past look_at(std::string& path, const log_paths& fork, const fork_options& options, const runtime& runtime) {
  const sql::reading_mode mode = reading_mode_of_visitors(*runtime.files, log_paths::of(path), path);
  log_reader_connection reader(path, mode.mode());
  shared_past found;
  {
    const log_reader_connection::snapshot now(reader);
    const global_position head = reader.head();
    const global_position at = options.at.value_or(head);
    if (at > head) throw fork_not_in_log(path, "no event " + number(at), "it ends at event " + number(head));
    found.base.position = at;
    found.base.chain = chain_start(reader.about().identity.id);
    if (const recorded_event* const last = reader.event_at(at)) {
      found.base.chain = last->chain;
      found.recorded_at = last->recorded_at;
    }
    log_reader_connection& holder = reader.holder_of(at);
    path = holder.database().path();
    found.of = holder.about();
    found.base.log = found.of.identity.id;
    found.base.path = name_from_log(fork.log, path, near_log::beside);
    found.types = types_of(holder.database());
  }
  if (!mode.still_holds() || !reader.still_holds()) throw log_changed(path);
  return found;
}

void make_draft(const std::string& draft, const shared_past& past, const log_identity& identity) {
  sql::database file = begin_log_file(draft, log_file::log, identity);
  sql::transaction making(file);
  begin_parts(file);
  write_base_row(file, past.base);
  for (const numbered_type& type : past.types) {
    file.run("INSERT INTO types VALUES(?, ?, ?, ?)", {type.number, type.aggregate_type, type.event_type, type.version});
  }
  file.run("UPDATE log SET began_after = ?", {past.base.position.value()});
  making.commit();
  file.run("PRAGMA journal_mode=WAL");
}

}  // namespace

forked_log fork_log(const std::string& base, const std::string& to, const runtime& runtime,
                    const fork_options& options) {
  const log_paths from = log_paths::of(base);
  const log_paths paths = log_paths::of(to);
  must_be_whole(sqlite_visitor(from, runtime).condition(), from.log);
  forked_log made;
  made.path = to;
  made.base = from.log;
  const shared_past past = look_at(made.base, paths, options, runtime);
  log_place place(
      runtime.files, paths,
      [&paths](const std::string& file, long writer) {
        return std::make_exception_ptr(fork_over_log(paths.log, file, writer));
      },
      access_of(*runtime.files, made.base));
  made.of = past.of.identity;
  made.log = {past.base.log, epoch_behind(made.of.epoch, runtime)};
  made.position = past.base.position;
  made.recorded_at = past.recorded_at;
  detail::reach(detail::phase::making);
  make_draft(place.draft(), past, made.log);
  detail::reach(detail::phase::making);
  place.publish({made.log, past.base.position, past.base.chain});
  return made;
}

std::vector<log_base> bases_of(const std::string& log, const runtime& runtime) {
  const log_paths paths = log_paths::of(log);
  check_log_header(*runtime.files, paths.log);
  const sql::reading_mode mode = reading_mode_of_visitors(*runtime.files, paths, paths.log);
  return bases_of(log_reader_connection(paths.log, mode.mode()));
}

}  // namespace whence::inline v0
