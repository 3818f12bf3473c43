/// What an application does for others while it holds the log: what its control socket offers.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <whence/app/application.hpp>
#include <whence/control/lone_worker.hpp>
#include <whence/control/operations.hpp>
#include <whence/core/runtime.hpp>
#include <whence/projection/runner.hpp>
#include <whence/store/log.hpp>

namespace whence::inline v0::detail {

/// What they are carried out on, and by.
struct operated_application {
  std::string name;
  std::string path;  ///< of the log's file
  std::shared_ptr<whence::log> log;
  whence::runtime runtime;
  std::vector<registered_aggregate> aggregates;                 ///< an event that is appended has to be one of theirs
  std::vector<std::shared_ptr<projection_runner>> projections;  ///< those that can be rebuilt
  std::shared_ptr<lone_worker> worker;                          ///< whose end has to come before the log is closed
};

/// `event append`, `projection rebuild`, `log archive`, `log compact`.
operations offered_operations(operated_application on);

}  // namespace whence::inline v0::detail
