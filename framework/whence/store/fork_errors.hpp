/// What can stand in the way of a fork, and what can be wrong with its base.
#pragma once

#include <string>

#include <whence/core/error.hpp>
#include <whence/core/position.hpp>
#include <whence/core/uuid.hpp>

namespace whence::inline v0 {

/// `fork.log_exists`: there is a log at the path, or what belongs to one. It was left as it is.
struct fork_over_log final : error {
  /// `found`: the file that is there. `holder_pid`: of who writes the log; 0: nobody does.
  fork_over_log(std::string log, const std::string& found, long holder_pid);
  std::string path;  ///< of the log
  long holder_pid;
};

/// `fork.not_in_log`: the log does not go so far, or does not begin so early. Nothing was made.
struct fork_not_in_log final : error {
  fork_not_in_log(std::string log, const std::string& wanted, std::string why);
  std::string path;
};

/// `fork.of_memory`: the log is in no file.
struct fork_of_memory final : error {
  explicit fork_of_memory(std::string name);
};

/// `log.base_missing`: a log is a fork, and the log that has its past is not where it was. Nothing was changed.
struct base_missing final : error {
  base_missing(std::string fork, std::string base, const log_id& log, global_position position);
  std::string path;          ///< of the fork
  std::string base;          ///< where its base should be
  global_position position;  ///< up to which it reads there
};

/// `log.base_differs`: what stands where the base of a fork was is not that log, ends too early, or is of another history. Nothing
/// was changed.
struct base_differs final : error {
  base_differs(std::string fork, std::string base, const log_id& log, global_position position, std::string why);
  std::string path;  ///< of the fork
  std::string base;
  global_position position;
};

}  // namespace whence::inline v0
