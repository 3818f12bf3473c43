#include <utility>

#include <whence/store/fork_errors.hpp>

namespace whence::inline v0 {
namespace {

std::string number(global_position position) { return std::to_string(position.value()); }

}  // namespace

fork_over_log::fork_over_log(std::string log, const std::string& found, long holder)
    : error("fork.log_exists", next_move::change_request,
            {.what = "there is a log at " + log + "; it was left as it is",
             .where = found,
             .why = holder > 0 ? "process " + std::to_string(holder) + " writes it" : "a fork never replaces one",
             .remedy = "give another path; or move that log away, with its -wal, -shm and .witness"}),
      path(std::move(log)),
      holder_pid(holder) {}

fork_not_in_log::fork_not_in_log(std::string log, const std::string& wanted, std::string why)
    : error("fork.not_in_log", next_move::change_request,
            {.what = log + " has " + wanted + "; nothing was made",
             .where = log,
             .why = std::move(why),
             .remedy = "choose another point of the log"}),
      path(std::move(log)) {}

fork_of_memory::fork_of_memory(std::string name)
    : error("fork.of_memory", next_move::change_request,
            {.what = "a log in memory has no fork",
             .where = std::move(name),
             .why = "a fork reads the events of its base in that one's file",
             .remedy = "fork a log that is a file"}) {}

base_missing::base_missing(std::string fork, std::string missing, const log_id& log, global_position shared)
    : error("log.base_missing", next_move::operator_needed,
            {.what = fork + " is a fork, and its base " + missing + " is not there; nothing was changed",
             .where = missing,
             .why = "up to event " + number(shared) + ", the events of a fork are those of its base, log " +
                    log.to_string() + ": it was moved or removed, or the fork was moved without it",
             .remedy = "bring it back to that place, with its -wal and .witness"}),
      path(std::move(fork)),
      base(std::move(missing)),
      position(shared) {}

base_differs::base_differs(std::string fork, std::string other, const log_id& log, global_position shared,
                           std::string why)
    : error(
          "log.base_differs", next_move::operator_needed,
          {.what = other + " is not the base that " + fork + " was forked from; nothing was changed",
           .where = other,
           .why =
               std::move(why) + "; the fork has the past of log " + log.to_string() + " up to event " + number(shared),
           .remedy = "put the log back that was there, or a newer copy of it; without that, the fork has no past, and "
                     "is made anew of the log as it is"}),
      path(std::move(fork)),
      base(std::move(other)),
      position(shared) {}

}  // namespace whence::inline v0
