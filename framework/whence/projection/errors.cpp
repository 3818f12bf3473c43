#include <utility>

#include <whence/projection/errors.hpp>

namespace whence::inline v0 {

namespace {

std::string at(global_position position) { return "position " + std::to_string(position.value()); }

/// What the cause says: its sentence, and the place and reason that it knows.
std::string sentence_of(const std::exception_ptr& cause) {
  try {
    std::rethrow_exception(cause);
  } catch (const error& known) {
    std::string text = known.what();
    if (!known.text().where.empty()) text += " (" + known.text().where + ")";
    if (!known.text().why.empty()) text += ": " + known.text().why;
    return text + " [" + std::string(known.code()) + "]";
  } catch (const std::exception& known) {
    return known.what();
  } catch (...) {
    return "something that is no std::exception was thrown";
  }
}

next_move next_of(const std::exception_ptr& cause) {
  try {
    std::rethrow_exception(cause);
  } catch (const error& known) {
    return known.next();
  } catch (...) {
    return next_move::retry;
  }
}

}  // namespace

projection_failed::projection_failed(std::string name, global_position where, std::string type,
                                     const std::exception_ptr& cause)
    : error("projection.handler", next_of(cause),
            {.what = name + " could not handle " + type + " at " + at(where) + "; its model stays before that event",
             .where = name + ", on(const " + type + "&)",
             .why = sentence_of(cause),
             .remedy = "put that right and start again: the projection goes on at this event"}),
      projection(std::move(name)),
      position(where),
      event_type(std::move(type)) {}

projection_not_created::projection_not_created(std::string name, const std::exception_ptr& cause)
    : error("projection.create", next_of(cause),
            {.what = name + " could not create its tables; there is no model of it yet",
             .where = name + ", create()",
             .why = sentence_of(cause),
             .remedy = "put that right and start again"}),
      projection(std::move(name)) {}

read_model_behind::read_model_behind(std::string name, global_position at_, global_position wanted_, std::string why)
    : error("read_model.behind", next_move::retry,
            {.what = name + " is at " + at(at_) + " and does not include " + at(wanted_) + " yet",
             .where = name,
             .why = std::move(why),
             .remedy = "wait and ask again"}),
      model(std::move(name)),
      found(at_),
      wanted(wanted_) {}

read_model_newer::read_model_newer(std::string name, std::uint32_t version, std::uint32_t own)
    : error("read_model.newer_version", next_move::operator_needed,
            {.what = name + " is of version " + std::to_string(version) + ", this program knows version " +
                     std::to_string(own) + "; it was left as it is",
             .where = name,
             .why = "a newer program has built it",
             .remedy = "use the newer program; or move the model's files away: this one builds it anew"}),
      model(std::move(name)),
      found(version),
      known(own) {}

read_model_damaged::read_model_damaged(std::string name, std::string file, std::string why)
    : error("read_model.damaged", next_move::operator_needed,
            {.what = "the file of " + name + " cannot be used as its read model; it was left as it is",
             .where = file,
             .why = std::move(why),
             .remedy = "delete the file: the model is built anew from the log"}),
      model(std::move(name)),
      path(std::move(file)) {}

token_of_other_epoch::token_of_other_epoch(const token& asked, std::uint64_t own)
    : error("token.other_epoch", next_move::reload,
            {.what = "the token " + asked.to_string() + " is of another epoch than the log, which is in epoch " +
                     std::to_string(own),
             .where = {},
             .why = "the log was restored or lost its tail since: what the token stands for may be gone",
             .remedy = "read again, and go on from what is there"}),
      found(asked.epoch),
      epoch(own) {}

}  // namespace whence::inline v0
