/// Which events an archive gets: the log is read, and each of its streams is judged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <whence/store/log_archive.hpp>
#include <whence/store/sqlite/reader.hpp>

namespace whence::inline v0 {

/// Streams, by their numbers, which are positions: a bit for each event of the log, however many streams there are.
class stream_set {
 public:
  explicit stream_set(global_position head) : bits_(static_cast<std::size_t>(head.value()) + 1) {}
  bool has(std::uint64_t stream) const { return stream < bits_.size() && bits_[stream]; }
  /// False: it was there.
  bool add(std::uint64_t stream) {
    if (stream >= bits_.size() || bits_[stream]) return false;
    return bits_[stream] = true;
  }
  void remove(const stream_set& others) {
    for (std::size_t at = 0; at < bits_.size(); ++at)
      if (others.bits_[at]) bits_[at] = false;
  }

 private:
  std::vector<bool> bits_;
};

struct archive_plan {
  planned_archive what;
  stream_set streams;    ///< those that are archived
  global_position last;  ///< of the log; that event stays, and what comes later

  bool has(const entry_row& row) const { return row.position < last.value() && streams.has(row.stream); }
};

/// Events after each other, in snapshots of 8,192 of them: those that lie in a base or in archives are passed over. `around`
/// calls what it is given.
void visit_own_events(log_reader_connection& log, global_position last, const archive_options& options,
                      std::string_view doing, const std::function<void(const entry_row&, const recorded_event&)>& visit,
                      const std::function<void(const std::function<void()>&)>& around);

archive_plan plan_archive(log_reader_connection& log, const archive_selection& which, const archive_options& options);

}  // namespace whence::inline v0
