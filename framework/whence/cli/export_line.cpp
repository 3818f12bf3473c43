#include <whence/cli/export_line.hpp>

#include <whence/cli/cloud_event_line.hpp>
#include <whence/cli/event_line.hpp>
#include <whence/cli/json_line.hpp>
#include <whence/core/error.hpp>

namespace whence::inline v0::cli {

void append_line(std::string& out, const export_begin& begin, line_form form) {
  if (form == line_form::events) return append_event_line(out, begin);
  append_cloud_event_line(out, begin);
}

void append_line(std::string& out, const recorded_event& event, line_form form) {
  const std::size_t before = out.size();
  if (form == line_form::events) {
    append_event_line(out, event);
  } else {
    append_cloud_event_line(out, event);
  }
  if (out.size() - before <= export_line_bytes_max) return;
  out.resize(before);
  throw malformed_input(
      "export.too_large",
      {.what = "event " + std::to_string(event.position.value()) + " is too large for a line of an export",
       .where = std::string(event.stream),
       .why = "a line has at most " + std::to_string(export_line_bytes_max) + " bytes",
       .remedy = "copy the log's files instead, as docs/export-and-import.md says"});
}

void append_line(std::string& out, const export_end& end, const export_begin& begin, line_form form) {
  if (form == line_form::events) return append_event_line(out, end);
  append_cloud_event_line(out, end, begin);
}

line_form form_of_line(std::string_view first_line) {
  json_line line(first_line);
  line.open();
  for (std::string name; line.next_member(name);) {
    if (name == "specversion") return line_form::cloud_events;
    line.value();
  }
  return line_form::events;
}

export_line read_export_line(std::string_view line, line_form form) {
  try {
    return form == line_form::events ? read_event_line(line) : read_cloud_event_line(line);
  } catch (const malformed_input& refused) {
    throw line_refused{refused.text().what + (refused.text().why.empty() ? "" : ": " + refused.text().why)};
  }
}

}  // namespace whence::inline v0::cli
