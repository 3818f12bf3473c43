/// Which commands cannot be run on a log that the test itself holds.
#pragma once

#include <string>

#include <whence/cli/command_table.hpp>

namespace tests {

/// It wants a log that nobody holds, or one that a service holds: log_operation_test.cpp runs it on both, with all of its examples.
inline bool has_trial_of_its_own(const whence::cli::command& command) {
  const std::string name = whence::cli::full_name(command);
  return name == "event append" || name == "projection rebuild";
}

}  // namespace tests
