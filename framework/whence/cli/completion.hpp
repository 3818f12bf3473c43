/// What can come next on a command line that is being typed.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <whence/cli/surroundings.hpp>

namespace whence::inline v0::cli {

struct candidate {
  std::string word;
  std::string text;  ///< what it is; may be empty
};

/// Where only the shell knows: the names of files.
inline constexpr std::string_view files_wanted = ":files";

/// The words after the program's name; the last one, which may be empty, is being typed. Names of streams and types come from
/// the log that the words name, or that would be opened without: from as much of its end and its beginning as can be read at
/// once.
///
/// Costs    `reading_max` at most, and one page.
/// Throws   nothing that matters: what cannot be found is not offered.
std::vector<candidate> completions(std::span<const std::string> words, const surroundings& around);

inline constexpr std::chrono::milliseconds reading_max{40};

}  // namespace whence::inline v0::cli
