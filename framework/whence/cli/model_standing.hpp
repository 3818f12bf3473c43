/// How far the read models beside a log have come, compared with the log.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <whence/cli/cli_types.hpp>
#include <whence/core/position.hpp>
#include <whence/core/runtime.hpp>
#include <whence/sql/reading_mode.hpp>
#include <whence/store/log.hpp>
#include <whence/store/log_source.hpp>

namespace whence::inline v0::cli {

enum class model_state {
  live,        ///< has every event
  lagging,     ///< behind, and a process writes the log
  stopped,     ///< behind, and no process writes the log
  building,    ///< does not serve yet
  outdated,    ///< of an older version than this program's projection: its next start builds it anew
  damaged,     ///< no read model any more
  unreadable,  ///< may be sound, but this user may not read it, or the disk failed
  foreign,     ///< of another log, or of another history of this one
};

std::string_view name_of(model_state state);

/// One generation of a read model.
struct model_standing {
  std::string name;
  std::uint32_t version = 0;     ///< 0: not known
  std::uint64_t generation = 0;  ///< 0: not known
  std::string path;
  std::uint64_t bytes = 0;
  sql::reading_mode mode = sql::reading_mode::ordinary();  ///< how it is read without making a file
  model_state state = model_state::damaged;
  std::optional<global_position> checkpoint;  ///< nothing: not known
  std::uint64_t lag = 0;                      ///< how many events it has not seen
  /// The age of the first of them: a log at rest makes nobody late.
  std::optional<std::chrono::microseconds> behind;
  const detail::projection_definition* code = nullptr;  ///< null: this program has it not
  std::exception_ptr problem;                           ///< of one that is damaged or foreign

  /// Whether its answers can be trusted, up to its checkpoint.
  bool sound() const noexcept { return !problem && checkpoint.has_value(); }
  /// Whether it handles events of this type; nothing: nobody knows, without its code.
  std::optional<bool> handles(std::string_view event_type) const;
};

struct model_standings {
  global_position head;
  std::vector<model_standing> models;  ///< by name; of one that is built anew, the one that serves first
  std::exception_ptr problem = {};     ///< the models' directory cannot be listed: what is in it nobody knows
};

/// Never changes, makes or locks a file.
/// Throws   what reading the log throws.
model_standings stand_of_models(const log_source& source, log_reader& log, const runtime& runtime,
                                const cli_types* types);

/// The process that writes the log, as its lock says; nothing: none does, or the log is in no file.
std::optional<long> writer_of(const log_source& source, files& files);

}  // namespace whence::inline v0::cli
