#include <whence/cli/state_diff.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include <whence/cli/display_text.hpp>
#include <whence/cli/failure.hpp>
#include <whence/cli/item_list.hpp>
#include <whence/cli/program_name.hpp>
#include <whence/cli/stream_aggregate.hpp>
#include <whence/core/json_text.hpp>

namespace whence::inline v0::cli {
namespace {

constexpr std::string_view empty_list = "[]";

/// The members of a state, and the entries of its lists; a list itself is an empty one, so that it is the same with other entries.
std::vector<std::pair<std::string, std::string>> members_of(std::string_view json) {
  const auto state = nlohmann::ordered_json::parse(json);
  std::vector<std::pair<std::string, std::string>> members;
  if (!state.is_object()) return {{"", state.dump()}};
  for (const auto& [name, value] : state.items()) {
    if (!value.is_array()) {
      members.emplace_back(name, value.dump());
      continue;
    }
    members.emplace_back(name, empty_list);
    std::size_t place = 0;
    for (const auto& entry : value) members.emplace_back(name + "[" + std::to_string(place++) + "]", entry.dump());
  }
  return members;
}

std::string value_in(const std::map<std::string, std::string>& members, const std::string& name) {
  const auto found = members.find(name);
  return found == members.end() ? std::string() : found->second;
}

/// The same, but that a list with entries is told by these.
std::string told_in(const std::map<std::string, std::string>& members, const std::string& name) {
  std::string value = value_in(members, name);
  return value == empty_list && members.contains(name + "[0]") ? std::string() : value;
}

struct versions {
  stream_version from;
  stream_version to;
};

std::optional<std::uint64_t> number_in(const std::string& text) {
  std::uint64_t number = 0;
  const auto [rest, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || rest != text.data() + text.size()) return std::nullopt;
  return number;
}

versions versions_of(const std::vector<std::string>& words, stream_version head) {
  constexpr std::size_t words_max = 3;
  if (words.size() > words_max)
    throw usage_error("argument", "`stream diff` has no place for \"" + words[words_max] + "\"",
                      "whence stream diff --help");
  std::vector<std::uint64_t> numbers;
  for (std::size_t place = 1; place < words.size(); ++place) {
    const std::optional<std::uint64_t> number = number_in(words[place]);
    if (!number) {
      throw usage_error("value", "a version cannot be \"" + words[place] + "\"",
                        "whence stream diff " + shell_word(words.front()) + " 1 2");
    }
    if (*number > head.value()) {
      throw not_in_log("event.missing", {.what = "stream \"" + words.front() + "\" has no version " + words[place],
                                         .where = {},
                                         .why = "it has @1 to @" + std::to_string(head.value()),
                                         .remedy = "whence stream show " + shell_word(words.front())});
    }
    numbers.push_back(*number);
  }
  const std::uint64_t from = numbers.empty() ? head.value() - 1 : numbers.front();
  const std::uint64_t to = numbers.size() < 2 ? head.value() : numbers.back();
  if (from > to) {
    throw usage_error(
        "value", "version " + std::to_string(from) + " comes after version " + std::to_string(to),
        "whence stream diff " + shell_word(words.front()) + " " + std::to_string(to) + " " + std::to_string(from));
  }
  return {stream_version{from}, stream_version{to}};
}

std::vector<member_change> changes_between(const stream_aggregate& aggregate, const versions& asked) {
  state_watch watch;
  watch.begin(aggregate.at(asked.from));
  aggregate.watch(asked.from, asked.to,
                  [&](stream_version version, const std::string& event_type, const std::string& json) {
                    watch.after(version, event_type, json);
                  });
  return watch.changes();
}

std::string word_of(const member_change& change) {
  if (change.before.empty()) return "added";
  return change.after.empty() ? "removed" : "changed";
}

std::string or_null(const std::string& value) { return value.empty() ? "null" : value; }

std::string json_of_change(const member_change& change) {
  std::string out = "{\"member\":" + json_string(change.name) + ",\"change\":\"" + word_of(change) + "\"";
  out += ",\"before\":" + or_null(change.before) + ",\"after\":" + or_null(change.after) + ",\"by\":[";
  for (const member_step& step : change.steps) {
    out += &step == &change.steps.front() ? "" : ",";
    out += "{\"streamVersion\":" + std::to_string(step.version.value()) +
           ",\"eventType\":" + json_string(step.event_type) + ",\"after\":" + or_null(step.after) + "}";
  }
  return out + "]}";
}

std::string events_of(const member_change& change, const cell_style& style) {
  std::string all;
  for (const member_step& step : change.steps) {
    all += all.empty() ? "" : ", ";
    all += (style.exact() ? "" : "v") + std::to_string(step.version.value()) + " " + step.event_type;
  }
  return all;
}

constexpr item_column<member_change> columns[] = {
    {{.title = "MEMBER", .name = "member", .colour = tint::cyan, .least = 12},
     [](const member_change& change, const cell_style&) { return change.name; }},
    {{.title = "CHANGE", .name = "change", .spare = 2},
     [](const member_change& change, const cell_style&) { return word_of(change); }},
    {{.title = "BEFORE", .name = "before", .least = 8},
     [](const member_change& change, const cell_style&) { return change.before; }},
    {{.title = "AFTER", .name = "after", .least = 8},
     [](const member_change& change, const cell_style&) { return change.after; }},
    {{.title = "BY", .name = "by", .colour = tint::faint, .least = 8, .spare = 1}, &events_of},
};

}  // namespace

void state_watch::begin(std::string_view json) {
  for (auto& [name, value] : members_of(json)) {
    order_.push_back(name);
    first_.emplace(std::move(name), std::move(value));
  }
  now_ = first_;
}

void state_watch::after(stream_version version, std::string_view event_type, std::string_view json) {
  std::map<std::string, std::string> then = std::exchange(now_, {});
  order_.clear();
  for (auto& [name, value] : members_of(json)) {
    order_.push_back(name);
    now_.emplace(std::move(name), std::move(value));
  }
  for (const std::string& name : order_) {
    if (value_in(then, name) != value_in(now_, name))
      steps_[name].push_back({version, std::string(event_type), told_in(now_, name)});
  }
  for (const auto& [name, value] : then) {
    if (!now_.contains(name)) steps_[name].push_back({version, std::string(event_type), ""});
  }
}

std::vector<member_change> state_watch::changes() const {
  std::vector<std::string> names = order_;
  for (const auto& [name, value] : first_) {
    if (!now_.contains(name)) names.push_back(name);
  }
  std::vector<member_change> found;
  for (const std::string& name : names) {
    if (value_in(first_, name) == value_in(now_, name)) continue;
    member_change change{name, told_in(first_, name), told_in(now_, name), {}};
    if (change.before == change.after) continue;  // a list, which comes and goes with its entries
    change.steps = steps_.at(name);
    found.push_back(std::move(change));
  }
  return found;
}

exit_code show_diff(const request& request, session& session) {
  log_reader& log = session.log();
  std::string rest;
  for (std::size_t i = 1; i < request.arguments().size(); ++i)
    rest += (rest.empty() ? "" : " ") + shell_word(request.arguments()[i]);
  const stream_aggregate aggregate(log, request.argument(), session.around(), "stream diff", rest);
  const versions asked = versions_of(request.arguments(), log.stream_head(aggregate.stream()));
  const std::vector<member_change> changes = changes_between(aggregate, asked);
  if (session.form() == output_form::table) {
    const std::uint64_t events = asked.to.value() - asked.from.value();
    const std::string head = visible(aggregate.stream()) + "   " + visible(aggregate.type()) + "   v" +
                             std::to_string(asked.from.value()) + " → v" + std::to_string(asked.to.value()) + "   " +
                             with_groups(events) + (events == 1 ? " event" : " events");
    session.print(session.out_style().paint(tint::strong, session.fitted(head)) + "\n\n");
  }
  const std::span<const item_column<member_change>> all = columns;
  item_list& list = session.list(looks_of(all));
  list.with_members("\"aggregateId\":" + json_string(aggregate.stream()) +
                    ",\"from\":" + std::to_string(asked.from.value()) + ",\"to\":" + std::to_string(asked.to.value()));
  for (const member_change& change : changes) put(list, all, &json_of_change, change);
  return exit_code::done;
}

}  // namespace whence::inline v0::cli
