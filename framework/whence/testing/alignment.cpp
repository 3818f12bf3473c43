#include <whence/testing/alignment.hpp>

#include <algorithm>

namespace whence::testing::inline v0 {

std::vector<aligned_pair> align(std::size_t expected, std::size_t found, const difference_cost& cost) {
  std::vector<aligned_pair> pairs;
  std::size_t alike = 0;
  for (; alike < expected && alike < found && cost(alike, alike) == 0; ++alike) pairs.push_back({alike, alike});

  // least[i][j]: what it costs to explain everything from the i-th expected and the j-th found on.
  const std::size_t rows = std::min(expected - alike, aligned_max);
  const std::size_t columns = std::min(found - alike, aligned_max);
  std::vector<std::vector<int>> least(rows + 1, std::vector<int>(columns + 1));
  std::vector<std::vector<int>> together(rows, std::vector<int>(columns));
  for (std::size_t i = rows + 1; i-- > 0;) {
    for (std::size_t j = columns + 1; j-- > 0;) {
      if (i == rows || j == columns) {
        least[i][j] = static_cast<int>(rows - i + columns - j) * cost_of_one_alone;
        continue;
      }
      together[i][j] = cost(alike + i, alike + j) + least[i + 1][j + 1];
      least[i][j] =
          std::min({together[i][j], cost_of_one_alone + least[i + 1][j], cost_of_one_alone + least[i][j + 1]});
    }
  }
  for (std::size_t i = 0, j = 0; i < rows || j < columns;) {
    if (i < rows && j < columns && least[i][j] == together[i][j]) {
      pairs.push_back({alike + i++, alike + j++});
    } else if (i < rows && least[i][j] == cost_of_one_alone + least[i + 1][j]) {
      pairs.push_back({alike + i++, std::nullopt});
    } else {
      pairs.push_back({std::nullopt, alike + j++});
    }
  }
  return pairs;
}

}  // namespace whence::testing::inline v0
