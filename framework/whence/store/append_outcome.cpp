#include <whence/store/append_outcome.hpp>

namespace whence::inline v0 {
namespace {

std::string_view code_of(append_refused::reason why) {
  switch (why) {
    case append_refused::reason::version_conflict: return "append.version_conflict";
    case append_refused::reason::condition_conflict: return "append.condition_conflict";
    case append_refused::reason::event_id_reused: return "append.event_id_reused";
    case append_refused::reason::invalid: return "append.invalid";
    case append_refused::reason::too_large: return "append.too_large";
    case append_refused::reason::queue_full: return "append.queue_full";
    case append_refused::reason::not_written: return "append.not_written";
    case append_refused::reason::closed: return "append.closed";
  }
  return "append.invalid";
}

next_move next_after(append_refused::reason why) {
  switch (why) {
    case append_refused::reason::version_conflict: return next_move::reload;
    case append_refused::reason::condition_conflict: return next_move::reload;
    case append_refused::reason::event_id_reused: return next_move::change_request;
    case append_refused::reason::invalid: return next_move::change_request;
    case append_refused::reason::too_large: return next_move::change_request;
    case append_refused::reason::queue_full: return next_move::retry;
    case append_refused::reason::not_written: return next_move::retry;
    case append_refused::reason::closed: return next_move::operator_needed;
  }
  return next_move::change_request;
}

/// "version 8 is OrderPaid (event 0192…, position 4711), version 9 is …; and 3 more"
std::string named(const append_refused& refused) {
  std::string text;
  for (const event_between& event : refused.between) {
    text += text.empty() ? "" : ", ";
    text += "version " + std::to_string(event.version.value()) + " is " + event.type + " (event " +
            event.id.to_string() + ", position " + std::to_string(event.position.value()) + ")";
  }
  if (!text.empty() && refused.more_between > 0) text += "; and " + std::to_string(refused.more_between) + " more";
  return text;
}

error_text conflict_text(const append_refused& refused) {
  const std::string found =
      refused.actual == stream_version{} ? "no such stream" : "version " + std::to_string(refused.actual.value());
  return {.what = refused.stream + ": expected version " + refused.expected.to_string() + ", found " + found +
                  "; nothing was written",
          .where = refused.stream,
          .why = refused.between.empty() ? "another writer was first" : "another writer was first: " + named(refused),
          .remedy = "load the aggregate and decide again"};
}

/// "OrderPaid in order-17 (event 0192…, position 4711), …"
std::string named_with_stream(const append_refused& refused) {
  std::string text;
  for (const event_between& event : refused.between) {
    text += text.empty() ? "" : ", ";
    text += event.type + " in " + event.stream + " (event " + event.id.to_string() + ", position " +
            std::to_string(event.position.value()) + ")";
  }
  return text;
}

error_text condition_text(const append_refused& refused) {
  const append_condition& condition = refused.condition;
  const std::string since = condition.after == global_position{}
                                ? "there are events"
                                : "since position " + std::to_string(condition.after.value()) + " there are events";
  return {.what = since + " that the append rules out: " + condition.query.to_string() + "; nothing was written",
          .where = refused.between.empty() ? std::string() : refused.between.front().stream,
          .why = "another writer was first: " + named_with_stream(refused),
          .remedy = "read what the query finds and decide again"};
}

error_text reused_text(const append_refused& refused) {
  return {.what = "event " + refused.event.to_string() + " is in the log already; nothing was written",
          .where = refused.stream,
          .why = refused.detail,
          .remedy = "give each event an id of its own; repeat an append with exactly what it had the first time"};
}

/// What comes before trying again.
std::string put_right(storage_fault cause) {
  switch (cause) {
    case storage_fault::no_room: return "make room on the disk";
    case storage_fault::files_replaced:
      return "stop this program, copy what is left of the log's files, and leave them alone while a program writes "
             "them";
    case storage_fault::foreign_writer: return "stop whatever else writes to the log's files";
    case storage_fault::other: break;
  }
  return "put the cause right";
}

error_text not_done_text(const append_refused& refused) {
  error_text text;
  text.where = refused.stream;
  text.why = refused.detail;
  switch (refused.why) {
    case append_refused::reason::queue_full:
      text.what = "the queue of appends is full; nothing was written";
      text.remedy = "append again in a while, or open the log with when_queue_full::wait or a larger " +
                    std::string(refused.limit.name);
      break;
    case append_refused::reason::too_large: {
      const std::string name(refused.limit.name);
      text.what =
          refused.detail + ", and " + name + " is " + std::to_string(refused.limit.limit) + "; nothing was written";
      text.why.clear();
      text.remedy =
          name.starts_with("batch") ? "append it in several batches" : "keep what is large elsewhere, and refer to it";
      text.remedy += "; or open the log with a larger " + name;
      break;
    }
    case append_refused::reason::not_written:
      text.what = "the storage failed; nothing was written";
      text.remedy = put_right(refused.cause) + "; then append the same batch again";
      break;
    case append_refused::reason::closed:
      text.what = "the log is closed; nothing was written";
      text.remedy = "open the log again";
      if (text.why == "the log is closed")
        text.why.clear();
      else
        text.remedy = put_right(refused.cause) + "; then open the log again";
      break;
    default:
      text.what = "the batch cannot be appended: " + refused.detail + "; nothing was written";
      text.why.clear();
      text.remedy = "correct the batch";
  }
  return text;
}

}  // namespace

std::string expected_version::to_string() const {
  switch (kind_) {
    case kind::any: return "any";
    case kind::none: return "none";
    case kind::exists: return "exists";
    case kind::exactly: return std::to_string(version_.value());
  }
  return "any";
}

version_conflict::version_conflict(const append_refused& refused)
    : error(code_of(append_refused::reason::version_conflict), next_move::reload, conflict_text(refused)),
      stream(refused.stream),
      expected(refused.expected),
      actual(refused.actual),
      between(refused.between),
      more_between(refused.more_between) {}

condition_conflict::condition_conflict(const append_refused& refused)
    : error(code_of(append_refused::reason::condition_conflict), next_move::reload, condition_text(refused)),
      condition(refused.condition),
      between(refused.between) {}

event_id_reused::event_id_reused(const append_refused& refused)
    : error(code_of(append_refused::reason::event_id_reused), next_move::change_request, reused_text(refused)),
      event(refused.event) {}

append_not_done::append_not_done(const append_refused& refused)
    : error(code_of(refused.why), next_after(refused.why), not_done_text(refused)),
      reason(refused.why),
      limit(refused.limit),
      cause(refused.cause) {}

append_result_unknown::append_result_unknown(const append_unknown& unknown)
    : error("append.unknown", next_move::retry,
            {.what = "it is not known whether the events were written",
             .where = {},
             .why = unknown.detail,
             .remedy = put_right(unknown.cause) +
                       "; then open the log again, and append the same batch (the same event ids) again"}),
      cause(unknown.cause) {}

const append_committed& append_outcome::value() const {
  if (const append_refused* const refused = this->refused()) {
    switch (refused->why) {
      case append_refused::reason::version_conflict: throw version_conflict(*refused);
      case append_refused::reason::condition_conflict: throw condition_conflict(*refused);
      case append_refused::reason::event_id_reused: throw event_id_reused(*refused);
      default: throw append_not_done(*refused);
    }
  }
  if (const append_unknown* const unknown = this->unknown()) throw append_result_unknown(*unknown);
  return *committed();
}

}  // namespace whence::inline v0
