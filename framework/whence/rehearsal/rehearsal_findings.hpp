/// What a rehearsal has found so far: shared by its threads, and bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include <whence/core/guarded.hpp>
#include <whence/rehearsal/rehearsal.hpp>

namespace whence::inline v0::detail {

/// Aggregate type, event type, version.
using kind_key = std::tuple<std::string, std::string, std::uint32_t>;
struct kind_counts {
  bool handled = false;
  std::uint64_t events = 0;
  std::uint64_t first = 0;
  std::uint64_t broken = 0;
  std::uint64_t first_broken = 0;
  std::uint64_t otherwise = 0;
  std::uint64_t left_out = 0;
};
using kinds_of_events = std::map<kind_key, kind_counts, std::less<>>;

/// Threads  any.
/// Limits   twice `listed_max` findings, and ten thousand kinds; beyond that they are counted.
class rehearsal_findings {
 public:
  explicit rehearsal_findings(std::size_t listed_max) : listed_max_(listed_max) {}

  void add(rehearsal_finding finding);
  void add(const rehearsal_counts& counts, const kinds_of_events& kinds);

  /// Everything, into the result.
  void move_to(rehearsal& result);

 private:
  static constexpr std::size_t kinds_max = 10'000;
  struct shared {
    std::vector<rehearsal_finding> findings;
    std::uint64_t found = 0;
    rehearsal_counts counts;
    kinds_of_events kinds;
    bool more_kinds = false;
  };
  void keep_lowest(shared& own) const;

  const std::size_t listed_max_;
  guarded<shared> shared_;
};

}  // namespace whence::inline v0::detail
