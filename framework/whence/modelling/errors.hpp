/// What can be wrong between a program's aggregates and the log.
#pragma once

#include <string>
#include <string_view>

#include <whence/core/error.hpp>
#include <whence/core/position.hpp>
#include <whence/core/uuid.hpp>
#include <whence/modelling/rejected.hpp>

namespace whence::inline v0 {

/// `aggregate.not_registered`: a command for an aggregate that the application was not told of. Nothing was written.
struct aggregate_not_registered final : error {
  explicit aggregate_not_registered(std::string_view aggregate_type);
  std::string aggregate_type;
};

/// `aggregate.duplicate_type`: two C++ types claim the same aggregate name.
struct duplicate_aggregate_type final : error {
  explicit duplicate_aggregate_type(std::string_view aggregate_type);
  std::string aggregate_type;
};

/// `aggregate.other_type`: the stream belongs to another aggregate type. Nothing was written.
struct stream_of_other_type final : error {
  stream_of_other_type(std::string_view stream, std::string_view expected, std::string_view found);
  std::string stream;
  std::string expected;
  std::string found;
};

/// `aggregate.unlisted_event`: an aggregate's stream has an event, or a decision model's query finds one, that is not in its
/// `events`. Its state would be a guess.
struct unlisted_event final : error {
  enum class found { in_stream, by_query };
  unlisted_event(std::string_view aggregate_type, std::string_view event_type, std::string where,
                 found how = found::in_stream);
  std::string aggregate_type;
  std::string event_type;
};

/// `command.id_reused`: a command's id has taken effect before, for another command. Nothing was written now.
struct command_id_reused final : error {
  command_id_reused(command_id id, std::string_view command, std::string_view stream, std::string_view first_command,
                    std::string_view first_stream);
  command_id id;
};

/// `command.rejection_dropped`: a command was refused, and nobody looked at its outcome. Reported, never thrown.
struct rejection_dropped final : error {
  rejection_dropped(std::string_view command, std::string_view stream, const whence::rejected& refusal);
  whence::rejected refusal;
};

/// `snapshot.differs`: a snapshot was not what its stream folds to. Reported, never thrown: what was decided on such a state
/// since this build of the program first ran may be wrong; from now on its type is folded from the events.
struct snapshot_differs final : error {
  snapshot_differs(std::string_view aggregate_type, std::string_view stream, stream_version version,
                   std::string_view path);
  std::string aggregate_type;
  std::string stream;
  stream_version version;
};

/// `snapshot.foreign_file`: where the snapshots should be is a database of something else, which was left as it is. Reported,
/// never thrown: there are no snapshots.
struct not_a_snapshot_file final : error {
  explicit not_a_snapshot_file(std::string_view path);
  std::string path;
};

}  // namespace whence::inline v0
