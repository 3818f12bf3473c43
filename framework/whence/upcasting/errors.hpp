/// What can go wrong between a stored event and its form of today.
#pragma once

#include <cstdint>
#include <string>

#include <whence/core/error.hpp>
#include <whence/core/position.hpp>

namespace whence::inline v0 {

/// `event.upcast_failed`: a stored event is not what an upcaster expects. Nothing of it was given out, and nothing skipped.
struct upcast_failed final : error {
  /// `problem`: what the upcaster threw. `where`: which event it is, its stream, version and position.
  upcast_failed(std::string event_type, std::uint32_t version, std::string problem, std::string where = {},
                global_position position = {});
  std::string event_type;
  std::uint32_t version;
  std::string problem;
  global_position position;  ///< 0: it was upcast by itself, outside of a log
};

}  // namespace whence::inline v0
