/// How far a reader of the log has come, and in which history.
#pragma once

#include <string>

#include <whence/core/error.hpp>
#include <whence/core/position.hpp>
#include <whence/store/event_page.hpp>
#include <whence/store/log.hpp>

namespace whence::inline v0 {

/// Everything up to `position` was handled. The chain hash names the history that led there: two logs with the same hash at
/// the same position have the same events up to it. The default is "nothing yet", and fits every log.
struct checkpoint {
  log_identity log;
  global_position position;
  chain_hash chain{};
  friend bool operator==(const checkpoint&, const checkpoint&) = default;
};

/// `checkpoint.mismatch`: a checkpoint is of another log, of another history, or ahead of the log. Nothing was handled.
///
/// It happens when a log was restored or lost its tail, or when files of different logs were mixed. What was built from the
/// other history has to be built anew.
struct checkpoint_mismatch final : error {
  enum class kind {
    other_history,  ///< the log is another one, or went another way
    log_is_behind,  ///< the log is older than the checkpoint: its end is missing, unless an older copy was meant
  };
  checkpoint_mismatch(std::string owner, global_position position, std::string why, kind what = kind::other_history);
  std::string owner;  ///< whose checkpoint it is: the subscription's name
  global_position position;
  kind what;
};

/// Throws checkpoint_mismatch unless the checkpoint's history is the log's own up to its position.
/// An earlier epoch is fine if the history is the same up to there.
void verify(const checkpoint& at, log_reader& log, const std::string& owner);

}  // namespace whence::inline v0
