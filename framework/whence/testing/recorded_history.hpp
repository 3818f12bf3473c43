/// Given events in a log in memory, where time, ids and entropy are the same in each run.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <whence/core/runtime.hpp>
#include <whence/store/log_source.hpp>
#include <whence/testing/given_events.hpp>

namespace whence::testing::inline v0 {

/// A runtime whose clock stands still and which has no threads.
runtime stopped_runtime();

/// Records the events one after the other. Throws append_not_done: a stream's name or an event's size is beyond what a log takes,
/// or a stream is of two aggregate types.
log_source record(const std::vector<given_event>& events);

}  // namespace whence::testing::inline v0
