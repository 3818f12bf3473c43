/// What a verification compares with what, fixed before it begins.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <whence/core/position.hpp>
#include <whence/core/runtime.hpp>
#include <whence/store/log_fork.hpp>
#include <whence/store/log_verification.hpp>
#include <whence/store/sqlite/format.hpp>
#include <whence/store/sqlite/index/keys.hpp>
#include <whence/store/sqlite/index/run.hpp>

namespace whence::inline v0 {

/// A sum over index entries that does not depend on their order: two sets with the same sum are the same set.
struct entry_sum {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  std::uint64_t entries = 0;

  void add(const index_entry& entry) noexcept;
  void add(const entry_sum& other) noexcept;
  friend bool operator==(const entry_sum&, const entry_sum&) = default;
};

/// Which file has the event.
const std::string& file_of(const std::vector<log_base>& bases, const std::string& log, global_position position);

struct verification_plan {
  static constexpr std::uint64_t chunk_events = 65'536;  ///< what a thread takes at a time
  static constexpr std::uint64_t sum_events = 4'096;     ///< that have a sum of their own
  static_assert(chunk_events % sum_events == 0 && sum_events % position_group::positions == 0);

  const log_paths& paths;
  const runtime& running;
  const verify_options& options;
  global_position from{1};
  global_position head;
  bool compares_index = false;
  global_position indexed_to;   ///< entries beyond are not compared
  std::vector<index_run> runs;  ///< as they were when it began
  std::vector<log_base> bases;  ///< of a fork
  /// How they are opened, each time; whether that held is asked at the end.
  sql::reading_mode log_mode = sql::reading_mode::ordinary();
  sql::reading_mode index_mode = sql::reading_mode::ordinary();

  std::uint64_t events() const noexcept { return head < from ? 0 : head.value() - from.value() + 1; }
  /// Chunks and sums begin where groups do: each group is in one of them.
  std::uint64_t begin() const noexcept { return position_group::of(from.value()).first; }
  std::uint64_t chunks() const noexcept;
  position_range chunk(std::uint64_t number) const noexcept;
  std::uint64_t sums() const noexcept;
  /// In which sum a position counts. Each is in one chunk only.
  std::size_t sum_of(std::uint64_t position) const noexcept {
    return static_cast<std::size_t>((position - begin()) / sum_events);
  }
  bool is_compared(std::uint64_t position) const noexcept {
    return compares_index && position >= from.value() && position <= indexed_to.value();
  }
  /// Groups are compared by what occurs in them: not the one that `from` cuts.
  bool is_compared(position_group group) const noexcept { return is_compared(group.first); }
};

}  // namespace whence::inline v0
