#include <utility>

#include <whence/store/log.hpp>
#include <whence/store/log_errors.hpp>

namespace whence::inline v0 {
namespace {

std::string number(global_position position) { return std::to_string(position.value()); }

}  // namespace

log_busy::log_busy(std::string log, long holder)
    : error("log.busy", next_move::retry,
            {.what = log + " is held for writing by " +
                     (holder > 0 ? "process " + std::to_string(holder) : std::string("another process")) +
                     "; nothing was touched",
             .where = log + ".lock",
             .why = "a log has one writer at a time",
             .remedy = "wait until that process has ended, or stop it; to look into the log, nobody has to wait"}),
      path(std::move(log)),
      holder_pid(holder) {}

log_closed::log_closed(std::string name)
    : error("log.closed", next_move::operator_needed,
            {.what = name + " was closed", .where = {}, .why = {}, .remedy = "open the log again"}) {}

log_changed::log_changed(std::string log)
    : log_changed(std::move(log),
                  "it had no -wal beside it, and none can be made there: so it was read as a file that nobody writes") {
}

log_changed log_changed::by_moving(std::string log) {
  return log_changed(std::move(log), "events were moved to an archive meanwhile");
}

log_changed::log_changed(std::string log, std::string why)
    : error("log.changed", next_move::retry,
            {.what = log + " was changed while it was read",
             .where = log,
             .why = std::move(why),
             .remedy = "try again: a log that is being written is read beside its writer"}),
      path(std::move(log)) {}

log_replaced::log_replaced(std::string log, std::string why)
    : error("log.replaced", next_move::operator_needed,
            {.what = "another file was put in the place of " + log + ", and it does not go on there",
             .where = log,
             .why = std::move(why),
             .remedy = "begin anew: what was read before may not be in the log that stands there now"}),
      path(std::move(log)) {}

log_witness_damaged::log_witness_damaged(std::string witness)
    : error("log.witness_damaged", next_move::operator_needed,
            {.what = "one of the two slots of " + witness + " could not be read",
             .where = witness,
             .why = "nothing is lost: the other one is good, and this one was written anew",
             .remedy = "look at the disk, unless the power was cut before"}),
      path(std::move(witness)) {}

log_index_lost::log_index_lost(std::string index)
    : error("log.index_lost", next_move::operator_needed,
            {.what = index + " was removed or replaced while the log is open",
             .where = index,
             .why = "no event is lost: it is made anew from the log, and appends wait for that",
             .remedy = "leave the files of a log alone while a process has it open"}),
      path(std::move(index)) {}

log_damaged::log_damaged(std::string log, global_position where, std::string detail)
    : error("log.checksum", next_move::operator_needed,
            {.what = where == global_position{} ? log + " is damaged"
                                                : "event " + number(where) + " in " + log + " cannot be trusted",
             .where = log,
             .why = std::move(detail),
             .remedy =
                 "copy " + log +
                 "* to a safe place before anything else; then repair it (whence log repair), or restore a backup"}),
      path(std::move(log)),
      position(where) {}

log_damaged::log_damaged(std::string_view code, next_move next, std::string file, global_position where,
                         error_text text)
    : error(code, next, std::move(text)), path(std::move(file)), position(where) {}

log_damaged log_damaged::archive_missing(const std::string& log, std::string archive, global_position where) {
  error_text text{.what = "event " + number(where) + " of " + log + " lies in an archive that is not there",
                  .where = archive,
                  .why = "it was archived to " + archive + ", and there is no such file",
                  .remedy = "bring " + archive +
                            " back from where it went; or log repair --with FILE puts back what a backup has of it"};
  return {"log.archive_missing", next_move::operator_needed, std::move(archive), where, std::move(text)};
}

log_damaged log_damaged::archive_damaged(const std::string& log, std::string archive, global_position where,
                                         const std::string& detail) {
  error_text text{.what = "event " + number(where) + " of " + log + " lies in an archive, and cannot be trusted there",
                  .where = archive,
                  .why = "it was archived to " + archive + ": " + detail,
                  .remedy = "put a good copy of " + archive +
                            " in its place; or log repair --with FILE puts back what a backup has of it"};
  return {"log.archive_damaged", next_move::operator_needed, std::move(archive), where, std::move(text)};
}

log_damaged log_damaged::archive_refused(const std::string& log, std::string archive, global_position where,
                                         const error& refusal) {
  const error_text& said = refusal.text();
  error_text text{.what = "event " + number(where) + " of " + log + " lies in an archive that cannot be read",
                  .where = archive,
                  .why = "it was archived to " + archive + ": " + (said.why.empty() ? said.what : said.why),
                  .remedy = said.remedy};
  log_damaged made(refusal.code(), refusal.next(), std::move(archive), where, std::move(text));
  made.is_refused = true;
  return made;
}

log_damaged log_damaged::other_tables(std::string log, std::string detail) {
  error_text text{
      .what = log + " has not the tables of a log: nothing in it is believed",
      .where = log,
      .why = std::move(detail),
      .remedy = "copy " + log + "* to a safe place before anything else; then repair it, or restore a backup"};
  return {"log.other_tables", next_move::operator_needed, std::move(log), global_position{}, std::move(text)};
}

tail_missing::tail_missing(std::string log, global_position log_end, global_position witness)
    : error("log.tail_missing", next_move::operator_needed,
            {.what = log + " ends at event " + number(log_end) + ", but event " + number(witness) +
                     " was acknowledged; nothing was changed",
             .where = log + ".witness",
             .why = "the end of the log is lost: its files were cut, damaged, or replaced by older ones",
             .remedy = "copy " + log +
                       "* to a safe place, then put the newest copies of these files in their place; whence log repair "
                       "brings back "
                       "what a backup has, and goes on without the rest if that is accepted"}),
      path(std::move(log)),
      found(log_end),
      witnessed(witness) {}

witness_missing::witness_missing(std::string log, std::string detail)
    : error(
          "log.witness_missing", next_move::operator_needed,
          {.what = log + " has no usable witness beside it; nothing was changed",
           .where = log + ".witness",
           .why = std::move(detail),
           .remedy =
               "bring " + log +
               ".witness back from where the log came from; whence log repair goes on without it if that is accepted"}),
      path(std::move(log)) {}

import_unfinished::import_unfinished(std::string log)
    : error("log.import_unfinished", next_move::operator_needed,
            {.what = "an import into " + log + " has not come to its end; nothing was changed",
             .where = log,
             .why = "an export says at its end whether all of it has come, and as it was exported",
             .remedy = "import the whole export again: it goes on behind what is there; if that is refused, move " +
                       log + " away, with all whose names begin so, and import it anew"}),
      path(std::move(log)) {}

void must_be_whole(const log_condition& found, const std::string& log) {
  switch (found.what) {
    case log_condition::kind::whole: return;
    case log_condition::kind::tail_missing: throw tail_missing(log, found.found, found.witnessed);
    case log_condition::kind::witness_missing:
      throw witness_missing(log, "without it, nobody can tell whether events are missing at the end");
    case log_condition::kind::import_unfinished: throw import_unfinished(log);
  }
}

not_a_log::not_a_log(std::string file, std::string detail)
    : error("log.not_a_log", next_move::change_request,
            {.what = file + " is not a Whence log; nothing was changed",
             .where = file,
             .why = std::move(detail),
             .remedy = "give the path of a log"}),
      path(std::move(file)) {}

log_name_taken::log_name_taken(std::string file, std::string owner)
    : error("log.name_taken", next_move::change_request,
            {.what = file + " has a name that belongs to " + owner + "; nothing was made",
             .where = file,
             .why = "whoever opens " + owner + " would take it for a part of that",
             .remedy = "give another path"}),
      path(std::move(file)),
      log(std::move(owner)) {}

newer_format::newer_format(std::string log, int found_format, int supported)
    : error("log.newer_format", next_move::operator_needed,
            {.what = log + " has format " + std::to_string(found_format) + ", and this program knows formats up to " +
                     std::to_string(supported) + "; nothing was changed",
             .where = log,
             .why = "a newer Whence wrote it",
             .remedy = "use the program that wrote it, or a newer one"}),
      path(std::move(log)),
      found(found_format),
      known(supported) {}

older_format::older_format(std::string log, int found_format, int oldest)
    : error("log.older_format", next_move::operator_needed,
            {.what = log + " has format " + std::to_string(found_format) + ", and this program knows formats from " +
                     std::to_string(oldest) + " on; nothing was changed",
             .where = log,
             .why = "a Whence of before the first release wrote it",
             .remedy = "use the program that wrote it"}),
      path(std::move(log)),
      found(found_format),
      first(oldest) {}

log_missing::log_missing(std::string log)
    : error("log.missing", next_move::change_request,
            {.what = "there is no log " + log, .where = log, .why = {}, .remedy = "give the path of a log"}),
      path(std::move(log)) {}

}  // namespace whence::inline v0
