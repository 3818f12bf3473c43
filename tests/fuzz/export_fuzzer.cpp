// The reader of exports, line by line, in both forms: an event that it takes is written in either form as one line that reads as
// the same event, and as the same line once more.
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <whence/cli/export_line.hpp>
#include <whence/cli/json_line.hpp>
#include <whence/core/json_text.hpp>
#include <whence/store/json_check.hpp>

#include "tests/fuzz/property.hpp"

using fuzzing::holds;
using whence::cli::export_line;
using whence::cli::exported_event;
using whence::cli::line_form;

namespace {

std::optional<export_line> read(std::string_view line, line_form form) {
  try {
    return whence::cli::read_export_line(line, form);
  } catch (const whence::cli::line_refused& refused) {
    holds(!refused.why.empty(), "it is said why a line is refused", {line});
    return std::nullopt;
  }
}

std::string written(const exported_event& read, line_form form) {
  const std::vector<std::string_view> tags(read.event.tags.begin(), read.event.tags.end());
  whence::recorded_event event;
  event.position = read.position;
  event.version = read.version;
  event.id = read.event.id;
  event.stream = read.stream;
  event.aggregate_type = read.aggregate_type;
  event.type = read.event.type;
  event.type_version = read.event.version;
  event.occurred_at = read.event.occurred_at;
  event.recorded_at = read.recorded_at;
  event.correlation = read.event.metadata.correlation;
  event.causation = read.event.metadata.causation;
  event.causation_type = read.event.metadata.causation_type;
  event.source = read.event.metadata.source;
  event.traceparent = read.event.metadata.traceparent;
  event.data = read.event.data;
  event.tags = tags;
  std::string line;
  append_line(line, event, form);
  return line;
}

void goes_and_comes_back(std::string_view from, const exported_event& event, line_form form) {
  std::string line = written(event, form);
  holds(line.find('\n') + 1 == line.size(), "an event is one line", {from, line});
  line.pop_back();
  holds(whence::is_json(line) && whence::is_utf8(line), "a line is JSON to others", {from, line});
  const std::optional<export_line> again = read(line, form);
  holds(again.has_value(), "what is written is read", {from, line});
  const auto* const same = std::get_if<exported_event>(&*again);
  holds(same != nullptr, "an event is read as an event", {from, line});
  holds(same->event.data == event.event.data, "its data stay what they are", {from, line});
  holds(written(*same, form) == line + "\n", "it is written as before", {from, line});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view line = fuzzing::text_of(data, size);
  for (const line_form form : {line_form::events, line_form::cloud_events}) {
    const std::optional<export_line> found = read(line, form);
    if (!found) continue;
    holds(whence::is_json(line) && whence::is_utf8(line), "what is read is JSON to others", {line});
    if (const auto* const event = std::get_if<exported_event>(&*found)) {
      goes_and_comes_back(line, *event, line_form::events);
      goes_and_comes_back(line, *event, line_form::cloud_events);
    }
  }
  return 0;
}
