#include <whence/cli/log_overview.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <string_view>
#include <unordered_set>
#include <utility>

#include <whence/cli/selection.hpp>
#include <whence/store/log_errors.hpp>
#include <whence/store/log_origin.hpp>

namespace whence::inline v0::cli {
namespace {

std::uint64_t size_of(files& files, const std::string& path) {
  const std::optional<file_status> found = files.status(path);
  return found ? found->size : 0;
}

bool is_of_archive(const log_damaged& damage) {
  return damage.is_refused || damage.code() == "log.archive_missing" || damage.code() == "log.archive_damaged";
}

/// While it is handled. What is damaged in the log itself is worse than an archive that is away.
void note(const log_damaged& damage, log_overview& into) {
  if (into.damage && (!into.is_archive_away || is_of_archive(damage))) return;
  into.damage = std::current_exception();
  into.is_archive_away = is_of_archive(damage);
}

/// The events after `after`, by type and by stream.
void tally(log_reader& log, global_position after, log_overview& into) {
  std::map<std::string, type_share> by_type;  // by both names, with a NUL between them
  std::string both;
  std::unordered_set<std::size_t> streams;  // hashes: one or two that are the same do no harm in a glance
  const auto count = [&](const recorded_event& event) {
    ++into.looked_at;
    streams.insert(std::hash<std::string_view>{}(event.stream));
    both.assign(event.type).append(1, '\0').append(event.aggregate_type);
    const auto known = by_type.find(both);
    if (known != by_type.end()) {
      ++known->second.events;
    } else if (by_type.size() < log_overview::types_max) {
      by_type.emplace(both, type_share{std::string(event.type), std::string(event.aggregate_type), 1});
    } else {
      ++into.other_types;
    }
  };
  const global_position head = log.head();
  std::uint64_t skipped = 0;
  for (global_position at = after; at < head;) {
    try {
      const event_page page = log.read(at);
      for (const recorded_event& event : page) {
        if (event.position <= head) count(event);
      }
      if (page.scanned_to() <= at) break;
      at = page.scanned_to();
    } catch (const log_damaged& damage) {
      note(damage, into);
      if (!is_of_archive(damage) || damage.position <= at || ++skipped == log_overview::skipped_max) break;
      at = damage.position;
    }
  }
  into.streams = streams.size();
  for (auto& [names, share] : by_type) into.types.push_back(std::move(share));
  std::stable_sort(into.types.begin(), into.types.end(),
                   [](const type_share& one, const type_share& other) { return one.events > other.events; });
}

std::optional<timestamp> recorded_at(log_reader& log, global_position position) {
  const event_page page = log.read(global_position{position.value() - 1}, {}, {.events = 1, .bytes = 1, .scanned = 1});
  return page.empty() ? std::nullopt : std::optional(page.front().recorded_at);
}

/// The ends of the log, and how busy it is. What is damaged stays unknown; where it is the last event, that is said. Of one that
/// was archived, who looks at the archives says it.
void look_at_times(log_reader& log, timestamp now, log_overview& into) {
  const global_position head = log.head();
  if (head == global_position{}) {
    into.last_minute = 0;
    return;
  }
  try {
    into.last_recorded = recorded_at(log, head);
  } catch (const log_damaged& damage) {
    note(damage, into);
  }
  try {
    into.first_recorded = recorded_at(log, global_position{1});
    const global_position begins = first_recorded(log, now - std::chrono::minutes(1), false);
    into.last_minute = head.next().value() - std::min(begins, head.next()).value();
  } catch (const log_damaged&) {
    // They stay unknown.
  }
}

/// Those of a fork's base in which events of the fork cannot be read. The others are of no interest to who looks at the fork.
void add_missing_archives(const log_base& base, const runtime& runtime, log_overview& into) {
  for (log_archive& archive : archives_of(base.path, runtime, archive_look::events))
    if (archive.first <= base.position && obstacle_of(base.path, archive)) into.archives.push_back(std::move(archive));
}

void look_at_archives(const std::string& path, const runtime& runtime, log_overview& into) {
  try {
    into.archives = archives_of(path, runtime, archive_look::events);
  } catch (const error&) {
    into.without_archives.push_back({path, std::current_exception()});
  }
  for (const log_base& base : into.bases) {
    try {
      add_missing_archives(base, runtime, into);
    } catch (const error&) {
      into.without_archives.push_back({base.path, std::current_exception()});
    }
  }
}

}  // namespace

log_overview look_at_log(const log_source& source, log_reader& log, const runtime& runtime, const cli_types* types,
                         std::uint64_t recent) {
  log_overview found;
  found.name = source.name();
  found.is_in_file = !source.models_directory().empty();
  if (found.is_in_file) {
    found.is_backup = !is_sqlite_log(*runtime.files, source.name());
    found.bytes = size_of(*runtime.files, source.name());
    found.unsettled_bytes = size_of(*runtime.files, source.name() + "-wal");
    if (runtime.files->status(source.name())) {
      found.bases = bases_of(source.name(), runtime);
      look_at_archives(source.name(), runtime, found);
    }
  }
  found.identity = log.identity();
  try {
    found.condition = log.condition();
  } catch (const log_damaged& damage) {
    if (damage.position == global_position{})
      found.file_damage = damage.text().why;
    else
      note(damage, found);
  } catch (const file_error&) {
    found.witness_unreadable = true;
  }
  found.writer = writer_of(source, *runtime.files);
  // What a writer has open is the log, whatever is noted: one of a version that notes nothing, too.
  if (found.is_in_file && !found.is_backup && !found.witness_unreadable && !found.writer)
    found.is_copied_file = is_copied_file(*runtime.files, source.name());
  look_at_times(log, runtime.clock->now(), found);
  const std::uint64_t head = log.head().value();
  tally(log, global_position{head - std::min(head, recent)}, found);
  found.models = stand_of_models(source, log, runtime, types);
  return found;
}

}  // namespace whence::inline v0::cli
