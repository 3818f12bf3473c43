/// Whether a batch keeps the rules that hold in every log: for who plans an append, and says before what would come of it.
#pragma once

#include <whence/store/append_batch.hpp>

namespace whence::inline v0 {

/// Costs    reads the whole batch once.
/// Throws   append_not_done (`append.invalid`): no log takes it. What is beyond the size_limits of a log, or goes against what is
///          in it, that log says.
void must_keep_rules(const append_batch& batch);

}  // namespace whence::inline v0
