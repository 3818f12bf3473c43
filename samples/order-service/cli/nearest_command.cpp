#include <algorithm>
#include <cli/nearest_command.hpp>
#include <cstddef>
#include <numeric>
#include <utility>

namespace shop {
namespace {

/// How many letters have to be added, left out, changed or swapped with their neighbour: Wagner and Fischer's table, of which
/// the last three rows are kept.
std::size_t slips(std::string_view from, std::string_view to) {
  std::vector<std::size_t> before_last, last(to.size() + 1), row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= from.size(); ++i) {
    before_last = std::exchange(last, row);
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      row[j] = std::min({last[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1), last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row.back();
}

}  // namespace

std::string nearest_command(std::string_view word, const std::vector<std::string>& commands) {
  constexpr std::size_t letters_max = 2;
  std::string nearest;
  std::size_t best = letters_max + 1;
  for (const std::string& command : commands) {
    if (word.size() > command.size() + letters_max) continue;  // may be as long as a command line
    const std::size_t letters = slips(word, command);
    const bool half_of_it = 2 * letters >= command.size();
    if (letters >= best || half_of_it) continue;
    best = letters;
    nearest = command;
  }
  return nearest;
}

}  // namespace shop
