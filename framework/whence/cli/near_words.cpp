#include <whence/cli/near_words.hpp>

#include <algorithm>

namespace whence::inline v0::cli {

// Optimal string alignment, three rows at a time. Names are at most 255 bytes.
std::size_t edit_distance(std::string_view one, std::string_view other, std::size_t beyond) {
  const std::size_t longer = std::max(one.size(), other.size());
  if (longer - std::min(one.size(), other.size()) > beyond) return beyond + 1;
  std::vector<std::size_t> before_last(other.size() + 1);
  std::vector<std::size_t> last(other.size() + 1);
  std::vector<std::size_t> row(other.size() + 1);
  for (std::size_t j = 0; j <= other.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= one.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= other.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    if (*std::min_element(row.begin(), row.end()) > beyond) return beyond + 1;
    before_last.swap(last);
    last.swap(row);
  }
  return std::min(last[other.size()], beyond + 1);
}

std::string begun_by(std::string_view begin, const std::vector<std::string>& words) {
  constexpr std::size_t least = 3;
  const std::size_t hyphens = std::min(begin.find_first_not_of('-'), begin.size());
  if (begin.size() < hyphens + least) return {};
  std::string found;
  for (const std::string& word : words) {
    if (!word.starts_with(begin)) continue;
    if (!found.empty()) return {};
    found = word;
  }
  return found;
}

std::string nearest(std::string_view word, const std::vector<std::string>& words) {
  std::size_t best = std::min<std::size_t>(2, (word.size() - (word.empty() ? 0 : 1)) / 2);
  std::string found;
  for (const std::string& candidate : words) {
    const std::size_t distance = edit_distance(word, candidate, 2);
    if (distance < best || (distance == best && found.empty())) {
      best = distance;
      found = candidate;
    }
  }
  return found;
}

}  // namespace whence::inline v0::cli
