/// Up to where the index goes.
#pragma once

#include <whence/core/position.hpp>
#include <whence/store/event_page.hpp>

namespace whence::inline v0 {

struct index_checkpoint {
  log_identity log;
  global_position position;
  chain_hash chain{};
};

}  // namespace whence::inline v0
