#include <whence/cli/upcast_command.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <whence/cli/application_program.hpp>
#include <whence/cli/display_text.hpp>
#include <whence/cli/event_commands.hpp>
#include <whence/cli/flags.hpp>
#include <whence/cli/item_list.hpp>
#include <whence/cli/json_list.hpp>
#include <whence/cli/long_work.hpp>
#include <whence/cli/request.hpp>
#include <whence/cli/session.hpp>
#include <whence/core/json_text.hpp>
#include <whence/rehearsal/rehearsal.hpp>

namespace whence::inline v0::cli {
namespace {

/// What becomes of an event as the second of two that are merged.
struct merge_behind {
  event_type first;
  std::vector<event_type> today;
};

/// Stored events of one type and version, of whatever aggregate, and what becomes of them.
struct upcast_kind {
  std::string type;
  std::uint32_t version = 1;
  std::vector<upcast_way> ways;
  std::vector<merge_behind> behind;
  std::uint32_t version_of_today = 0;  ///< 0: the program has nothing to do with events of this name
  std::uint64_t events = 0;
  std::uint64_t otherwise = 0;  ///< read as something else than is stored, or not at all; if each was upcast
  std::uint64_t left_out = 0;   ///< of these, that nobody is told of
  global_position first;
  std::uint64_t failed = 0;
  global_position first_failed;

  /// No upcaster begins at its version, and it is not today's.
  bool unknown() const { return !is_upcast() && version_of_today != 0 && version != version_of_today; }
  bool is_upcast() const { return !ways.empty() || !behind.empty(); }
  /// Upcasters lead on from it only beside another one.
  bool only_merged() const {
    return std::ranges::all_of(ways, [](const upcast_way& way) { return !way.next.name.empty(); });
  }
};

struct upcast_survey {
  bool checked = false;
  rehearsal found;
  std::vector<upcast_kind> kinds;  // by name and version; without those that read as they are stored
  std::uint64_t upcast = 0;        // events of versions that an upcaster begins at, alone or as one of two
  std::uint64_t otherwise = 0;
  std::uint64_t left_out = 0;
  std::uint64_t failed = 0;
  /// How many read otherwise is known: each was upcast, or none of them depends on its neighbour.
  bool is_exact() const {
    return checked ||
           std::ranges::none_of(kinds, [](const auto& kind) { return kind.is_upcast() && kind.only_merged(); });
  }
  const upcast_kind* first_failing() const {
    const upcast_kind* first = nullptr;
    for (const upcast_kind& kind : kinds) {
      const bool is_earlier = first == nullptr || kind.first_failed < first->first_failed;
      if (kind.failed > 0 && is_earlier) first = &kind;
    }
    return first;
  }
};

std::vector<merge_behind> merges_behind(const upcast_kind& kind, const upcasters& through) {
  std::vector<merge_behind> found;
  for (const event_type& first : through.beginnings())
    for (upcast_way& way : through.ways_from(first))
      if (way.next.name == kind.type && way.next.version == kind.version)
        found.push_back({first, std::move(way.today)});
  return found;
}

upcast_survey survey_of(rehearsal found, const program_types& program, bool checked) {
  upcast_survey survey;
  survey.checked = checked;
  for (const rehearsed_kind& of : found.kinds) {
    const auto known = std::ranges::find_if(survey.kinds, [&](const upcast_kind& kind) {
      return kind.type == of.event_type && kind.version == of.version;
    });
    upcast_kind& kind = known != survey.kinds.end() ? *known : survey.kinds.emplace_back();
    const bool is_first = kind.events == 0;
    kind.type = of.event_type;
    kind.version = of.version;
    kind.events += of.events;
    kind.otherwise += of.otherwise;
    kind.left_out += of.left_out;
    kind.first = is_first ? of.first : std::min(kind.first, of.first);
    if (of.broken > 0)
      kind.first_failed = kind.failed == 0 ? of.first_broken : std::min(kind.first_failed, of.first_broken);
    kind.failed += of.broken;
  }
  for (upcast_kind& kind : survey.kinds) {
    kind.ways = program.upcasters().ways_from({kind.type, kind.version});
    kind.behind = merges_behind(kind, program.upcasters());
    kind.version_of_today = program.version_of_today(kind.type);
    if (kind.unknown()) {
      kind.failed = kind.events;
      kind.first_failed = kind.first;
    }
    if (kind.is_upcast()) survey.upcast += kind.events;
    survey.otherwise += kind.otherwise;
    survey.left_out += kind.left_out;
    survey.failed += kind.failed;
  }
  std::erase_if(survey.kinds, [](const upcast_kind& kind) { return !kind.is_upcast() && kind.failed == 0; });
  std::ranges::sort(survey.kinds, [](const upcast_kind& one, const upcast_kind& other) {
    return std::pair(std::string_view(one.type), one.version) < std::pair(std::string_view(other.type), other.version);
  });
  survey.found = std::move(found);
  return survey;
}

/// `schema.upcast_failed`: stored events that nothing of today can be made of.
struct events_not_upcast final : error {
  events_not_upcast(const std::string& log, const upcast_survey& survey)
      : error("schema.upcast_failed", next_move::change_request, text_of(log, survey)) {}

 private:
  static error_text text_of(const std::string& log, const upcast_survey& survey) {
    const upcast_kind& first = *survey.first_failing();
    const std::string at = std::to_string(first.first_failed.value());
    error_text text;
    text.what = visible(log) + ": " + with_groups(survey.failed) +
                (survey.failed == 1 ? " event cannot be upcast" : " events cannot be upcast");
    text.where = "event #" + at + ", " + visible(type_and_version(first.type, first.version));
    text.why = "no upcaster begins at that version; today's is " + std::to_string(first.version_of_today);
    for (const rehearsal_finding& finding : survey.found.findings)
      if (finding.position == first.first_failed) text.why = visible(finding.detail);
    text.remedy = "whence event show @" + at + " --raw";
    return text;
  }
};

types_missing no_types(const request& request, session& session) {
  const std::string line = request.has("--check") ? " whence schema upcast --check" : " whence schema upcast";
  return types_missing({.what = "this needs the application's upcasters, which the stock binary does not have",
                        .where = {},
                        .why = "what events become is what the application's own code makes of them",
                        .remedy = run_by_application(session.log(), session.around(), line)});
}

std::string names_of(const std::vector<event_type>& types) {
  if (types.empty()) return "no longer told";
  std::string names;
  for (const event_type& type : types) names += (names.empty() ? "" : ", ") + type_and_version(type.name, type.version);
  return names;
}

std::string today_of(const upcast_kind& kind) {
  if (kind.unknown()) return "not known: no upcaster begins at it";
  std::string all;
  for (const upcast_way& way : kind.ways) {
    if (!all.empty()) all += "; ";
    if (!way.next.name.empty()) all += "before " + type_and_version(way.next.name, way.next.version) + ": ";
    all += names_of(way.today);
  }
  for (const merge_behind& merge : kind.behind) {
    if (!all.empty()) all += "; ";
    all += "behind " + type_and_version(merge.first.name, merge.first.version) + ": " + names_of(merge.today);
  }
  const bool is_told = std::ranges::any_of(kind.ways, [](const upcast_way& way) { return !way.today.empty(); }) ||
                       std::ranges::any_of(kind.behind, [](const merge_behind& merge) { return !merge.today.empty(); });
  if (kind.left_out > 0 && is_told) all += "; " + with_groups(kind.left_out) + " left out";
  return all;
}

// --- as JSON ----------------------------------------------------------------------------------------------------------

std::string json_of_type(std::string_view type, std::uint32_t version) {
  return "{\"eventType\":" + json_string(visible(type)) + ",\"eventVersion\":" + std::to_string(version) + "}";
}

std::string json_of_way(const event_type& before, const event_type& behind, const std::vector<event_type>& today) {
  const auto json_of = [](const event_type& type) { return json_of_type(type.name, type.version); };
  const auto or_null = [&](const event_type& type) { return type.name.empty() ? "null" : json_of(type); };
  return "{\"before\":" + or_null(before) + ",\"behind\":" + or_null(behind) +
         ",\"today\":" + json_list(today, json_of) + "}";
}

std::string json_of_ways(const upcast_kind& kind) {
  std::vector<std::string> ways;
  for (const upcast_way& way : kind.ways) ways.push_back(json_of_way(way.next, {"", 0}, way.today));
  for (const merge_behind& merge : kind.behind) ways.push_back(json_of_way({"", 0}, merge.first, merge.today));
  return json_list(ways, [](const std::string& way) { return way; });
}

/// Only what was upcast tells.
std::string json_of_made(bool checked, std::uint64_t otherwise, std::uint64_t left_out) {
  const auto or_null = [&](std::uint64_t count) { return checked ? std::to_string(count) : "null"; };
  return ",\"otherwise\":" + or_null(otherwise) + ",\"leftOut\":" + or_null(left_out);
}

std::string json_of_kind(const upcast_kind& kind, bool checked) {
  std::string out = "{\"eventType\":" + json_string(visible(kind.type)) +
                    ",\"eventVersion\":" + std::to_string(kind.version) + ",\"ways\":" + json_of_ways(kind);
  out += ",\"events\":" + std::to_string(kind.events) + ",\"first\":" + std::to_string(kind.first.value());
  out += json_of_made(checked, kind.otherwise, kind.left_out);
  out += ",\"failed\":" + std::to_string(kind.failed);
  if (kind.failed > 0) out += ",\"firstFailed\":" + std::to_string(kind.first_failed.value());
  return out + "}";
}

std::string json_of_failure(const rehearsal_finding& finding) {
  return "{\"globalPosition\":" + std::to_string(finding.position.value()) +
         ",\"aggregateId\":" + json_string(visible(finding.stream)) +
         ",\"streamVersion\":" + std::to_string(finding.version.value()) +
         ",\"eventType\":" + json_string(visible(finding.event_type)) +
         ",\"eventVersion\":" + std::to_string(finding.event_version) +
         ",\"detail\":" + json_string(visible(finding.detail)) + "}";
}

std::string json_of_survey(const std::string& log, const upcast_survey& survey) {
  return "{\"log\":" + json_string(visible(log)) + ",\"head\":" + std::to_string(survey.found.head.value()) +
         ",\"events\":" + std::to_string(survey.found.events) + ",\"upcast\":" + std::to_string(survey.upcast) +
         ",\"checked\":" + (survey.checked ? "true" : "false") +
         json_of_made(survey.checked, survey.otherwise, survey.left_out) +
         ",\"failed\":" + std::to_string(survey.failed) + ",\"kinds\":" +
         json_list(survey.kinds, [&](const upcast_kind& kind) { return json_of_kind(kind, survey.checked); }) +
         ",\"failures\":" + json_list(survey.found.findings, &json_of_failure) +
         ",\"moreFailures\":" + std::to_string(survey.found.more_findings) + "}";
}

// --- as a table -------------------------------------------------------------------------------------------------------

constexpr item_column<upcast_kind> kind_columns[] = {
    {{.title = "EVENT", .name = "eventType", .colour = tint::cyan, .least = 12},
     [](const upcast_kind& kind, const cell_style&) { return type_and_version(kind.type, kind.version); }},
    {{.title = "EVENTS", .name = "events", .right = true},
     [](const upcast_kind& kind, const cell_style&) { return with_groups(kind.events); }},
    {{.title = "FIRST", .name = "first", .right = true, .spare = 1},
     [](const upcast_kind& kind, const cell_style&) { return "#" + std::to_string(kind.first.value()); }},
    {{.title = "FAILED", .name = "failed", .right = true, .colour = tint::red},
     [](const upcast_kind& kind, const cell_style&) { return kind.failed == 0 ? "" : with_groups(kind.failed); }},
    {{.title = "TODAY", .name = "today", .least = 16},
     [](const upcast_kind& kind, const cell_style&) { return today_of(kind); }},
};

constexpr item_column<rehearsal_finding> failure_columns[] = {
    {{.title = "EVENT", .name = "globalPosition", .right = true},
     [](const rehearsal_finding& finding, const cell_style&) {
       return "#" + std::to_string(finding.position.value());
     }},
    {{.title = "STREAM", .name = "aggregateId", .colour = tint::cyan, .least = 8, .spare = 1},
     [](const rehearsal_finding& finding, const cell_style&) { return finding.stream; }},
    {{.title = "TYPE", .name = "type", .least = 8},
     [](const rehearsal_finding& finding, const cell_style&) {
       return type_and_version(finding.event_type, finding.event_version);
     }},
    {{.title = "WHAT", .name = "detail", .least = 20},
     [](const rehearsal_finding& finding, const cell_style&) { return finding.detail; }},
};

template <class Item, std::size_t Count>
void print_list(const item_column<Item> (&columns)[Count], const std::vector<Item>& items, session& session) {
  const std::span<const item_column<Item>> all = columns;
  session.print("\n");
  item_list& list = session.list(looks_of(all));
  for (const Item& item : items) put(list, all, {}, item);
  session.end_list();
}

void print_survey(const std::string& log, const upcast_survey& survey, session& session) {
  constexpr std::size_t label_width = 8;
  session.print(session.out_style().paint(tint::strong, session.fitted(visible(log))) + "\n");
  session.print(session.labelled(
      "events", label_width,
      with_groups(survey.found.events) + ", of which " + (survey.is_exact() ? "" : "up to ") +
          with_groups(survey.checked ? survey.otherwise : survey.upcast) + " read otherwise than they are stored"));
  if (survey.checked) {
    std::string checked =
        survey.failed == 0 ? "each of them can be upcast" : with_groups(survey.failed) + " cannot be upcast";
    if (survey.left_out > 0)
      checked += "; " + with_groups(survey.left_out) + (survey.left_out == 1 ? " is" : " are") + " left out";
    session.print(session.labelled("checked", label_width, checked));
  }
  if (!survey.kinds.empty()) print_list(kind_columns, survey.kinds, session);
  if (!survey.found.findings.empty()) print_list(failure_columns, survey.found.findings, session);
  if (survey.found.more_findings > 0) session.print("and " + with_groups(survey.found.more_findings) + " more\n");
}

exit_code show_upcast(const request& request, session& session) {
  if (session.around().types == nullptr) throw no_types(request, session);
  session.log();  // what is wrong with it as a whole is told
  const program_types& program = session.around().types->known();
  const bool checked = request.has("--check");
  rehearsal_options options;
  upcast_survey survey;
  const auto stopped = carry_out(session, nothing_known, [&](std::stop_token stop, const report_progress& report) {
    options.stop = std::move(stop);
    options.on_progress = [&](const rehearsal_progress& now) { report("events", now.done, now.of); };
    // Of a program without aggregates and projections, nothing but the upcasters is tried.
    const program_types tried = checked ? program_types().upcasting(program.upcasters()) : program_types();
    survey = survey_of(rehearse(session.source(), tried, session.around().runtime, options), program, checked);
  });
  if (stopped) return *stopped;
  const bool passed = survey.failed == 0;
  if (session.form() == output_form::table) {
    print_survey(session.store(), survey, session);
  } else {
    session.judged(passed ? verdict::pass : verdict::fail, json_of_survey(session.store(), survey));
  }
  if (passed) return exit_code::done;
  const events_not_upcast failure(session.store(), survey);
  session.failed(failure);
  return exit_code_of(failure);
}

constexpr const flag* upcast_flags[] = {&flags::check};
constexpr example upcast_examples[] = {
    {"whence schema upcast", "what reads otherwise than stored?"},
    {"whence schema upcast --check", "can each event be upcast?"},
    {"whence schema upcast --check -o json", "for programs"},
};
constexpr std::string_view upcast_text =
    "What the application's upcasters make of this log: for each type and version of stored events that they begin at, "
    "alone or merged with a neighbour, how many there are, where the first is, and what they are today. With --check "
    "each stored event is upcast, on up to four cores: those that cannot be are listed with their positions, and those "
    "of which no reader is told are counted. Nothing is written.\n"
    "A version of one of the program's events that is not today's, and at which no upcaster begins, is not known: its "
    "events count as failed. Exit code 1 says that there are such events. rehearse tries all of the program: it reads "
    "what comes of it, too. It needs the application's upcasters: .upcasting(…) of whence::cli_types.";

constexpr command rows[] = {
    {.group = "schema",
     .name = "upcast",
     .summary = "say what the application's upcasters make of a log",
     .text = upcast_text,
     .examples = upcast_examples,
     .flags = upcast_flags,
     .schema = "upcast",
     .run = &show_upcast},
};

}  // namespace

std::span<const command> upcast_commands() { return rows; }

}  // namespace whence::inline v0::cli
