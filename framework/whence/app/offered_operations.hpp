/// What an application does for others while it holds the log: what its control socket offers.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include <whence/app/application.hpp>
#include <whence/control/operations.hpp>
#include <whence/core/runtime.hpp>
#include <whence/projection/runner.hpp>
#include <whence/store/log.hpp>

namespace whence::inline v0::detail {

/// `event append`, checked against these aggregates, and `projection rebuild` of these projections. It keeps what it needs of them.
operations offered_operations(const std::shared_ptr<log>& log, const runtime& runtime,
                              const std::vector<registered_aggregate>& aggregates,
                              const std::vector<std::shared_ptr<projection_runner>>& projections);

}  // namespace whence::inline v0::detail
