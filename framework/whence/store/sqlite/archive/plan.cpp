#include <algorithm>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include <whence/core/async.hpp>
#include <whence/sql/reading_mode.hpp>
#include <whence/store/backup_errors.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/sqlite/archive/archive_place.hpp>
#include <whence/store/sqlite/archive/plan.hpp>
#include <whence/store/sqlite/format.hpp>
#include <whence/store/sqlite/near_file.hpp>
#include <whence/store/sqlite/visitor.hpp>

namespace whence::inline v0 {
namespace {

/// So that a writer's WAL can be reset.
constexpr std::uint64_t events_of_snapshot = 8'192;

std::uint64_t bytes_of(const entry_row& row, const recorded_event& event) {
  return row.name.size() + row.tags.size() + event.data.size() + event.causation_type.size() + event.source.size() +
         event.traceparent.size() + 80;
}

}  // namespace

void visit_own_events(log_reader_connection& log, global_position last, const archive_options& options,
                      std::string_view doing, const std::function<void(const entry_row&, const recorded_event&)>& visit,
                      const std::function<void(const std::function<void()>&)>& around) {
  // What a fork reads in its base is that log's.
  for (global_position at = log.base() == nullptr ? global_position{} : log.base()->position; at < last;) {
    if (options.stop.stop_requested()) throw operation_cancelled();
    const global_position begun = at;
    const global_position until{std::min(last.value(), at.value() + events_of_snapshot)};
    around([&] {
      const log_reader_connection::snapshot now(log);
      at = log.scan(
          begun,
          [&](const entry_row& row, const recorded_event& event) {
            if (event.position <= last) visit(row, event);
            return event.position < until;
          },
          archived_events::passed_over);
    });
    if (at == begun) throw log_damaged(log.database().path(), at.next(), "it is missing: the log ends before it");
    if (options.on_progress) options.on_progress({doing, std::min(at, last).value(), last.value()});
  }
}

namespace {

void count(planned_archive& what, stream_set& met, const entry_row& row, const recorded_event& event) {
  what.streams += met.add(row.stream) ? 1 : 0;
  if (what.events++ == 0) what.first = event.position;
  what.last = event.position;
  what.bytes += bytes_of(row, event);
}

}  // namespace

/// Where the time of a stream's last event counts, all is read before anything can be counted: once to judge, once to count.
archive_plan plan_archive(log_reader_connection& log, const archive_selection& which, const archive_options& options) {
  const global_position head = [&] {
    const log_reader_connection::snapshot now(log);
    return std::min(log.head(), which.until.value_or(log.head()));
  }();
  archive_plan plan{.what = {}, .streams = stream_set(head), .last = head};
  plan.what.until = head;
  if (which.says_nothing()) return plan;
  const std::unordered_set<std::string> named(which.streams.begin(), which.streams.end());
  std::unordered_set<std::string> found;
  stream_set young(which.last_before ? head : global_position{});
  stream_set met(head);
  const auto read = [&](std::string_view doing, const auto& visit) {
    visit_own_events(log, plan.last, options, doing, visit, [](const std::function<void()>& part) { part(); });
  };
  read("reading", [&](const entry_row& row, const recorded_event& event) {
    if (which.last_before && event.recorded_at >= *which.last_before) young.add(row.stream);
    if (row.position == plan.last.value()) return;
    if (!plan.streams.has(row.stream)) {
      const bool is_named = named.empty() || named.contains(std::string(row.name));
      if (!is_named) return;
      if (!named.empty()) found.insert(std::string(row.name));
      if (which.of_type && !which.of_type(event.aggregate_type)) return;
      plan.streams.add(row.stream);
    }
    if (!which.last_before) count(plan.what, met, row, event);
  });
  if (which.last_before) {
    plan.streams.remove(young);
    read("counting", [&](const entry_row& row, const recorded_event& event) {
      if (plan.has(row)) count(plan.what, met, row, event);
    });
  }
  for (const std::string& name : which.streams)
    if (!found.contains(name)) plan.what.unknown_streams.push_back(name);
  return plan;
}

namespace {

/// False: one that was interrupted there is finished, and no other is made. Throws file_error: it cannot be made there.
bool would_be_made_at(const std::string& place, log_reader_connection& log, const log_paths& paths, files& files) {
  const log_reader_connection::snapshot now(log);
  const std::vector<archive_row> archives = read_archive_rows(log.database());
  const auto is_finished_there = [&](const archive_row& row) {
    return !row.is_done() && is_at(row.name, files, paths, place);
  };
  if (std::ranges::any_of(archives, is_finished_there)) return false;
  must_be_free(files, paths, log.about().identity.id, archives, files.behind_links(place));
  return true;
}

}  // namespace

planned_archive plan_archive(const std::string& log, const archive_selection& which, const runtime& runtime,
                             const archive_options& options) {
  const log_paths paths = log_paths::of(log);
  if (check_log_header(*runtime.files, paths.log) == log_file::backup) throw log_is_backup(paths.log);
  must_be_whole(sqlite_visitor(paths, runtime).condition(), paths.log);
  const sql::reading_mode mode = reading_mode_of_visitors(*runtime.files, paths, paths.log);
  log_reader_connection reader(paths.log, mode.mode());
  planned_archive planned = plan_archive(reader, which, options).what;
  if (planned.events > 0 && !options.to.empty() && !would_be_made_at(options.to, reader, paths, *runtime.files))
    planned = {.first = {}, .last = {}, .unknown_streams = std::move(planned.unknown_streams), .until = planned.until};
  if (!mode.still_holds()) throw log_changed(paths.log);
  return planned;
}

log_keeping& keeping_of(log& held) {
  if (auto* const house = dynamic_cast<log_keeping*>(&held.stored())) return *house;
  throw keeping_of_memory("memory");
}

keeping_of_memory::keeping_of_memory(std::string name)
    : error("log.of_memory", next_move::change_request,
            {.what = "a log in memory has no file that could be kept in order",
             .where = std::move(name),
             .why = "it is gone with its program in any case",
             .remedy = "give the path of a log"}) {}

planned_compaction plan_compaction(const std::string& log, const runtime& runtime) {
  const log_paths paths = log_paths::of(log);
  if (check_log_header(*runtime.files, paths.log) == log_file::backup) throw log_is_backup(paths.log);
  must_be_whole(sqlite_visitor(paths, runtime).condition(), paths.log);
  const sql::reading_mode mode = reading_mode_of_visitors(*runtime.files, paths, paths.log);
  log_reader_connection reader(paths.log, mode.mode());
  const log_reader_connection::snapshot now(reader);
  const auto number = [&reader](std::string_view pragma) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(reader.database().integer(pragma).value_or(0), 0));
  };
  const std::optional<file_status> there = runtime.files->status(paths.log);
  return {.bytes = there ? there->size : 0, .free_bytes = number("PRAGMA freelist_count") * number("PRAGMA page_size")};
}

std::vector<log_archive> archives_of(const std::string& log, const runtime& runtime, archive_look how) {
  const log_paths paths = log_paths::of(log);
  check_log_header(*runtime.files, paths.log);
  const sql::reading_mode mode = reading_mode_of_visitors(*runtime.files, paths, paths.log);
  log_reader_connection reader(paths.log, mode.mode());
  const log_reader_connection::snapshot now(reader);
  const log_id id = reader.about().identity.id;
  std::vector<log_archive> all;
  for (const archive_row& row : read_archive_rows(reader.database())) {
    log_archive one{.number = row.number,
                    .path = place_from_log(paths.log, row.name),
                    .made_at = row.made_at,
                    .events = row.events,
                    .first = row.first,
                    .last = row.last,
                    .bytes = 0,
                    .moved_to = row.moved_to,
                    .is_finished = row.is_done(),
                    .problem = {},
                    .refusal = {}};
    const auto refuse = [&one](const error& refusal) {
      one.problem = refusal.text().what + (refusal.text().why.empty() ? "" : ": " + refusal.text().why);
      one.refusal = std::current_exception();
    };
    try {
      const std::optional<file_status> there = runtime.files->status(one.path);
      if (there) one.bytes = there->size;
      if (!there && row.moved_to >= row.first) one.problem = "there is no such file";
      if (there) one.problem = differs_from(one.path, id, row).value_or("");
      if (there && one.problem.empty() && how == archive_look::events) one.problem = lacks(one.path, row).value_or("");
    } catch (const file_error& refusal) {
      refuse(refusal);
    } catch (const sql::sql_error& refusal) {
      refuse(refusal);
    }
    all.push_back(std::move(one));
  }
  return all;
}

std::optional<log_damaged> obstacle_of(const std::string& log, const log_archive& archive) {
  if (archive.problem.empty() || !archive.has_moved_events()) return std::nullopt;
  try {
    if (archive.refusal) std::rethrow_exception(archive.refusal);
    if (!system_files()->status(archive.path)) return log_damaged::archive_missing(log, archive.path, archive.first);
  } catch (const error& refusal) {
    return log_damaged::archive_refused(log, archive.path, archive.first, refusal);
  }
  return log_damaged::archive_damaged(log, archive.path, archive.first, archive.problem);
}

}  // namespace whence::inline v0
