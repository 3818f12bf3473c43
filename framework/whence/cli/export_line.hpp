/// The lines of an export: a beginning that names the log, an event each, an end that tells a whole export from one that was cut.
/// docs/export-and-import.md has each member.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include <whence/core/position.hpp>
#include <whence/core/timestamp.hpp>
#include <whence/core/uuid.hpp>
#include <whence/store/append_batch.hpp>
#include <whence/store/event_page.hpp>

namespace whence::inline v0::cli {

/// What an export says before its events.
struct export_begin {
  log_id log;
  std::uint64_t epoch = 0;  ///< in which the log's last event was written
  global_position first;    ///< of the events that follow
  global_position last;     ///< the one before `first` if there are none
  chain_hash chain{};       ///< before the first
};

/// An event as the log has it.
struct exported_event {
  std::string stream;
  std::string aggregate_type;
  global_position position;
  stream_version version;
  timestamp recorded_at;
  new_event event;
};

using line_checksum = std::array<std::uint8_t, 16>;  ///< XXH3-128 over all lines so far, with their line feeds

/// What it says behind them.
struct export_end {
  std::uint64_t events = 0;
  chain_hash chain{};  ///< of the last event
  line_checksum checksum{};
};

using export_line = std::variant<export_begin, exported_event, export_end>;

/// Of what an export is made.
enum class line_form {
  events,       ///< the event's own form, as on every boundary
  cloud_events  ///< CloudEvents 1.0, structured
};

/// Longer ones are neither written nor read.
inline constexpr std::size_t export_line_bytes_max = 64u << 20;

/// Appends the line, with its line feed. Throws malformed_input if the event is too large for one.
void append_line(std::string& out, const export_begin& begin, line_form form);
void append_line(std::string& out, const recorded_event& event, line_form form);
void append_line(std::string& out, const export_end& end, const export_begin& begin, line_form form);

/// In which form a file is, by its first line. Throws line_refused.
line_form form_of_line(std::string_view first_line);

/// Reads a line, without its line feed. Throws line_refused.
export_line read_export_line(std::string_view line, line_form form);

}  // namespace whence::inline v0::cli
