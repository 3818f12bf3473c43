/// A line of an export in the event's own form.
#pragma once

#include <string>
#include <string_view>

#include <whence/cli/export_line.hpp>

namespace whence::inline v0::cli {

void append_event_line(std::string& out, const export_begin& begin);
void append_event_line(std::string& out, const recorded_event& event);
void append_event_line(std::string& out, const export_end& end);

/// Throws line_refused, malformed_input.
export_line read_event_line(std::string_view line);

}  // namespace whence::inline v0::cli
