/// Verifies a SQLite log: the order in which its parts are looked at, and who looks.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <whence/store/log_verification.hpp>
#include <whence/store/sqlite/reader.hpp>
#include <whence/store/sqlite/verify/findings.hpp>
#include <whence/store/sqlite/verify/plan.hpp>
#include <whence/store/sqlite/verify/range_check.hpp>
#include <whence/store/sqlite/witness.hpp>

namespace whence::inline v0 {

/// Events in parallel, each thread a part of the log after the other: a part is verified by itself, since its first checksum
/// begins with the one stored before it, which is verified with the part before. Beside them SQLite's own check of the
/// database. Then what is known only of all of them: streams, ids, times. Last the index, against sums over the log's keys.
class log_verifier {
 public:
  log_verifier(const log_paths& paths, const runtime& runtime, const verify_options& options);

  log_verification verify();
  /// False: files that were taken for unchanging were changed meanwhile, and nothing that was found means anything.
  bool has_read_what_is_there() const;

 private:
  void look_at_log();
  global_position last_in_order(global_position last);
  bool goes_on_behind(global_position head);
  bool read_witness_or_find_it();
  void look_at_witness();
  void plan_index();
  void check_ranges(range_results& results);
  void check_structure();
  void check_times(const range_results& results);
  void check_streams(range_results& results, const std::vector<unreadable_range>& unreadable);
  void lost(std::string stream, std::uint64_t first, std::uint64_t last);
  void check_ids(range_results& results);
  void check_index(const range_results& results, const std::vector<unreadable_range>& unreadable);
  void compare_sums(const std::vector<entry_sum>& of_log, const std::vector<entry_sum>& of_index);
  void check_witness_again();
  std::string name_of_stream(std::uint64_t number, std::uint64_t position);
  void found(log_finding::kind what, const std::string& file, std::string detail, std::string remedy,
             position_range positions = {});
  void report(std::string_view doing, std::uint64_t done, std::uint64_t of) const;
  void stop_if_asked() const;

  const log_paths paths_;
  const runtime& runtime_;
  const verify_options& options_;
  verification_findings findings_;
  log_verification result_;
  verification_plan plan_;
  witness_reading witness_;
  log_reader_connection reader_;
};

/// The door: checks the header first, and says in a sentence what SQLite cannot read at all.
log_verification verify_sqlite_log(const log_paths& paths, const runtime& runtime, const verify_options& options);

}  // namespace whence::inline v0
