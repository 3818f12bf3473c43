/// What a repair leaves beside a log until it has come to its end, `shop.db.repair`: so that one that fails or dies when the log is
/// the repaired one already is ended by the next.
#pragma once

#include <cstdint>
#include <optional>

#include <whence/core/files.hpp>
#include <whence/core/runtime.hpp>
#include <whence/store/append_batch.hpp>
#include <whence/store/sqlite/format.hpp>
#include <whence/store/sqlite/witness.hpp>

namespace whence::inline v0 {

struct repair_note {
  std::uint64_t inode = 0;  ///< of the repaired log's file
  testimony repaired;       ///< what the witness is to say
  stream_append audit;      ///< what is to be appended: one event
};

/// Durable on return, for those who may read the log. Throws file_error.
void write_note(files& files, const log_paths& paths, const repair_note& note);

/// The note of the log as it is there now; nothing: there is none, or it is of a repair of which the log did not come.
std::optional<repair_note> read_note(const runtime& runtime, const log_paths& paths, const log_identity& log);

/// Throws file_error.
void remove_note(files& files, const log_paths& paths);

}  // namespace whence::inline v0
