/// Events of an export on their way into a log: as many at once as have the same time and keep their order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_set>
#include <vector>

#include <whence/cli/export_line.hpp>
#include <whence/core/async.hpp>
#include <whence/store/log_import.hpp>

namespace whence::inline v0::cli {

/// Threads  one at a time.
/// Limits   `events_max` and `bytes_max` of what is not committed yet; a single event may be larger.
/// Throws   import_malformed: the log cannot have this event there. import_interrupted. What was handed over before it is
///          committed, and nothing behind it.
class import_batches {
 public:
  /// As the two are called.
  import_batches(log_import& into, std::string log, std::string file)
      : into_(into), log_(std::move(log)), file_(std::move(file)) {}
  ~import_batches();
  import_batches(const import_batches&) = delete;
  import_batches& operator=(const import_batches&) = delete;

  /// `line`: where it stands in the file.
  void add(exported_event event, std::uint64_t line);
  /// All that was added is committed.
  void finish();

 private:
  static constexpr std::size_t events_max = 16'384;
  static constexpr std::size_t bytes_max = 32u << 20;
  static constexpr std::size_t batch_events_max = 1'000;
  static constexpr std::size_t batch_bytes_max = 4u << 20;

  struct batch {
    std::vector<event_id> ids;
    std::vector<std::size_t> streams;  // of each event, the hash of its stream's name
    std::uint64_t first_line = 0;
    global_position first;
    timestamp recorded_at;
    std::size_t bytes = 0;
  };
  struct on_its_way {
    batch what;
    async<append_outcome> outcome;
  };

  bool has_place_for(const exported_event& event, std::size_t stream) const;
  void send();
  void settle_first();
  [[noreturn]] void refuse(const batch& what, const append_refused& refused) const;

  log_import& into_;
  const std::string log_;
  const std::string file_;
  batch next_;
  append_batch events_;  // of the next
  std::unordered_set<std::size_t> streams_;
  std::deque<on_its_way> sent_;
  std::size_t sent_events_ = 0;
  std::size_t sent_bytes_ = 0;
};

}  // namespace whence::inline v0::cli
