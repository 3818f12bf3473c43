/// What can stand in the way of a repair.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <whence/core/error.hpp>
#include <whence/core/position.hpp>

namespace whence::inline v0 {

/// What a repair cannot bring back, and leaves out only if its owner accepts that by name.
enum class log_loss {
  missing_tail,     ///< the log ends before its witness
  missing_witness,  ///< there is no witness that fits the log: whether its end is missing, nobody knows
  damage,           ///< an event that cannot be trusted, and all behind it: none stands behind a hole
};

/// "missing-tail", "missing-witness", "damage".
std::string name_of(log_loss what);

/// `repair.not_accepted`: something is lost for good, and nobody has accepted that. The log is as it was.
struct repair_not_accepted final : error {
  /// `detail`: what is lost, in a sentence.
  repair_not_accepted(std::string log, std::vector<log_loss> missing, std::string detail);
  /// The same, where it is known what to type.
  repair_not_accepted(const repair_not_accepted& refused, std::string remedy);
  std::string path;
  std::vector<log_loss> losses;  ///< that are not accepted
};

/// `repair.other_log`: what the events are to be taken from is no copy or backup of this log.
struct repair_from_other_log final : error {
  repair_from_other_log(std::string log, std::string from, const std::string& detail);
  std::string path;
  std::string from;
};

/// `repair.of_fork`: the log is a fork. It was left as it is.
struct repair_of_fork final : error {
  explicit repair_of_fork(std::string log);
  std::string path;
};

/// `repair.past_unknown`: the log may be a fork, and nothing says of which log: events that lie there would be taken for lost. It
/// was left as it is. What has them brings them back.
struct repair_past_unknown final : error {
  /// `first`: of these events. `detail`: why nobody knows.
  repair_past_unknown(std::string log, global_position first, std::string detail);
  std::string path;
  global_position first;
};

/// `repair.no_room`: the disk has no room for the repaired log and a copy of what it is now. The log is as it was.
struct repair_no_room final : error {
  repair_no_room(std::string log, std::uint64_t needed, std::uint64_t free);
  std::string path;
  std::uint64_t needed;  ///< bytes
  std::uint64_t free;
};

/// `repair.unfinished`: the log is repaired, and its witness or audit event is not there yet. The next repair brings it.
struct repair_unfinished final : error {
  /// `kept`, `lost_file`: of before, and of the events that are not in the log any more; may be empty. `why`: what failed.
  repair_unfinished(std::string log, const std::string& kept, const std::string& lost_file, const std::string& why);
  std::string path;
};

}  // namespace whence::inline v0
