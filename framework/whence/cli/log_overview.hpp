/// A log at a glance: what can be told of it without reading all of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include <whence/cli/cli_types.hpp>
#include <whence/cli/model_standing.hpp>
#include <whence/core/position.hpp>
#include <whence/core/timestamp.hpp>
#include <whence/store/log.hpp>
#include <whence/store/log_archive.hpp>
#include <whence/store/log_fork.hpp>
#include <whence/store/log_source.hpp>

namespace whence::inline v0::cli {

struct type_share {
  std::string event_type;
  std::string aggregate_type;
  std::uint64_t events = 0;
};

/// The log, or a base of it, that does not say which archives it has.
struct unknown_archives {
  std::string log;
  std::exception_ptr problem;
};

struct log_overview {
  static constexpr std::size_t types_max = 1'000;       ///< what is counted by name; the rest is together
  static constexpr std::uint64_t skipped_max = 10'000;  ///< each is looked for

  std::string name;                   ///< its path
  bool is_in_file = false;            ///< else the sizes mean nothing
  bool is_backup = false;             ///< nobody writes it, and it has no index
  std::uint64_t bytes = 0;            ///< of its file
  std::uint64_t unsettled_bytes = 0;  ///< of its -wal
  log_identity identity;
  std::vector<log_base> bases;        ///< of a fork: where it reads its past
  std::vector<log_archive> archives;  ///< where events of it lie that are not in its file
  std::vector<unknown_archives> without_archives;
  std::optional<log_condition> condition;  ///< nothing: what the witness has seen last is damaged, or it cannot be read
  bool witness_unreadable = false;
  bool is_copied_file = false;  ///< and nobody has written it since: log_origin.hpp
  std::optional<long> writer;   ///< the process that writes it

  std::optional<timestamp> first_recorded;
  std::optional<timestamp> last_recorded;
  std::optional<std::uint64_t> last_minute;  ///< how many events were recorded in it

  std::uint64_t looked_at = 0;    ///< how many of the last events were read, for what follows
  std::uint64_t streams = 0;      ///< with an event among these
  std::vector<type_share> types;  ///< the most frequent first
  std::uint64_t other_types = 0;  ///< events of types beyond `types_max`
  std::exception_ptr damage;      ///< an event that could not be read, the first one
  std::string file_damage;        ///< what is wrong with its file, though all its events may be there; empty: nothing
  bool is_archive_away = false;   ///< that event is not damaged in the log: it lies in an archive that cannot be read

  model_standings models;  ///< with the log's head
  bool has_all_streams() const noexcept { return looked_at == models.head.value(); }
};

/// Reads the last `recent` events, and little else.
///
/// Limits   holds a number for each stream, and `types_max` types; passes over `skipped_max` events whose archive is away.
/// Throws   file_error. log_damaged is in the overview, with what could be read.
log_overview look_at_log(const log_source& source, log_reader& log, const runtime& runtime, const cli_types* types,
                         std::uint64_t recent);

}  // namespace whence::inline v0::cli
