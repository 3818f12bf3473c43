/// Verifies a part of the log after the other: one thread's work.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include <whence/store/log_errors.hpp>
#include <whence/store/sqlite/reader.hpp>
#include <whence/store/sqlite/verify/findings.hpp>
#include <whence/store/sqlite/verify/plan.hpp>
#include <whence/store/sqlite/verify/sorted_records.hpp>

namespace whence::inline v0 {

/// What the threads share. Every chunk is one thread's, and so are its times and sums.
struct range_results {
  struct times {
    timestamp first = timestamp::min();
    timestamp last = timestamp::min();
  };

  range_results(const verification_plan& plan, verification_findings& to, const std::string& scratch);

  verification_findings& findings;
  std::atomic<std::uint64_t> next_chunk{0};
  std::vector<times> recorded;                 // by chunk
  std::vector<entry_sum> sums;                 // of the keys of the log, by `sum_of`
  std::atomic<std::uint64_t> first_events{0};  // that began a stream
  sorted_records<3> versions;                  // stream number, version, position
  sorted_records<2> ids;                       // key of the event id, position
};

/// Threads  one; as many of them at once as one likes.
/// Throws   sql_error, file_error: the log or a scratch file cannot be reached.
class range_check {
 public:
  range_check(const verification_plan& plan, range_results& results);

  /// Takes chunks until there are none.
  void work();

 private:
  void check(std::uint64_t number);
  global_position read_on(global_position at, global_position last);
  global_position pass(global_position at, global_position last, const log_damaged& damage);
  global_position jump(global_position at, global_position last);
  void unreadable(global_position first, global_position last, const std::string& detail);
  bool is_readable(global_position position);
  std::string stream_in_row(global_position position);
  void visit(const entry_row& row, const recorded_event& event);
  void check_rules(const entry_row& row, const recorded_event& event);
  void check_content(const recorded_event& event);
  void add_keys(const recorded_event& event);
  void end_group();
  void found(log_finding::kind what, const recorded_event& event, std::string detail);

  const verification_plan& plan_;
  range_results& results_;
  log_reader_connection reader_;

  // Of the chunk.
  std::uint64_t chunk_ = 0;
  timestamp recorded_at_ = timestamp::min();
  std::uint64_t failures_ = 0;  // since the last event that could be read
  std::string file_;            // in which the last event was that could not be read, if not in the log
  std::string archive_code_;    // of that one, as in log_finding
  std::size_t run_ = 0;         // of the index, where the last event was
  index_batch keys_;            // of an event
  sparse_entries occurring_;    // in the group, while all of its events can be read
  position_group group_{0};     // of the last event that was looked at
  std::uint64_t unreadable_to_ = 0;
  std::vector<sorted_records<3>::record> versions_;
  std::vector<sorted_records<2>::record> ids_;
};

}  // namespace whence::inline v0
