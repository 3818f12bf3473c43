/// A line of an export as a CloudEvent: version 1.0, structured, in the JSON format. What Whence knows beyond the attributes of the
/// specification stands in extensions; nothing is left out.
#pragma once

#include <string>
#include <string_view>

#include <whence/cli/export_line.hpp>

namespace whence::inline v0::cli {

void append_cloud_event_line(std::string& out, const export_begin& begin);
void append_cloud_event_line(std::string& out, const recorded_event& event);
void append_cloud_event_line(std::string& out, const export_end& end, const export_begin& begin);

/// Throws line_refused, malformed_input.
export_line read_cloud_event_line(std::string_view line);

/// Any text as a URI reference (RFC 3986), and back. A URI stays as it is; of anything else, what has no place in one is
/// written as percent signs and digits. No text: "#".
std::string uri_of(std::string_view text);
/// Throws line_refused.
std::string text_of_uri(std::string_view uri);

}  // namespace whence::inline v0::cli
