#include <utility>

#include <whence/subscription/checkpoint.hpp>

namespace whence::inline v0 {

checkpoint_mismatch::checkpoint_mismatch(std::string whose, global_position at, std::string why, kind which)
    : error("checkpoint.mismatch", next_move::operator_needed,
            {.what = whose + " stands at position " + std::to_string(at.value()) +
                     " of another history than the log's; nothing was handled",
             .where = whose,
             .why = std::move(why),
             .remedy = (which == kind::log_is_behind ? "look for the newest files of the log; if this copy is meant, "
                                                     : "if this is the right log, ") +
                       ("move the files of " + whose + " away: it is built anew")}),
      owner(std::move(whose)),
      position(at),
      what(which) {}

void verify(const checkpoint& at, log_reader& log, const std::string& owner) {
  if (at == checkpoint{}) return;
  const log_identity identity = log.identity();
  if (at.log.id != identity.id) {
    throw checkpoint_mismatch(owner, at.position,
                              "its log is " + at.log.id.to_string() + ", this one is " + identity.id.to_string());
  }
  if (at.log.epoch > identity.epoch) {
    throw checkpoint_mismatch(owner, at.position,
                              "its epoch is " + std::to_string(at.log.epoch) + ", the log's is " +
                                  std::to_string(identity.epoch) + ": this is an older copy of the log",
                              checkpoint_mismatch::kind::log_is_behind);
  }
  const auto chain = log.chain_at(at.position);
  if ((!chain || *chain != at.chain) && at.log.epoch < identity.epoch) {
    throw checkpoint_mismatch(owner, at.position,
                              "its epoch is " + std::to_string(at.log.epoch) + ", the log's is " +
                                  std::to_string(identity.epoch) +
                                  ": the log was restored, or gave up a lost end, and goes another way before there");
  }
  if (!chain) {
    throw checkpoint_mismatch(owner, at.position, "the log ends at position " + std::to_string(log.head().value()),
                              checkpoint_mismatch::kind::log_is_behind);
  }
  if (*chain != at.chain) {
    throw checkpoint_mismatch(owner, at.position, "the log has other events up to there: the chain hashes differ");
  }
}

}  // namespace whence::inline v0
