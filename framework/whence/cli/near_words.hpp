/// "Did you mean": words that differ by a slip of the finger.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace whence::inline v0::cli {

/// How many insertions, removals, replacements and swaps of neighbours turn one into the other; `beyond + 1` if more than that.
std::size_t edit_distance(std::string_view one, std::string_view other, std::size_t beyond);

/// The only one of the words that begins so, with three characters or more behind its hyphens; else empty.
std::string begun_by(std::string_view begin, const std::vector<std::string>& words);

/// The nearest of the words, if it is at most two slips away and less than half of the word is wrong.
std::string nearest(std::string_view word, const std::vector<std::string>& words);

}  // namespace whence::inline v0::cli
