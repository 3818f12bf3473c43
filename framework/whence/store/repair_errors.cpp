#include <whence/store/repair_errors.hpp>

#include <utility>

namespace whence::inline v0 {
namespace {

std::string options_for(const std::vector<log_loss>& losses) {
  std::string options;
  for (const log_loss one : losses) options += " --accept " + name_of(one);
  return options;
}

}  // namespace

std::string name_of(log_loss what) {
  switch (what) {
    case log_loss::missing_tail: return "missing-tail";
    case log_loss::missing_witness: return "missing-witness";
    case log_loss::damage: return "damage";
  }
  return {};
}

repair_not_accepted::repair_not_accepted(std::string log, std::vector<log_loss> missing, std::string detail)
    : error("repair.not_accepted", next_move::operator_needed,
            {.what = log + " cannot be repaired without a loss; nothing was changed",
             .where = log,
             .why = std::move(detail),
             .remedy = "look for a backup or a copy that has more; if the loss is accepted, whence log repair" +
                       options_for(missing) + " --reason TEXT"}),
      path(std::move(log)),
      losses(std::move(missing)) {}

repair_not_accepted::repair_not_accepted(const repair_not_accepted& refused, std::string remedy)
    : error(refused.code(), refused.next(),
            {.what = refused.text().what,
             .where = refused.text().where,
             .why = refused.text().why,
             .remedy = std::move(remedy)}),
      path(refused.path),
      losses(refused.losses) {}

repair_from_other_log::repair_from_other_log(std::string log, std::string source, const std::string& detail)
    : error("repair.other_log", next_move::change_request,
            {.what = source + " is of another log than " + log + "; nothing was changed",
             .where = source,
             .why = detail,
             .remedy = "name a backup of this log, or a copy of it"}),
      path(std::move(log)),
      from(std::move(source)) {}

repair_of_fork::repair_of_fork(std::string log)
    : error("repair.of_fork", next_move::change_request,
            {.what = log + " is a fork, and is not repaired; nothing was changed",
             .where = log,
             .why = "its past stands in its base, which is a log of its own, and what it has itself is a trial",
             .remedy = "repair the base, if that is damaged; and fork it anew"}),
      path(std::move(log)) {}

repair_past_unknown::repair_past_unknown(std::string log, global_position from, std::string detail)
    : error("repair.past_unknown", next_move::operator_needed,
            {.what = log + " may be a fork, and nothing says of which log; nothing was changed",
             .where = log,
             .why = std::move(detail) + "; event " + std::to_string(from.value()) +
                    " and those behind it may lie whole in that log: they are not taken for lost",
             .remedy = "# that log, or a backup of either, brings them back: whence log repair --with FILE"}),
      path(std::move(log)),
      first(from) {}

repair_no_room::repair_no_room(std::string log, std::uint64_t wanted, std::uint64_t has)
    : error("repair.no_room", next_move::operator_needed,
            {.what = "there is no room to repair " + log + "; nothing was changed",
             .where = log,
             .why = "the repaired log, and a copy of what it is now, take up to " + std::to_string(wanted) +
                    " bytes beside it, and " + std::to_string(has) + " are free",
             .remedy = "make room on that disk"}),
      path(std::move(log)),
      needed(wanted),
      free(has) {}

repair_unfinished::repair_unfinished(std::string log, const std::string& kept, const std::string& lost_file,
                                     const std::string& why)
    : error("repair.unfinished", next_move::operator_needed,
            {.what = log + " is repaired" + (kept.empty() ? "" : ", its files of before are " + kept) +
                     (lost_file.empty() ? "" : ", what it has lost is in " + lost_file) +
                     "; its witness and its audit event may not be there yet",
             .where = log,
             .why = why,
             .remedy = "# put that right; then this does what is left, and nothing else:\nwhence log repair"}),
      path(std::move(log)) {}

}  // namespace whence::inline v0
