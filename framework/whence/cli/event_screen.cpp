#include <whence/cli/event_screen.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include <whence/cli/data_lines.hpp>
#include <whence/cli/display_text.hpp>
#include <whence/cli/event_commands.hpp>
#include <whence/cli/event_data.hpp>
#include <whence/cli/time_text.hpp>
#include <whence/store/log_errors.hpp>

namespace whence::inline v0::cli {
namespace {

constexpr std::size_t label_width = 13;

/// The cause is an event if the log has one of that id; commands leave nothing but their id and name.
std::string cause_of(const recorded_event& event, log_reader& log) {
  const uuid& id = event.causation.value();
  if (id.is_nil()) return "nothing before it";
  const std::string name = visible(event.causation_type);
  if (const std::optional<global_position> position = log.find_event(event_id(id))) {
    try {
      const event_page page = log.read(global_position{position->value() - 1}, {}, {.events = 1, .scanned = 1});
      if (!page.empty()) {
        return "event " + visible(type_of(page.front())) + " " + visible(place_of(page.front())) + " #" +
               std::to_string(position->value());
      }
    } catch (const log_damaged&) {
      // The cause cannot be shown; the event that was asked for can.
      return "event " + name + " #" + std::to_string(position->value());
    }
  }
  return "command " + (name.empty() ? "" : name + " ") + id.to_string();
}

std::string joined(std::span<const std::string_view> tags) {
  std::string all;
  for (const std::string_view tag : tags) all += (all.empty() ? "" : ", ") + visible(tag);
  return all;
}

}  // namespace

std::string event_screen(const recorded_event& event, std::string_view stored, log_reader& log,
                         const session& session) {
  const style style = session.out_style();
  const std::string type = visible(type_of(event));
  std::string rest = "   " + visible(place_of(event)) + "   #" + std::to_string(event.position.value()) + "   " +
                     to_rfc3339(event.occurred_at);
  if (session.on_terminal()) rest += "  (" + relative_to(session.now(), event.occurred_at) + ")";
  const std::string head = session.broken_after(0, type + rest);
  std::string out = head.starts_with(type) ? style.paint(tint::strong, type) + head.substr(type.size()) : head;
  out += "\n";
  const auto line = [&out, &session](std::string_view label, const std::string& text) {
    if (!text.empty()) out += session.labelled(label, label_width, text);
  };
  line("id", event.id.to_string());
  line("aggregate", visible(event.aggregate_type));
  line("correlation", event.correlation.value().to_string());
  line("caused by", cause_of(event, log));
  line("source", visible(event.source));
  line("trace", visible(event.traceparent));
  line("tags", joined(event.tags));
  line("recorded", to_rfc3339(event.recorded_at));
  line("stored", with_groups(stored.size()) + (json_data(stored).is_made() ? " bytes of binary" : " bytes") +
                     " · checksum and chain ok");
  out += style.paint(tint::faint, "data") + "\n" + data_screen(json_data(event.data).text(), session);
  return out;
}

std::string data_screen(std::string_view json, const session& session) {
  const std::vector<data_line> lines = data_lines(json);
  std::size_t longest = 0;
  for (const data_line& line : lines) longest = std::max(longest, display_width(line.name));
  longest = std::min<std::size_t>(longest, 24);
  std::string out;
  for (const data_line& line : lines) {
    const std::size_t taken = display_width(line.name);
    const std::string gap(line.name.empty() ? 0 : 2 + (longest > taken ? longest - taken : 0), ' ');
    const std::string value = session.broken_after(2 + taken + gap.size(), line.value);
    out +=
        "  " + session.out_style().paint(tint::cyan, line.name) + (value.starts_with('\n') ? "" : gap) + value + "\n";
  }
  return out;
}

}  // namespace whence::inline v0::cli
