/// Runs the `whence` program in a process of its own, as a shell would.
#pragma once

#include <string>
#include <vector>

namespace tests {

struct program_run {
  int exit = 0;  ///< 128 + the signal, if one ended it
  std::string out;
  std::string err;
  long peak_kilobytes = 0;  ///< of its memory
};

struct program_surroundings {
  std::string folder;             ///< where it runs
  std::string standard_output{};  ///< a file to write to; empty: what it prints is returned
  bool as_ordinary_user = false;  ///< gives up root's rights first; a test that cannot do that fails
};

program_run run_whence(const std::vector<std::string>& words, const program_surroundings& around);

/// A line for sh, in which `whence` is the program.
program_run run_in_shell(const std::string& line, const program_surroundings& around);

std::string content_of(const std::string& path);

}  // namespace tests
