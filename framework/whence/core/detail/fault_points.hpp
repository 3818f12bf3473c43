/// Planted faults, in test builds only (WHENCE_TEST_BUILD=1): a process that kills itself at a named phase, and bugs that a
/// test has to catch. In ordinary builds both vanish.
///
/// A source that has them stands under FAULT_POINTS in its module's CMakeLists.txt: it is compiled for each of the two builds, and
/// all others for both of them at once. Elsewhere they are not declared.
///
/// Environment of a test build:
///   WHENCE_KILL_AT=<phase>:<n>   SIGKILL at the n-th visit (from 1) of queue, insert, commit, witness, checkpoint, projection,
///                               index, merge, making, repair or archive
///   WHENCE_KILL_REPORT=<file>    before that, "killed at <phase>" is written to this file
///   WHENCE_VISIT_REPORT=<file>   a process that ends by itself writes there how often it visited each phase
///   WHENCE_ACKNOWLEDGED_REPORT=<file>   the position of each acknowledged append goes there, one a line, before the caller knows
///   WHENCE_CHECKPOINT_BYTES=<n>  the WAL is copied into the database when it has grown to this, whatever the options say
///   WHENCE_MUTANT=<n>            plants bug n
///
/// The planted bugs, numbered as in the catalogue of bugs that other systems had:
///   1   an append is acknowledged before its COMMIT
///   2   a commit is not synced
///   3   a read model's checkpoint is written in a transaction of its own
///   4   the log is taken to end at an event that is damaged
///   5   a witness that cannot be read is taken for none that was ever needed
///   6   a log whose file was cut short is taken for none, and made anew
///   7   "the stream must not exist" is taken for "any version"
///   8   known event ids are taken again where the version is right
///   9   known event ids with another content are called a repeat
///   10  a batch with an event id twice is refused, and a part of it is written
///   11  after a refusal the last position is given again
///   12  the events of a group become visible out of their order
///   17  each stream of a group is committed by itself
///   34  a snapshot is taken for one of the version after its own
///   35  a snapshot is taken for one of the version before its own
///   36  a snapshot is believed whatever fold it is of
///   37  what was folded before a read failed is kept as the snapshot of the whole stream
/// and beyond the catalogue:
///   63  an error from COMMIT is called a refusal
///   64  after a sync that failed, a later one is relied on
///   65  the witness is not asked
///   66  a commit is synced only when the WAL is copied (synchronous=NORMAL)
///   67  the index's checkpoint is committed before its entries
///   68  a version that is one beyond the expected one is let through
///   69  a reader goes on with a snapshot that it should have ended
///   70  a search in the writer's process does not see what is committed and not confirmed yet
///   71  the number of a block is not in its checksum
///   72  a group of positions is read from its second on
///   73  the page of a filter is the one that its fences make likely
///   74  the room that a WAL is given begins before the end of what was written
///   75  a run whose merging was cut short is not thrown away
///   76  a log that is read as unchanging is not looked at again
///   77  a condition is looked at before it is known that the append is a repeat
///   78  a condition does not see what is queued before it
///   79  a condition that is older than what is in memory is decided by memory alone
///   80  a condition lets the first event behind its position through
#pragma once

#include <cstdint>

namespace whence::inline v0::detail {

enum class phase : std::uint8_t {
  queue,
  insert,
  commit,
  witness,
  checkpoint,
  projection,
  index,
  merge,
  making,
  repair,
  archive
};

#if defined(WHENCE_TEST_BUILD) && WHENCE_TEST_BUILD

/// Kills this process if this is the visit it was told to die at.
void reach(phase where) noexcept;

/// An append whose last event is at this position is about to be acknowledged.
void acknowledged(std::uint64_t position) noexcept;

/// What the environment says instead of the options.
std::uint64_t checkpoint_bytes(std::uint64_t otherwise) noexcept;

/// True if this bug is planted.
bool mutant(int number) noexcept;

#elif defined(WHENCE_FAULT_POINTS)

constexpr void reach(phase) noexcept {}
constexpr void acknowledged(std::uint64_t) noexcept {}
constexpr std::uint64_t checkpoint_bytes(std::uint64_t otherwise) noexcept { return otherwise; }
constexpr bool mutant(int) noexcept { return false; }

#endif

}  // namespace whence::inline v0::detail
