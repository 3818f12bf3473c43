/// Which events a command is about: the selectors, the same for all commands.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <whence/cli/id_pattern.hpp>
#include <whence/cli/request.hpp>
#include <whence/cli/where_clause.hpp>
#include <whence/core/name_patterns.hpp>
#include <whence/core/position.hpp>
#include <whence/core/timestamp.hpp>
#include <whence/store/event_page.hpp>
#include <whence/store/log.hpp>

namespace whence::inline v0::cli {

struct selection {
  std::vector<std::string> streams{};
  name_patterns aggregates{};
  name_patterns types{};
  std::vector<std::string> tags{};
  std::vector<where_clause> where{};
  std::vector<uuid> correlations{};
  std::vector<uuid> causations{};
  global_position from{1};
  global_position to{UINT64_MAX};
  std::optional<timestamp> since{};
  std::optional<timestamp> until{};
  bool reverse = false;

  /// All but the positions.
  bool wants(const recorded_event& event) const;
  event_filter filter() const { return {aggregates.exact(), types.exact()}; }
  /// What all events wanted have in common, to look them up by.
  std::optional<event_link> link() const;
};

/// Reads the selectors, and looks up in the log what is named in a shortened form.
/// Throws   usage_error; not_in_log: a stream or an event that is named is not there; id_ambiguous.
selection selection_from(const request& request, log_reader& log, timestamp now);

/// The position of the first event that was recorded at `time` or later (with `after`: later). The recorded times never decrease.
/// Throws   log_damaged.
global_position first_recorded(log_reader& log, timestamp time, bool after);

/// Where an event stands that was named by its id, whole, or cut (`shortened_id.hpp`) and then between those positions.
/// `command_line`, with an id behind it, does what was asked for.
/// Throws   not_in_log (`event.missing`); id_ambiguous.
global_position find_event(log_reader& log, const id_pattern& id, const std::string& command_line,
                           const selection& within = {});

/// Throws   not_in_log (`stream.missing`), with streams of similar names.
void require_stream(log_reader& log, const std::string& stream);

}  // namespace whence::inline v0::cli
