/// Compares the index with the log: reads all of its blocks, and adds up their entries as the log's were added up.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <whence/sql/database.hpp>
#include <whence/sql/statement.hpp>
#include <whence/store/sqlite/index/filter.hpp>
#include <whence/store/sqlite/index/run.hpp>
#include <whence/store/sqlite/verify/findings.hpp>
#include <whence/store/sqlite/verify/plan.hpp>

namespace whence::inline v0 {

/// Runs never change, but a writer may merge them meanwhile: then what was added up of one is dropped, and the run that has taken
/// its place is read. A read transaction ends after a few milliseconds.
///
/// Limits   the fences of one run, and a page of each of its filters.
/// Throws   sql_error: CORRUPT where the index is not as it was written.
class index_check {
 public:
  index_check(const verification_plan& plan, const std::vector<unreadable_range>& unreadable);

  /// The sums of all entries up to `indexed_to`, but for those of unreadable events; nothing if it was stopped.
  std::optional<std::vector<entry_sum>> sums();

 private:
  std::optional<index_run> run_behind(std::uint64_t position);
  bool is_live(const index_run& run);
  bool read_run(const index_run& run);
  bool read_blocks(const index_run& run, std::size_t first, std::size_t end);
  void take_block(const index_run& run, std::size_t number, std::span<const std::uint8_t> bytes);
  void take_payload(const index_run& run, std::size_t number, std::span<const std::uint8_t> bytes);
  void take_entry(const index_run& run, const index_entry& entry);
  void look_up_in_filter(const index_run& run, index_key key);
  void take_sparse(const index_run& run, const index_entry& entry, bool repeats);
  bool has_unreadable(std::uint64_t first, std::uint64_t last) const;
  std::span<const std::uint8_t> block(const index_run& run, std::size_t number);
  [[noreturn]] void damaged(const std::string& detail) const;

  const verification_plan& plan_;
  const std::vector<unreadable_range>& unreadable_;
  sql::database db_;
  sql::statement select_;
  sql::statement select_page_;
  std::vector<entry_sum> sums_;
  std::uint64_t covered_ = 0;
  std::set<index_key> open_group_;  // what occurs up to `covered_` in the group that this is in

  // Of the run that is being read.
  std::vector<entry_sum> sums_of_run_;
  std::set<index_key> last_group_;  // what occurs in its last group
  std::vector<std::uint8_t> fences_;
  std::vector<std::uint8_t> stored_fences_;
  struct filter_in_reading {
    std::vector<std::uint8_t> stored_fences;
    filter_fences fences;
    std::size_t next_page = 0;
    std::vector<filter_line> page;  // the one before
  };
  std::array<filter_in_reading, filters_of_run> filters_;
  std::optional<index_entry> previous_;
};

}  // namespace whence::inline v0
