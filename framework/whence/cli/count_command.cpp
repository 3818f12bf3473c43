#include <whence/cli/count_command.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <whence/cli/count_condition.hpp>
#include <whence/cli/flags.hpp>
#include <whence/cli/item_list.hpp>
#include <whence/cli/request.hpp>
#include <whence/cli/selected_events.hpp>
#include <whence/cli/selection.hpp>
#include <whence/cli/session.hpp>
#include <whence/core/json_text.hpp>

namespace whence::inline v0::cli {
namespace {

// Names are as many as a program has types; a log with more than this was filled with something else.
constexpr std::size_t groups_max = 65'536;

struct counted {
  std::string_view member;  // "eventType"; empty: all events
  std::string group;
  std::uint64_t events = 0;
};

std::string json_of_count(const counted& count) {
  std::string out = "{";
  if (!count.member.empty()) {
    out += json_string(count.member) + ":" + json_string(count.group) + ",";
  }
  return out + "\"events\":" + std::to_string(count.events) + "}";
}

/// What events are counted by.
struct grouping {
  std::string_view title;   // of the column
  std::string_view member;  // in machine forms
  std::string (*group)(const recorded_event&);
  bool ascending;  // groups follow each other in the log
};

constexpr std::string_view by_choices[] = {"type", "aggregate", "hour", "day"};
constexpr flag by_flag{
    .name = "--by", .value = "WHAT", .text = "each type, aggregate, hour or day for itself", .choices = by_choices};

constexpr grouping groupings[] = {
    // as by_choices
    {"TYPE", "eventType", [](const recorded_event& event) { return std::string(event.type); }, false},
    {"AGGREGATE", "aggregateType", [](const recorded_event& event) { return std::string(event.aggregate_type); },
     false},
    {"HOUR", "hour", [](const recorded_event& event) { return to_rfc3339(event.recorded_at).substr(0, 13) + ":00Z"; },
     true},
    {"DAY", "day", [](const recorded_event& event) { return to_rfc3339(event.recorded_at).substr(0, 10); }, true},
};

using taker = std::function<bool(counted)>;  // false: no more is wanted

/// Hours and days come one after the other: nothing but the last is held.
void count_in_order(selected_events& events, const grouping& by, const taker& give) {
  counted current{by.member, {}, 0};
  while (const recorded_event* const event = events.next()) {
    std::string group = by.group(*event);
    if (current.events > 0 && group != current.group && !give(std::exchange(current, {by.member, {}, 0}))) return;
    current.group = std::move(group);
    ++current.events;
  }
  if (current.events > 0) give(std::move(current));
}

void count_by_name(selected_events& events, const grouping& by, const taker& give) {
  std::map<std::string, std::uint64_t, std::less<>> counts;
  while (const recorded_event* const event = events.next()) {
    ++counts[by.group(*event)];
    if (counts.size() > groups_max) {
      throw usage_error("value", "there are more than " + std::to_string(groups_max) + " groups",
                        "count fewer at once: --aggregate, --type, --from and --to choose");
    }
  }
  for (const auto& [group, events_of_group] : counts) {
    if (!give({by.member, group, events_of_group})) return;
  }
}

/// Positions are dense: what is chosen by nothing else needs no reading.
std::uint64_t count_all(const request& request, log_reader& log, selection wanted) {
  const auto& flags = request.what()->flags;
  const bool by_position = std::none_of(flags.begin(), flags.end(), [&request](const flag* flag) {
    return flag->selects && flag->name != "--from" && flag->name != "--to" && request.has(flag->name);
  });
  if (by_position) {
    const std::uint64_t first = std::max<std::uint64_t>(wanted.from.value(), 1);
    const std::uint64_t last = std::min(wanted.to.value(), log.head().value());
    return last < first ? 0 : last - first + 1;
  }
  selected_events events(log, std::move(wanted));
  std::uint64_t count = 0;
  while (events.next() != nullptr) ++count;
  return count;
}

std::string said(const counted& count) {
  const std::string number = std::to_string(count.events) + (count.events == 1 ? " event" : " events");
  return count.member.empty() ? number : count.group + ": " + number;
}

exit_code count_events(const request& request, session& session) {
  const std::optional<std::size_t> by_choice = request.choice(by_flag);
  const grouping* const by = by_choice ? &groupings[*by_choice] : nullptr;
  std::vector<count_condition> conditions;
  for (const std::string& text : request.values("--fail-if")) conditions.emplace_back(text);
  const std::size_t limit = by != nullptr ? session.limit(request) : 0;
  log_reader& log = session.log();
  selection wanted = selection_from(request, log, session.now());

  std::vector<item_column<counted>> columns;
  if (by != nullptr) {
    columns.push_back({{.title = by->title, .name = by->member, .colour = tint::cyan, .least = 12},
                       [](const counted& count, const cell_style&) { return count.group; }});
  }
  columns.push_back({{.title = "EVENTS", .name = "events", .right = true},
                     [](const counted& count, const cell_style&) { return std::to_string(count.events); }});
  const std::span<const item_column<counted>> shown(columns);
  item_list& list = session.list(looks_of(shown));

  bool met = false;
  const taker give_out = [&](counted count) {
    if (limit != 0 && list.items() == limit) {
      if (!request.has("--limit")) session.note_cut(limit, 0);
      return false;
    }
    put(list, shown, &json_of_count, count);
    for (const count_condition& condition : conditions) {
      if (met || !condition.holds(count.events)) continue;
      session.failed(condition_met(said(count), condition.text()));
      met = true;
    }
    return true;
  };
  if (by == nullptr) {
    give_out({{}, {}, count_all(request, log, std::move(wanted))});
    return exit_code::done;  // or that of the condition
  }
  selected_events events(log, std::move(wanted));
  (by->ascending ? &count_in_order : &count_by_name)(events, *by, give_out);
  return exit_code::done;
}

constexpr const flag* count_flags[] = {&by_flag,          &flags::fail_if, &flags::streams, &flags::aggregates,
                                       &flags::types,     &flags::tags,    &flags::where,   &flags::correlation,
                                       &flags::causation, &flags::event,   &flags::from,    &flags::to,
                                       &flags::since,     &flags::until,   &flags::limit,   &flags::columns};
constexpr example count_examples[] = {
    {"whence event count", "of the whole log"},
    {"whence event count --by type", "of each type"},
    {"whence event count --by hour --since 1d", "how busy it was"},
    {"whence event count --type '*Failed' --fail-if '>0'", "exit 1 if there is one"},
};
constexpr std::string_view count_text =
    "How many events there are. Hours and days are those of recording, in UTC; those without an event are left out. "
    "With --by, --fail-if looks at each count.";

constexpr command rows[] = {
    {.group = "event",
     .name = "count",
     .summary = "count events",
     .text = count_text,
     .examples = count_examples,
     .flags = count_flags,
     .forms = list_forms,
     .run = &count_events},
};

}  // namespace

std::span<const command> count_commands() { return rows; }

}  // namespace whence::inline v0::cli
