/// Which events an archive gets: the log is read once, and each of its streams is judged.
#pragma once

#include <cstdint>
#include <unordered_set>

#include <whence/store/log_archive.hpp>
#include <whence/store/sqlite/reader.hpp>

namespace whence::inline v0 {

struct archive_plan {
  planned_archive what;
  std::unordered_set<std::uint64_t> streams;  ///< their numbers
  global_position last;                       ///< of the log; that event stays, and what comes later

  bool has(const entry_row& row) const { return row.position < last.value() && streams.contains(row.stream); }
};

/// Events after each other, in snapshots of 8,192 of them: those that lie in a base or in archives are passed over. `around`
/// calls what it is given.
void visit_own_events(log_reader_connection& log, global_position last, const archive_options& options,
                      std::string_view doing, const std::function<void(const entry_row&, const recorded_event&)>& visit,
                      const std::function<void(const std::function<void()>&)>& around);

archive_plan plan_archive(log_reader_connection& log, const archive_selection& which, const archive_options& options);

}  // namespace whence::inline v0
