/// What a verification has found so far: shared by its threads, and bounded.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <whence/core/guarded.hpp>
#include <whence/store/log_verification.hpp>

namespace whence::inline v0 {

/// Events that follow each other, none of which can be read, and why the first cannot.
struct unreadable_range {
  position_range positions;
  std::string stream;  // of the first, as far as its row says so
  std::string detail;
  std::string file = {};          // where they lie, if not in the log's own
  std::string archive_code = {};  // as in log_finding
};

/// Threads  any.
/// Limits   `listed_max` findings, beyond which they are counted; and as many ranges as fit into 16 MiB, those with the lowest
///          positions: of what is behind them, nothing is called readable.
class verification_findings {
 public:
  explicit verification_findings(std::size_t listed_max) : listed_max_(listed_max) {}

  void add(log_finding finding);
  void add_unreadable(unreadable_range range);

  /// In the order of their positions, those that touch made one. After the last `add_unreadable`.
  std::vector<unreadable_range> unreadable();
  /// False: there were more ranges than could be kept.
  bool has_all_unreadable() { return !shared_.lock()->known_before; }

  /// Everything, into the result.
  void move_to(log_verification& result, const std::string& path);

  std::atomic<std::uint64_t> events_done{0};

 private:
  static constexpr std::size_t ranges_max = 65'536;
  struct shared {
    std::vector<log_finding> findings;
    std::uint64_t findings_left_out = 0;
    std::vector<unreadable_range> ranges;
    std::uint64_t ranges_left_out = 0;
    std::optional<global_position> known_before;  // the first of a range that was left out; nothing: none was
  };
  static void join(std::vector<unreadable_range>& ranges);
  static void make_room(shared& own);

  const std::size_t listed_max_;
  guarded<shared> shared_;
};

}  // namespace whence::inline v0
