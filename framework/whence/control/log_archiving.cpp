#include <whence/control/log_archiving.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

#include <whence/control/errors.hpp>
#include <whence/core/error.hpp>
#include <whence/core/json_text.hpp>
#include <whence/core/name_patterns.hpp>
#include <whence/store/log_archive.hpp>
#include <whence/store/log_source.hpp>

namespace whence::inline v0 {
namespace {

[[noreturn]] void refuse(std::string what, std::string why) {
  throw operation_malformed(std::string(log_archive_name), std::move(what), std::move(why));
}

std::string list_text(const std::vector<std::string>& names) {
  std::string out = "[";
  for (const std::string& name : names) {
    if (out.size() > 1) out += ',';
    append_json_string(out, name);
  }
  return out + "]";
}

std::vector<std::string> list_in(const operation_request& request, std::string_view argument) {
  const std::string text = request.argument(argument);
  if (text.empty()) return {};
  const nlohmann::json list = nlohmann::json::parse(text, nullptr, false);
  const auto is_text = [](const nlohmann::json& one) { return one.is_string(); };
  if (!list.is_array() || !std::ranges::all_of(list, is_text))
    refuse("the argument `" + std::string(argument) + "` is no list of names", text.substr(0, 80));
  return list.get<std::vector<std::string>>();
}

archive_order order_of(const operation_request& request) {
  must_only_have(request, {"streams", "aggregates", "before", "to", "until"});
  archive_order order{.streams = list_in(request, "streams"), .aggregates = list_in(request, "aggregates")};
  if (const std::string before = request.argument("before"); !before.empty()) {
    try {
      order.before = parse_rfc3339(before);
    } catch (const error& wrong) {
      refuse("the argument `before` is no time", wrong.text().what);
    }
  }
  if (const std::string until = request.argument("until"); !until.empty()) {
    std::uint64_t position = 0;
    const auto [rest, failure] = std::from_chars(until.data(), until.data() + until.size(), position);
    if (failure != std::errc{} || rest != until.data() + until.size())
      refuse("the argument `until` is no position", until.substr(0, 80));
    order.until = global_position{position};
  }
  order.to = request.argument("to");
  if (!order.to.empty() && !order.to.starts_with('/'))
    refuse("the argument `to` is no whole path", "who does it may be in another folder than who asks");
  return order;
}

bool has(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

/// Audit events stay in the log: each archive reads them, and would need the file in which they are for ever.
archive_selection selection_of(const archive_order& order) {
  archive_selection which{.streams = order.streams, .last_before = order.before, .until = order.until};
  if (which.says_nothing() && order.aggregates.empty())
    refuse("it does not say which streams", "`streams`, `aggregates` or `before` says it");
  if (has(order.streams, audit_stream) || has(order.aggregates, audit_aggregate_type))
    refuse("the stream " + std::string(audit_stream) + " stays in the log",
           "what operators did is read by each `log archive`, which could not do without the archive any more");
  which.of_type = [patterns = name_patterns(order.aggregates)](std::string_view type) {
    return !is_audit(type) && patterns.match(type);
  };
  return which;
}

log_operation operation_of(const operation_request& request, std::string arguments) {
  return {.name = std::string(log_archive_name),
          .arguments = std::move(arguments),
          .reason = request.reason,
          .by = request.by};
}

archive_options options_of(const archive_order& order, const operation_progress& progress, std::stop_token stop) {
  return {.to = order.to,
          .on_progress = [&progress](const keeping_progress& now) { progress(now.doing, now.done, now.of); },
          .stop = std::move(stop)};
}

std::string members_of(const planned_archive& what) {
  return ",\"streams\":" + std::to_string(what.streams) + ",\"events\":" + std::to_string(what.events) +
         ",\"eventBytes\":" + std::to_string(what.bytes) + ",\"first\":" + std::to_string(what.first.value()) +
         ",\"last\":" + std::to_string(what.last.value());
}

/// A path has any bytes: of one that is no text, those beyond ASCII are written out.
std::string path_or_null(const std::string& path) {
  if (path.empty()) return "null";
  if (is_utf8(path)) return json_string(path);
  std::string text;
  for (const char byte : path) {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto value = static_cast<unsigned char>(byte);
    if (value < 0x80) {
      text += byte;
    } else {
      text.append("\\x").append(1, digits[value / 16]).append(1, digits[value % 16]);
    }
  }
  return json_string(text);
}

/// By which an audit event and an archive are told to belong together, whatever became of the path.
std::string key_of(std::uint64_t number, const std::string& made_at) { return std::to_string(number) + " " + made_at; }
std::string key_of(const log_archive& archive) { return key_of(archive.number, to_rfc3339(archive.made_at)); }

/// Nothing: the data are not those of an archive's audit event. They may be anything: whoever has a log's export could have changed
/// it before it was imported.
std::optional<std::string> key_told_by(const nlohmann::json& data) {
  if (!data.is_object()) return std::nullopt;
  const auto operation = data.find("operation");
  const auto arguments = data.find("arguments");
  if (operation == data.end() || *operation != log_archive_name) return std::nullopt;
  if (arguments == data.end() || !arguments->is_object()) return std::nullopt;
  const auto number = arguments->find("number");
  const auto made_at = arguments->find("madeAt");
  if (number == arguments->end() || !number->is_number_unsigned()) return std::nullopt;
  if (made_at == arguments->end() || !made_at->is_string()) return std::nullopt;
  return key_of(number->get<std::uint64_t>(), made_at->get<std::string>());
}

/// What the audit event of an archive says of it. `made`: by this operation; else it was made by one that was killed before it
/// could say so, or by a program that does not.
std::string arguments_of(const log_archive& archive, const made_archive* made) {
  return "{\"archive\":" + path_or_null(archive.path) + ",\"number\":" + std::to_string(archive.number) +
         ",\"madeAt\":\"" + to_rfc3339(archive.made_at) + "\",\"events\":" + std::to_string(archive.events) +
         (made == nullptr ? std::string(",\"afterwards\":true")
                          : ",\"streams\":" + std::to_string(made->what.streams)) +
         "}";
}

/// The keys of the archives of which an audit event tells.
std::set<std::string> archives_told_of(log_reader& log) {
  std::set<std::string> told;
  for (stream_version from{1};;) {
    const event_page page = log.read_stream(audit_stream, from);
    for (const recorded_event& event : page) {
      from = event.version.next();
      const nlohmann::json data = nlohmann::json::parse(event.data, nullptr, false);
      if (const std::optional<std::string> key = key_told_by(data)) told.insert(*key);
    }
    if (page.at_end()) return told;
  }
}

std::vector<log_archive> without(const std::set<std::string>& told, std::vector<log_archive> archives) {
  std::erase_if(archives, [&told](const log_archive& archive) { return told.contains(key_of(archive)); });
  return archives;
}

/// What is there when something was done, or nothing was. Throws operation_not_audited if it was.
std::vector<log_archive> untold_now(const std::set<std::string>& told, const std::string& path, const runtime& runtime,
                                    const made_archive& done) {
  try {
    return without(told, archives_of(path, runtime));
  } catch (const error& failure) {
    if (done.number == 0 && done.resumed.empty()) throw;
    throw operation_not_audited(std::string(log_archive_name), failure.what());
  }
}

/// Whether one of them is the file at the path.
bool has_one_at(const std::string& path, const std::vector<log_archive>& archives) {
  if (path.empty()) return false;
  return std::ranges::any_of(archives, [&path](const log_archive& archive) {
    std::error_code unknown;
    return std::filesystem::equivalent(archive.path, path, unknown) && !unknown;
  });
}

}  // namespace

operation_request request_of(const archive_order& order) {
  operation_request request{.operation = std::string(log_archive_name)};
  if (!order.streams.empty()) request.arguments["streams"] = list_text(order.streams);
  if (!order.aggregates.empty()) request.arguments["aggregates"] = list_text(order.aggregates);
  if (order.before) request.arguments["before"] = to_rfc3339(*order.before);
  if (!order.to.empty()) request.arguments["to"] = order.to;
  if (order.until) request.arguments["until"] = std::to_string(order.until->value());
  return request;
}

std::string plan_log_archive(const operation_request& request, const std::string& path, const runtime& runtime,
                             const operation_progress& progress, std::stop_token stop) {
  const archive_order order = order_of(request);
  static_cast<void>(audit_of(operation_of(request, "{}"), runtime));  // what is wrong with the reason is told now
  const std::vector<log_archive> archives = archives_of(path, runtime);
  const std::vector<log_archive> untold = without(archives_told_of(*sqlite(path).visit(runtime)), archives);
  archive_selection which = selection_of(order);
  if (has_one_at(order.to, untold)) which = {.until = order.until};  // it is there: only its audit event is to come
  const planned_archive what = plan_archive(path, which, runtime, options_of(order, progress, std::move(stop)));
  const auto unfinished = std::ranges::find(archives, false, &log_archive::is_finished);
  const bool nothing = what.events == 0 && unfinished == archives.end() && untold.empty();
  return "{\"state\":\"" + std::string(nothing ? "nothing" : "planned") + "\"" + members_of(what) +
         ",\"unfinished\":" + path_or_null(unfinished == archives.end() ? std::string() : unfinished->path) +
         ",\"until\":" + std::to_string(what.until.value()) + ",\"unknownStreams\":" + list_text(what.unknown_streams) +
         "}";
}

std::string archive_log(const operation_request& request, log& held, const std::string& path, const runtime& runtime,
                        const operation_progress& progress, std::stop_token stop) {
  const archive_order order = order_of(request);
  const archive_selection which = selection_of(order);
  // What could stand in the way of the audit event is met before anything is moved.
  static_cast<void>(audit_of(operation_of(request, "{}"), runtime));
  std::set<std::string> told = archives_told_of(held);
  log_keeping& house = keeping_of(held);
  const auto tell = [&](const std::vector<log_archive>& untold, const made_archive* made) {
    for (const log_archive& archive : untold) {
      const bool is_made = made != nullptr && archive.number == made->number;
      keep_audit(held, audit_of(operation_of(request, arguments_of(archive, is_made ? made : nullptr)), runtime),
                 request.operation);
      told.insert(key_of(archive));
    }
  };
  made_archive made =
      house.archive({}, options_of({}, progress, stop));  // nothing new: what was interrupted is finished
  std::string finished = made.resumed;
  const std::vector<log_archive> before = untold_now(told, path, runtime, made);
  tell(before, nullptr);
  if (has_one_at(order.to, before)) {
    finished = order.to;
  } else {
    made = house.archive(which, options_of(order, progress, stop));
    tell(untold_now(told, path, runtime, made), &made);
  }
  return "{\"state\":\"archived\"" + members_of(made.what) + ",\"archive\":" + path_or_null(made.path) +
         ",\"archiveBytes\":" + (made.path.empty() ? "null" : std::to_string(made.bytes)) +
         ",\"finished\":" + path_or_null(finished) + "}";
}

std::span<const result_form> log_archive_results() {
  using enum member_kind;
  static constexpr result_member planned[] = {
      {"streams", number}, {"events", number},           {"eventBytes", number}, {"first", number},
      {"last", number},    {"unfinished", text_or_null}, {"until", number},      {"unknownStreams", list_of_texts}};
  static constexpr result_member archived[] = {
      {"streams", number}, {"events", number},        {"eventBytes", number},           {"first", number},
      {"last", number},    {"archive", text_or_null}, {"archiveBytes", number_or_null}, {"finished", text_or_null}};
  static constexpr result_form forms[] = {
      {"planned", true, planned}, {"nothing", true, planned}, {"archived", false, archived}};
  return forms;
}

}  // namespace whence::inline v0
