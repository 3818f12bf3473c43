/// Which of the things that were expected is which of those that were found: the pairing that leaves the least to explain.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace whence::testing::inline v0 {

/// The index of one that was expected, of one that was found, or of both: then they belong together, alike or not.
struct aligned_pair {
  std::optional<std::size_t> expected;
  std::optional<std::size_t> found;
};

/// What it costs to leave one alone.
inline constexpr int cost_of_one_alone = 10;
/// For two that cannot belong together.
inline constexpr int never_together = 3 * cost_of_one_alone;

/// How different two are: 0 for alike.
using difference_cost = std::function<int(std::size_t expected, std::size_t found)>;

/// In order (the edit distance of Wagner and Fischer, 1974).
///
/// Limits   behind the beginning that is alike, `aligned_max` of each; what follows is left out.
/// Costs    time and room for the product of those.
inline constexpr std::size_t aligned_max = 500;
std::vector<aligned_pair> align(std::size_t expected, std::size_t found, const difference_cost& cost);

}  // namespace whence::testing::inline v0
