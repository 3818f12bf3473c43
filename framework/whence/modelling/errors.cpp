#include <whence/modelling/errors.hpp>

#include <utility>

namespace whence::inline v0 {
namespace {

std::string join(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += part;
  return text;
}

error_text text_of_unlisted(std::string_view owner, std::string_view type, std::string where,
                            unlisted_event::found how) {
  if (how == unlisted_event::found::by_query)
    return {.what = join({"the query of ", owner, " finds ", type, ", which is not in its `events`"}),
            .where = std::move(where),
            .why = "a decision model's query names no event types but the model's own",
            .remedy = join({"add ", type, " to the `events` of ", owner, ", or take it out of the query"})};
  return {
      .what = join({type, " is in the stream of ", owner, ", but not in its `events`"}),
      .where = std::move(where),
      .why =
          "the event was written by a program that knows more event types, or this one forgot one, or merges it "
          "with one beside it that is not there",
      .remedy = join({"add ", type, " to the `events` of ", owner, ", or an upcaster for it when it stands alone"})};
}

}  // namespace

aggregate_not_registered::aggregate_not_registered(std::string_view aggregate_type_)
    : error("aggregate.not_registered", next_move::change_request,
            {.what = join({aggregate_type_, " is not registered; nothing was written"}),
             .where = {},
             .why = "a command was sent to an aggregate that the application was not told of",
             .remedy = join({"add .aggregate<", aggregate_type_, ">() before .start()"})}),
      aggregate_type(aggregate_type_) {}

duplicate_aggregate_type::duplicate_aggregate_type(std::string_view aggregate_type_)
    : error("aggregate.duplicate_type", next_move::change_request,
            {.what = join({"two aggregates are called ", aggregate_type_, " in the log"}),
             .where = {},
             .why = "an aggregate's name belongs to one type",
             .remedy = "rename one of the two in its `aggregate_type`"}),
      aggregate_type(aggregate_type_) {}

stream_of_other_type::stream_of_other_type(std::string_view stream_, std::string_view expected_,
                                           std::string_view found_)
    : error("aggregate.other_type", next_move::change_request,
            {.what = join({stream_, " is of type ", found_, ", not ", expected_, "; nothing was written"}),
             .where = {},
             .why = "an aggregate's id is unique in the log, over all types",
             .remedy = join({"give the ", expected_, " an id of its own"})}),
      stream(stream_),
      expected(expected_),
      found(found_) {}

unlisted_event::unlisted_event(std::string_view aggregate_type_, std::string_view event_type_, std::string where,
                               found how)
    : error("aggregate.unlisted_event", next_move::operator_needed,
            text_of_unlisted(aggregate_type_, event_type_, std::move(where), how)),
      aggregate_type(aggregate_type_),
      event_type(event_type_) {}

command_id_reused::command_id_reused(command_id id_, std::string_view command, std::string_view stream,
                                     std::string_view first_command, std::string_view first_stream)
    : error("command.id_reused", next_move::change_request,
            {.what = join({"command ", id_.to_string(), " was ", first_command, " on ", first_stream, ", now it is ",
                           command, " on ", stream, "; nothing was written"}),
             .where = {},
             .why = "a command's id names one command for ever",
             .remedy = "give each command an id of its own; only a repeat has the id of the first"}),
      id(id_) {}

rejection_dropped::rejection_dropped(std::string_view command, std::string_view stream,
                                     const whence::rejected& refusal_)
    : error("command.rejection_dropped", next_move::change_request,
            {.what = join({command, " on ", stream, " was rejected, and nobody looked: ", refusal_.code, " (",
                           refusal_.message, ")"}),
             .where = {},
             .why = "the outcome of `send` was dropped",
             .remedy = "look at its `rejection()`"}),
      refusal(refusal_) {}

snapshot_differs::snapshot_differs(std::string_view aggregate_type_, std::string_view stream_, stream_version version_,
                                   std::string_view path)
    : error("snapshot.differs", next_move::operator_needed,
            {.what = join({"the snapshot of ", stream_, " at version ", std::to_string(version_.value()),
                           " is not what its events come to; all of ", aggregate_type_, " are thrown away"}),
             .where = std::string(path),
             .why = "`apply` or the function of an upcaster was changed in a way that made-up events do not show, or "
                    "`apply` depends on something besides its event, or `serialize` leaves out what it changes",
             .remedy =
                 join({"name all that `apply` changes in the `serialize` of ", aggregate_type_,
                       ", look at what was decided since this build of the program first ran, and start it again"})}),
      aggregate_type(aggregate_type_),
      stream(stream_),
      version(version_) {}

not_a_snapshot_file::not_a_snapshot_file(std::string_view path_)
    : error("snapshot.foreign_file", next_move::operator_needed,
            {.what = "there is a database of something else where snapshots are kept; it was left as it is, and no "
                     "snapshots are kept",
             .where = std::string(path_),
             .why = "another program has made it, or the path is that of another file",
             .remedy = "move it away, or give the snapshots another path"}),
      path(path_) {}

}  // namespace whence::inline v0
