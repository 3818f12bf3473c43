#include <whence/testing/run_trace.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

#include <whence/core/error.hpp>

namespace whence::testing::inline v0 {
namespace {

bool names(const std::vector<std::string>& list, std::string_view name) {
  return list.empty() || std::ranges::find(list, name) != list.end();
}

std::string text_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const error& fault) {
    std::string text = fault.what();
    if (!fault.text().why.empty()) text.append(": ").append(fault.text().why);
    return text.append(" [").append(fault.code()).append("]");
  } catch (const std::exception& fault) {
    return fault.what();
  } catch (...) {
    return "something that is no exception";
  }
}

/// The columns that it takes, one for each character.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string padded(std::string text, std::size_t width) {
  const std::size_t taken = width_of(text);
  if (taken < width) text.append(width - taken, ' ');
  return text;
}

struct line {
  std::string left;  ///< guides, kind and name
  std::string place{};
  std::string position{};
  std::string time{};
};

/// "OrderPlaced v2", as everywhere where traces are drawn.
std::string named(const traced_event& event) {
  return event.type_version == 1 ? event.type : event.type + " v" + std::to_string(event.type_version);
}

line line_of(const trace_tree& tree, std::size_t place) {
  const trace_node& node = tree.nodes()[place];
  const traced_event& event = tree.event_of(node);
  const std::string guides = tree.guides(place, false);
  switch (node.what) {
    case trace_node::kind::command:
      return {.left = guides + "CMD " + node.name, .place = event.stream, .time = tree.time_text(node)};
    case trace_node::kind::event:
      return {.left = guides + "EVT " + named(event),
              .place = event.stream + "@" + std::to_string(event.version.value()),
              .position = "#" + std::to_string(event.position.value()),
              .time = tree.time_text(node)};
    case trace_node::kind::unknown: break;
  }
  return {.left = guides + "? " + (node.name.empty() ? node.id.to_string() : node.name), .place = "not in this log"};
}

/// "PRJ applied by order_summary", "SUB not yet in letters".
std::vector<std::string> lines_below(const traced_event& event, const std::vector<follower_standing>& followers) {
  std::vector<std::string> lines;
  for (const bool projections : {true, false}) {
    for (const bool done : {true, false}) {
      std::string who;
      for (const follower_standing& each : followers)
        if (each.is_projection == projections && each.handles(event) && (each.position >= event.position) == done)
          who.append(who.empty() ? "" : ", ").append(each.name);
      if (who.empty()) continue;
      lines.push_back((projections ? "PRJ " : "SUB ") +
                      std::string(!done         ? "not yet in "
                                  : projections ? "applied by "
                                                : "handled by ") +
                      who);
    }
  }
  return lines;
}

}  // namespace

bool follower_standing::handles(const traced_event& event) const {
  return names(filter.event_types, event.type) && names(filter.aggregate_types, event.aggregate_type);
}

std::string follower_standing::text() const {
  const std::string at = name + " is at #" + std::to_string(position.value()) + ", and ";
  switch (state) {
    case subscription_state::failed: return at + "has failed: " + text_of(failure);
    case subscription_state::retrying: return at + "tries again after: " + text_of(failure);
    case subscription_state::stopped: return at + "is stopped";
    case subscription_state::catching_up:
    case subscription_state::live: break;
  }
  return at + "goes on when it has its turn";
}

follower_standing standing_of(const projection_standing& projection) {
  follower_standing standing{.name = std::string(projection.name),
                             .is_projection = true,
                             .filter = {},
                             .state = projection.state,
                             .position = projection.position,
                             .failure = projection.failure};
  for (const event_type& type : projection.events) standing.filter.event_types.emplace_back(type.name);
  return standing;
}

follower_standing run_follower::standing() const {
  return {.name = name,
          .is_projection = false,
          .filter = filter,
          .state = running.state(),
          .position = running.position(),
          .failure = running.failure()};
}

std::vector<std::string> who_handled(const traced_event& event, const std::vector<follower_standing>& followers) {
  std::vector<std::string> who;
  for (const follower_standing& each : followers)
    if (each.handles(event) && each.position >= event.position) who.push_back(each.name);
  return who;
}

std::optional<traced_event> run_log::event(const uuid& id) {
  const auto found = log_.find_event(event_id{id});
  if (!found) return std::nullopt;
  const event_page page = log_.stored().read(global_position{found->value() - 1}, {}, {.events = 1});
  if (page.empty()) return std::nullopt;
  return traced_event(page.front());
}

bool run_log::is_event_type(std::string_view type) {
  for (bool more = true; more;) {
    const event_page page = log_.stored().read(looked_to_);
    for (const recorded_event& event : page) types_.emplace(event.type);
    looked_to_ = page.scanned_to();
    more = !page.at_end();
  }
  return types_.contains(type);
}

std::string drawn_trace(std::vector<traced_event> events, traced_log& log,
                        const std::vector<follower_standing>& followers) {
  const trace_tree tree(std::move(events), log);
  std::vector<line> lines;
  for (std::size_t place = 0; place < tree.nodes().size(); ++place) {
    lines.push_back(line_of(tree, place));
    const trace_node& node = tree.nodes()[place];
    if (node.what != trace_node::kind::event) continue;
    const bool has_effects = place + 1 < tree.nodes().size() && tree.nodes()[place + 1].depth > node.depth;
    const std::vector<std::string> below = lines_below(tree.event_of(node), followers);
    for (const std::string& text : below) {
      const bool is_last = &text == &below.back() && !has_effects;
      lines.push_back({.left = tree.guides(place, true) + (is_last ? "└─ " : "├─ ") + text});
    }
  }
  std::size_t left = 0;
  std::size_t place = 0;
  std::size_t position = 0;
  for (const line& each : lines) {
    if (each.place.empty()) continue;
    left = std::max(left, width_of(each.left));
    place = std::max(place, width_of(each.place));
    position = std::max(position, each.position.size());
  }
  std::string drawn;
  for (const line& each : lines) {
    std::string text = "  " + each.left;
    if (!each.place.empty())
      text = "  " + padded(each.left, left) + "  " + padded(each.place, place) + "  " +
             padded(each.position, position) + "  " + each.time;
    text.resize(text.find_last_not_of(' ') + 1);
    drawn += text + "\n";
  }
  return drawn;
}

}  // namespace whence::testing::inline v0
