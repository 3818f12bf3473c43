/// "Did you mean": words that differ by a slip of the finger.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace whence::inline v0::cli {

/// How many insertions, removals, replacements and swaps of neighbours turn one into the other; `beyond + 1` if more than that.
std::size_t edit_distance(std::string_view one, std::string_view other, std::size_t beyond);

/// The nearest of the words, if it is at most two slips away and less than half of the word is wrong.
std::string nearest(std::string_view word, const std::vector<std::string>& words);

}  // namespace whence::inline v0::cli
