#include <whence/cli/inspect_command.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <whence/cli/archive_commands.hpp>
#include <whence/cli/command_table.hpp>
#include <whence/cli/display_text.hpp>
#include <whence/cli/failure.hpp>
#include <whence/cli/flags.hpp>
#include <whence/cli/fork_command.hpp>
#include <whence/cli/json_list.hpp>
#include <whence/cli/log_overview.hpp>
#include <whence/cli/projection_commands.hpp>
#include <whence/cli/request.hpp>
#include <whence/cli/session.hpp>
#include <whence/cli/time_text.hpp>
#include <whence/cli/verdict.hpp>
#include <whence/cli/watch.hpp>
#include <whence/core/json_text.hpp>

namespace whence::inline v0::cli {
namespace {

constexpr std::uint64_t recent_usual = 10'000;
constexpr std::uint64_t recent_max = 10'000'000;  // a number is held for each of their streams

std::uint64_t recent_of(const request& request) {
  const std::uint64_t recent = request.number("--recent").value_or(recent_usual);
  if (recent == 0 || recent > recent_max) {
    throw usage_error("value", "--recent cannot be " + std::to_string(recent),
                      "give 1 to " + std::to_string(recent_max));
  }
  return recent;
}

/// Whether it goes as far as its witness has seen, and an event of those that were read is damaged, or its archive away.
bool is_damaged_within(const log_overview& log) {
  return log.condition && log.condition->what == log_condition::kind::whole && log.damage;
}

std::string condition_text(const log_overview& log) {
  const std::optional<log_condition>& condition = log.condition;
  if (log.witness_unreadable) return "not known: its witness cannot be read, so a missing tail would not be seen";
  if (!log.file_damage.empty()) return "its file is damaged: " + visible(log.file_damage);
  if (!condition) return "its end is damaged: it is not what its witness saw";
  if (is_damaged_within(log))
    return log.is_archive_away ? "an event of it lies in an archive that cannot be read" : "an event in it is damaged";
  switch (condition->what) {
    case log_condition::kind::whole: return "whole";
    case log_condition::kind::tail_missing:
      return "its tail is missing: it ends at #" + std::to_string(condition->found.value()) + ", its witness saw #" +
             std::to_string(condition->witnessed.value());
    case log_condition::kind::witness_missing: return "it has no witness: a missing tail would not be seen";
    case log_condition::kind::import_unfinished: return "an import into it has not come to its end";
  }
  return {};
}

std::string condition_word(const log_overview& log) {
  const std::optional<log_condition>& condition = log.condition;
  if (log.witness_unreadable) return "unknown";
  if (is_damaged_within(log) && log.is_archive_away) return "archive_unreadable";
  if (!condition || is_damaged_within(log)) return "damaged";
  switch (condition->what) {
    case log_condition::kind::whole: return "whole";
    case log_condition::kind::tail_missing: return "tail_missing";
    case log_condition::kind::witness_missing: return "witness_missing";
    case log_condition::kind::import_unfinished: return "import_unfinished";
  }
  return {};
}

/// "12/s", "0.3/s"
std::string rate_text(std::uint64_t in_a_minute) {
  const double rate = static_cast<double>(in_a_minute) / 60;
  if (rate >= 9.5 || in_a_minute == 0) return with_groups(static_cast<std::size_t>(std::llround(rate))) + "/s";
  const std::string tenths = std::to_string(std::llround(rate * 10));
  return (tenths.size() == 1 ? "0." + tenths : tenths.substr(0, 1) + "." + tenths.substr(1)) + "/s";
}

void print_facts(const log_overview& log, session& session) {
  constexpr std::size_t label_width = 11;
  const style style = session.out_style();
  const auto line = [&](std::string_view label, const std::string& text) {
    session.print(session.labelled(label, label_width, text));
  };
  session.print(style.paint(tint::strong, session.fitted(visible(log.name))) + "\n");
  line("log", log.identity.id.to_string() + "   epoch " + std::to_string(log.identity.epoch));
  for (const log_base& base : log.bases) line("base", base_text(base));
  line("condition", condition_text(log));
  line("writer", log.writer ? "process " + std::to_string(*log.writer) : "none");
  if (log.is_in_file) {
    line("size", size_text(log.bytes) +
                     (log.unsettled_bytes == 0 ? "" : ", and " + size_text(log.unsettled_bytes) + " in its -wal"));
  }
  line("events", with_groups(log.models.head.value()));
  for (const log_archive& archive : log.archives) line("archive", archive_text(archive));
  for (const unknown_archives& one : log.without_archives)
    line("archive", visible(one.log) + ": which archives it has cannot be read");
  line("streams", log.looked_at == 0 && !log.has_all_streams()
                      ? "not known"
                      : (log.has_all_streams() ? "" : "≥ ") + with_groups(log.streams));
  if (log.first_recorded && log.last_recorded) {
    line("recorded", session.cells().time(*log.first_recorded) + " to " + session.cells().time(*log.last_recorded) +
                         " (" + relative_to(session.now(), *log.last_recorded) + ")");
  }
  if (log.last_minute) line("rate", rate_text(*log.last_minute) + " in the last minute");
}

struct shown_share {
  const type_share* type;
  std::uint64_t of;
};

std::string percent(const shown_share& share, const cell_style&) {
  const std::uint64_t tenths = (share.type->events * 1000 + share.of / 2) / share.of;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " %";
}

constexpr item_column<shown_share> type_columns[] = {
    {{.title = "EVENT TYPE", .colour = tint::cyan, .least = 12},
     [](const shown_share& share, const cell_style&) { return share.type->event_type; }},
    {{.title = "AGGREGATE", .least = 9, .spare = 2},
     [](const shown_share& share, const cell_style&) { return share.type->aggregate_type; }},
    {{.title = "COUNT", .right = true},
     [](const shown_share& share, const cell_style&) { return with_groups(share.type->events); }},
    {{.title = "SHARE", .right = true, .spare = 1}, &percent},
};

void print_types(const log_overview& log, session& session) {
  if (log.looked_at == 0) return;
  constexpr std::size_t types_shown = 12;
  const std::span<const item_column<shown_share>> all = type_columns;
  session.print("\n");
  item_list& list = session.list(looks_of(all));
  type_share rest{.event_type = "all others", .aggregate_type = {}, .events = log.other_types};
  for (std::size_t place = 0; place < log.types.size(); ++place) {
    if (place < types_shown) {
      put(list, all, {}, shown_share{&log.types[place], log.looked_at});
    } else {
      rest.events += log.types[place].events;
    }
  }
  if (rest.events > 0) put(list, all, {}, shown_share{&rest, log.looked_at});
  session.end_list();
  if (!log.has_all_streams()) {
    session.print(
        session.out_style().paint(tint::faint, session.fitted("of the last " + counted(log.looked_at, "event"))) +
        "\n");
  }
}

void print_models(const log_overview& log, session& session) {
  if (log.models.models.empty()) return;
  session.print("\n");
  item_list& list = session.list(looks_of(model_columns()));
  for (const model_standing& model : log.models.models) {
    put(list, model_columns(), &json_of_model, shown_model{.standing = &model, .rate = {}, .seconds_left = {}});
  }
  session.end_list();
}

std::string or_null(const std::optional<timestamp>& time) { return time ? "\"" + to_rfc3339(*time) + "\"" : "null"; }

std::string data_of(const log_overview& log, timestamp now) {
  std::string out = "{\"log\":" + json_string(visible(log.name));
  out += ",\"logId\":\"" + log.identity.id.to_string() + "\",\"epoch\":" + std::to_string(log.identity.epoch);
  if (!log.bases.empty()) out += ",\"bases\":" + json_list(log.bases, &json_of_base);
  if (!log.archives.empty()) out += ",\"archives\":" + json_list(log.archives, &json_of_archive);
  out += ",\"condition\":\"" + condition_word(log) + "\"";
  out += ",\"writer\":" + (log.writer ? std::to_string(*log.writer) : "null");
  out += ",\"bytes\":" + (log.is_in_file ? std::to_string(log.bytes) : "null");
  out += ",\"walBytes\":" + (log.is_in_file ? std::to_string(log.unsettled_bytes) : "null");
  out += ",\"head\":" + std::to_string(log.models.head.value());
  out += ",\"firstRecordedAt\":" + or_null(log.first_recorded) + ",\"lastRecordedAt\":" + or_null(log.last_recorded);
  out += ",\"lastAgeSeconds\":" +
         (log.last_recorded ? seconds_text(std::max(now - *log.last_recorded, timestamp::duration{})) : "null");
  out += ",\"eventsInLastMinute\":" + (log.last_minute ? std::to_string(*log.last_minute) : "null");
  out += ",\"streams\":" + std::to_string(log.streams);
  out.append(",\"allStreams\":").append(log.has_all_streams() ? "true" : "false");
  out += ",\"lookedAt\":" + std::to_string(log.looked_at) + ",\"types\":[";
  for (const type_share& type : log.types) {
    out += &type == &log.types.front() ? "" : ",";
    out += "{\"eventType\":" + json_string(type.event_type) + ",\"aggregateType\":" + json_string(type.aggregate_type) +
           ",\"events\":" + std::to_string(type.events) + "}";
  }
  out += "],\"projections\":[";
  for (const model_standing& model : log.models.models) {
    out += &model == &log.models.models.front() ? "" : ",";
    out += json_of_model(shown_model{.standing = &model, .rate = {}, .seconds_left = {}});
  }
  return out + "]}";
}

bool is_well(const log_overview& log) {
  for (const model_standing& model : log.models.models) {
    if (model.problem) return false;
  }
  return !log.models.problem && log.without_archives.empty() && log.condition &&
         log.condition->what == log_condition::kind::whole && !log.damage;
}

exit_code inspect(const request& request, session& session) {
  const std::uint64_t recent = recent_of(request);
  log_overview found;
  const auto draw = [&]() -> std::optional<exit_code> {
    const surroundings& around = session.around();
    found = look_at_log(session.source(), session.log(), around.runtime, around.types, recent);
    if (session.form() == output_form::table) {
      print_facts(found, session);
      print_types(found, session);
      print_models(found, session);
      return std::nullopt;
    }
    const verdict status = is_well(found) ? verdict::pass : verdict::fail;
    std::string data = data_of(found, session.now());
    if (request.has("--watch")) {
      session.print_json(verdict_document(full_name(*request.what()), status, data, {}));
    } else {
      session.judged(status, std::move(data));
    }
    return std::nullopt;
  };
  const exit_code end = draw_or_watch(request, session, draw);
  report_problems(found.models, session);
  if (!found.without_archives.empty()) std::rethrow_exception(found.without_archives.front().problem);
  if (found.damage) std::rethrow_exception(found.damage);
  return end;
}

constexpr flag recent{
    .name = "--recent", .value = "N", .text = "look at the last N events: 10000 unless told otherwise"};
constexpr const flag* inspect_flags[] = {&flags::watch, &recent, &flags::times};
constexpr example inspect_examples[] = {
    {"whence inspect", "the log at a glance"},
    {"whence inspect --recent 100000", "types and streams of more events"},
    {"whence inspect -o json", "for programs"},
};
constexpr std::string_view inspect_text =
    "The log at a glance: what it is, whether it is all there as far as its witness can tell, who writes it, how much "
    "is in it and how fast it grows; the types of its last events; and its read models. Streams are counted in the "
    "last events only, --recent says in how many: \"≥\" stands before a number that may be too small.\n"
    "It reads the last events, and nothing is compared beyond them: an older event may be damaged. Exit code 6 says "
    "that the log is not whole, or a read model cannot be used.";

constexpr command rows[] = {
    {.name = "inspect",
     .summary = "show a log and its read models at a glance",
     .text = inspect_text,
     .examples = inspect_examples,
     .flags = inspect_flags,
     .schema = "overview",
     .run = &inspect},
};

}  // namespace

std::span<const command> inspect_commands() { return rows; }

}  // namespace whence::inline v0::cli
