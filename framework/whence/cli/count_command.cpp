#include <whence/cli/count_command.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <whence/cli/count_condition.hpp>
#include <whence/cli/flags.hpp>
#include <whence/cli/item_list.hpp>
#include <whence/cli/name_hint.hpp>
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
  std::string_view member{};  // "eventType"; empty: all events
  std::string group{};
  std::uint64_t events = 0;
  global_position first{};  // of its events; where counting goes on from here
  std::size_t after = 0;    // how many groups come behind it, as far as that is known
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

using taker = std::function<bool(const counted&)>;  // false: no more is wanted

/// Hours and days come one after the other: nothing but the last is held.
void count_in_order(selected_events& events, const grouping& by, const taker& give) {
  counted current{.member = by.member};
  while (const recorded_event* const event = events.next()) {
    std::string group = by.group(*event);
    if (current.events > 0 && group != current.group && !give(std::exchange(current, {.member = by.member}))) return;
    if (current.events == 0) current.first = event->position;
    current.group = std::move(group);
    ++current.events;
  }
  if (current.events > 0) give(current);
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
  std::size_t after = counts.size();
  for (const auto& [group, events_of_group] : counts) {
    if (!give({.member = by.member, .group = group, .events = events_of_group, .after = --after})) return;
  }
}

/// Positions are dense: what is stored, and chosen by nothing else, needs no reading.
std::uint64_t count_all(const request& request, log_reader& log, bool as_stored, selection wanted) {
  const auto& flags = request.what()->flags;
  const bool by_position = std::none_of(flags.begin(), flags.end(), [&request](const flag* flag) {
    return flag->selects && flag->name != "--from" && flag->name != "--to" && request.has(flag->name);
  });
  if (by_position && as_stored) {
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

std::vector<item_column<counted>> columns_by(const grouping* by) {
  std::vector<item_column<counted>> columns;
  if (by != nullptr) {
    columns.push_back({{.title = by->title, .name = by->member, .colour = tint::cyan, .least = 12},
                       [](const counted& count, const cell_style&) { return count.group; }});
  }
  columns.push_back({{.title = "EVENTS", .name = "events", .right = true},
                     [](const counted& count, const cell_style&) { return std::to_string(count.events); }});
  return columns;
}

/// Of all groupings: --by says which of them there is.
std::vector<column> all_columns() {
  std::vector<column> all;
  for (const grouping& by : groupings) all.push_back(columns_by(&by).front().look);
  all.push_back(columns_by(nullptr).front().look);
  return all;
}

/// Lists counts up to a limit, and looks at all of them.
class count_list {
 public:
  count_list(session& session, const grouping* by, std::size_t limit, std::vector<count_condition> conditions)
      : session_(session),
        limit_(limit),
        conditions_(std::move(conditions)),
        columns_(columns_by(by)),
        list_(session.list(looks_of(std::span<const item_column<counted>>(columns_)))) {}

  /// False: no more is wanted.
  bool take(const counted& count) {
    if (limit_ != 0 && list_.items() == limit_) {
      if (!cut_) say_cut(count);
    } else {
      put(list_, std::span<const item_column<counted>>(columns_), &json_of_count, count);
    }
    for (const count_condition& condition : conditions_) {
      if (met_ || !condition.holds(count.events)) continue;
      session_.failed(condition_met(said(count), condition.text()));
      met_ = true;
    }
    return !cut_ || (!met_ && !conditions_.empty());
  }

 private:
  /// What comes first among what is left out. Hours and days go on where one begins; names do only with a greater limit.
  void say_cut(const counted& next) {
    cut_ = true;
    if (next.first != global_position{}) {
      list_.cut_before(next.first);
      session_.note_cut(limit_, 0, next.first);
    } else {
      list_.left_out(next.after + 1);
      session_.note_cut(limit_, limit_ + next.after + 1);
    }
  }

  session& session_;
  std::size_t limit_;
  std::vector<count_condition> conditions_;
  std::vector<item_column<counted>> columns_;
  item_list& list_;
  bool cut_ = false;
  bool met_ = false;
};

exit_code count_events(const request& request, session& session) {
  const std::optional<std::size_t> by_choice = request.choice(by_flag);
  const grouping* const by = by_choice ? &groupings[*by_choice] : nullptr;
  std::vector<count_condition> conditions;
  for (const std::string& text : request.values("--fail-if")) conditions.emplace_back(text);
  const std::size_t limit = by != nullptr ? session.limit(request) : 0;
  log_reader& log = session.log_asked_for();
  selection wanted = selection_from(request, session.log(), session.now());
  count_list list(session, by, limit, std::move(conditions));
  if (by == nullptr) {
    const counted all{.events = count_all(request, log, &log == &session.log(), std::move(wanted))};
    list.take(all);
    if (all.events == 0) note_unknown_types(request, session);
    return exit_code::done;  // or that of the condition
  }
  selected_events events(log, wanted);
  bool any = false;
  (by->ascending ? &count_in_order : &count_by_name)(events, *by, [&](const counted& count) {
    any = true;
    return list.take(count);
  });
  if (!any) note_nothing_found(request, session, events_in(wanted, log));
  return exit_code::done;
}

constexpr const flag* count_flags[] = {
    &by_flag,      &flags::fail_if,     &flags::streams,   &flags::aggregates, &flags::types, &flags::tags,
    &flags::where, &flags::correlation, &flags::causation, &flags::event,      &flags::from,  &flags::to,
    &flags::since, &flags::until,       &flags::limit,     &flags::columns,    &flags::raw};
constexpr example count_examples[] = {
    {"whence event count", "of the whole log"},
    {"whence event count --by type", "of each type"},
    {"whence event count --by hour --since 1d", "how busy it was"},
    {"whence event count --type '*Failed' --fail-if '>0'", "exit 1 if there is one"},
};
constexpr std::string_view count_text =
    "How many events there are. Hours and days are those of recording, in UTC; those without an event are left out. "
    "With --by, --fail-if looks at each count, also at those that --limit leaves out; its columns are what it counts "
    "by, and events.\n"
    "Chosen by nothing but --from and --to, events are counted by their positions and none is read: that they are as "
    "they were written, log verify tells.\n"
    "The application's own executable counts what events are today, through its upcasters, and reads them for that; "
    "--raw, and the stock program, count what is stored.";

constexpr command rows[] = {
    {.group = "event",
     .name = "count",
     .summary = "count events",
     .text = count_text,
     .examples = count_examples,
     .flags = count_flags,
     .forms = list_forms,
     .schema = "count",
     .columns = &all_columns,
     .run = &count_events},
};

}  // namespace

std::span<const command> count_commands() { return rows; }

}  // namespace whence::inline v0::cli
