/// Moves streams of a log that is held to an archive, and compacts its file. See log_archive.hpp for what that promises.
///
/// Phases of an archive, each of which leaves a log that reads the same:
///
///     copied      the events stand in `<archive>.partial`, each compared with the chain, and are on the disk
///     registered  the log's table `archives` has a row for it; from here on the log has format 2
///     named       the file has its name, and its folder is on the disk
///     moved       the log's rows become stubs, in transactions of 2,048; `moved_to` says how far that has come
///
/// Killed when it was copied: the next attempt replaces what is left. Registered: the next one names the file, if that is whole;
/// else it takes the row back. Named: it goes on with the stubs.
#pragma once

#include <functional>

#include <whence/core/runtime.hpp>
#include <whence/store/log_archive.hpp>
#include <whence/store/sqlite/format.hpp>
#include <whence/store/sqlite/group_writer.hpp>

namespace whence::inline v0 {

/// A log that is held, as who keeps house in its file sees it.
struct held_log {
  const log_paths& paths;
  const runtime& running;
  /// Calls what it is given with the writer, when nobody else has it.
  std::function<void(const std::function<void(group_writer&)>&)> with_writer;
};

made_archive archive_in(const held_log& held, const archive_selection& which, const archive_options& options);

compacted_log compact_in(const held_log& held, const compact_options& options);

}  // namespace whence::inline v0
