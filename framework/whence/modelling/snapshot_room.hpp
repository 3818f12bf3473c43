/// What is done with snapshots, and by whom: loads read them; a thread writes them, and compares some with the fold.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <whence/core/guarded.hpp>
#include <whence/modelling/repository.hpp>
#include <whence/modelling/snapshot_file.hpp>
#include <whence/modelling/snapshots.hpp>

namespace whence::inline v0::detail {

struct snapshot_access {
  static snapshot_room& room(snapshots& of) noexcept;
};

/// Constant  path, log, runtime.
/// Shares    what is guarded; stop_comparing_ (atomic).
/// Owns      the file as it is written: the thread.
/// Stops     writes what waits, compares what is owed, then joins.
class snapshot_room {
 public:
  snapshot_room(std::string path, std::shared_ptr<log_reader> log, const runtime& runtime, std::string like);
  ~snapshot_room() { close(); }
  snapshot_room(const snapshot_room&) = delete;
  snapshot_room& operator=(const snapshot_room&) = delete;

  /// `detail::catch_up`, for an aggregate type that has a policy.
  void catch_up(log_reader& log, std::string_view stream, const aggregate_facts& facts, void* state, fold_progress& at);

  snapshots::tally counts() const { return shared_.lock()->counts; }
  void settle();
  void close() noexcept;

 private:
  struct waiting_snapshot {
    const aggregate_facts* facts;
    kept_snapshot snapshot;
  };
  /// A snapshot that was used, to be compared with the fold of its stream.
  struct comparison {
    const aggregate_facts* facts;
    std::string stream;
    stream_version version;
    std::uint64_t state;  // its hash
    bool owed = false;    // and not given up
  };
  struct shared {
    std::deque<waiting_snapshot> to_write;
    std::size_t bytes_to_write = 0;
    std::deque<comparison> to_compare;
    std::chrono::nanoseconds compares_again_at{0};
    std::set<const void*> distrusted;                // aggregate types, by their key
    std::set<const void*> proven;                    // the same: compared by this build, now or before
    std::map<const void*, std::uint64_t> loads;      // with a snapshot, by the same
    std::map<const void*, uuid::bytes_type> prints;  // of the types that were asked for
    snapshots::tally counts;
    bool running = false;
    bool busy = false;
    bool closing = false;
    bool damaged = false;  // the file, says who read it
  };

  // Whoever loads.
  bool trusts(const aggregate_facts& facts) const;
  bool hands_on(const aggregate_facts& facts, const fold_progress& at) const;
  std::optional<fold_end> load(const aggregate_facts& facts, std::string_view stream, void* state);
  std::optional<kept_snapshot> find(std::string_view stream);
  bool believes(const kept_snapshot& snapshot, const aggregate_facts& facts);
  void compare_later(const aggregate_facts& facts, const kept_snapshot& used);
  bool is_owed(const aggregate_facts& facts);
  /// Never throws: what fails is counted.
  void keep(const aggregate_facts& facts, std::string_view stream, const void* state, const fold_end& end) noexcept;
  void start_if_needed(shared& own);

  // The thread.
  void run() noexcept;
  void write(std::deque<waiting_snapshot> all, bool anew) noexcept;
  void compare(const comparison& with) noexcept;
  bool differs(const comparison& with);
  void prove(const aggregate_facts& facts) noexcept;

  uuid::bytes_type fingerprint(const aggregate_facts& facts);
  proven_snapshots proof_of(const aggregate_facts& facts);
  void report(std::exception_ptr failure) noexcept { runtime_.executor->report(std::move(failure)); }
  /// Once, until something succeeds.
  void report_failure(std::atomic<bool>& said) noexcept;

  const std::string path_;
  const std::shared_ptr<log_reader> log_;
  const runtime runtime_;

  mutable guarded<shared> shared_;
  std::condition_variable wake_up_;  // of the thread
  std::condition_variable settled_;
  guarded<snapshot_reader> reader_;
  std::atomic<bool> stop_comparing_{false};
  std::atomic<bool> said_reading_fails_{false};
  std::atomic<bool> said_writing_fails_{false};

  snapshot_writer writer_;  // the thread's

  std::mutex closing_;  // held while the thread is joined
  std::thread thread_;
};

}  // namespace whence::inline v0::detail
