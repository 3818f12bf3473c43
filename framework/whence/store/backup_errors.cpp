#include <utility>

#include <whence/store/backup_errors.hpp>

namespace whence::inline v0 {

backup_busy::backup_busy(std::string backup, long holder)
    : error("backup.busy", next_move::retry,
            {.what = backup + " is being made by " +
                     (holder > 0 ? "process " + std::to_string(holder) : std::string("another process")) +
                     "; nothing was touched",
             .where = backup,
             .why = {},
             .remedy = "wait until that process has ended, or choose another name"}),
      path(std::move(backup)),
      holder_pid(holder) {}

backup_of_memory::backup_of_memory(std::string name)
    : error("backup.of_memory", next_move::change_request,
            {.what = "a log in memory has no backup",
             .where = std::move(name),
             .why = "it is gone with its program in any case",
             .remedy = "back up a log that is a file"}) {}

not_a_backup::not_a_backup(std::string file)
    : error("backup.not_one", next_move::change_request,
            {.what = file + " is a log, and no backup of one; nothing was made",
             .where = file,
             .why = "it lacks the mark that a backup gets when all of it is verified: a copy made some other way may "
                    "have parts of "
                    "two moments",
             .remedy = "name a file that `whence backup` made; or make one of this log, if it is whole"}),
      path(std::move(file)) {}

restore_over_log::restore_over_log(std::string log, const std::string& found, long holder)
    : error("restore.log_exists", next_move::operator_needed,
            {.what = "there is a log at " + log + "; it was left as it is",
             .where = found,
             .why = holder > 0 ? "process " + std::to_string(holder) + " writes it" : "a restore never replaces one",
             .remedy = std::string(holder > 0 ? "stop that process, then move" : "move") +
                       " the log away, with its -wal, -shm and .witness; or give another path"}),
      path(std::move(log)),
      holder_pid(holder) {}

restore_onto_backup::restore_onto_backup(std::string backup, const std::string& log)
    : error("restore.onto_backup", next_move::change_request,
            {.what = backup + " has a name that belongs to the log that is to be at " + log + "; nothing was touched",
             .where = backup,
             .why = "what is made there would take the place of the backup",
             .remedy = "give another path for the log"}),
      path(std::move(backup)) {}

not_in_backup::not_in_backup(std::string backup, const std::string& wanted, std::string why)
    : error("restore.not_in_backup", next_move::change_request,
            {.what = backup + " has " + wanted + "; nothing was made",
             .where = backup,
             .why = std::move(why),
             .remedy = "choose another point, or another backup"}),
      path(std::move(backup)) {}

log_is_backup::log_is_backup(std::string file)
    : error("log.is_backup", next_move::change_request,
            {.what = file + " is a backup, and no log that is written; nothing was changed",
             .where = file,
             .why = "a backup stays as it was made",
             .remedy = "restore it, and open the log that this makes"}),
      path(std::move(file)) {}

}  // namespace whence::inline v0
