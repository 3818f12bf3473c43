#include <whence/control/event_append.hpp>

#include <charconv>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include <whence/control/errors.hpp>
#include <whence/core/json_text.hpp>
#include <whence/store/batch_check.hpp>
#include <whence/store/event_page.hpp>

namespace whence::inline v0 {
namespace {

using json = nlohmann::json;

[[noreturn]] void refuse(std::string what, std::string why = {}) {
  throw operation_malformed(std::string(event_append_name), std::move(what), std::move(why));
}

/// The one that a member says, whatever else is wrong with the event: that is told by its reader.
std::optional<event_id> id_in(const json& member) {
  if (!member.is_string()) return std::nullopt;
  try {
    return event_id(uuid::parse(member.get_ref<const std::string&>()));
  } catch (const malformed_input&) {
    return std::nullopt;
  }
}

/// What stands at the top of the object.
struct given_members {
  std::set<std::string, std::less<>> names;
  std::optional<event_id> id;
};

/// What is wrong with it otherwise, the reader of events says. Of what is in the members nothing is built: an event may be large.
given_members members_of(std::string_view text) {
  given_members given;
  std::string name;
  const auto look = [&](int depth, json::parse_event_t event, json& value) {
    using kind = json::parse_event_t;
    const bool begins = event == kind::object_start || event == kind::array_start;
    if (begins && depth + 1 > static_cast<int>(data_depth_max) + 2) refuse("the event is nested too deeply");
    if (event == kind::key && depth == 1) {
      name = value.get<std::string>();
      given.names.insert(name);
      if (name == "eventId") given.id.reset();
    }
    if (event == kind::value && depth == 1 && name == "eventId") given.id = id_in(value);
    return depth == 0 || event == kind::key;
  };
  try {
    const json document = json::parse(text.begin(), text.end(), look);
    if (!document.is_object()) refuse("the event is no JSON object");
  } catch (const json::exception& failure) {
    std::string_view why = failure.what();
    if (const std::size_t bracket = why.find("] "); bracket != std::string_view::npos) why.remove_prefix(bracket + 2);
    refuse("the event is no JSON", std::string(why));
  }
  return given;
}

std::optional<event_page> page_with(global_position at, log_reader& log) {
  event_page page = log.stored().read(global_position{at.value() - 1}, {}, {.events = 1, .scanned = 1});
  if (page.empty()) return std::nullopt;
  return page;
}

/// The event that is in the log under that id.
std::optional<envelope> stored_under(event_id id, log_reader& log) {
  const std::optional<global_position> at = log.find_event(id);
  const std::optional<event_page> page = at ? page_with(*at, log) : std::nullopt;
  if (!page) return std::nullopt;
  const recorded_event& found = page->front();
  envelope event{.id = id,
                 .event_type = std::string(found.type),
                 .event_version = found.type_version,
                 .occurred_at = found.occurred_at,
                 .aggregate_id = std::string(found.stream),
                 .aggregate_type = std::string(found.aggregate_type),
                 .data = std::string(found.data),
                 .metadata = {.correlation = found.correlation,
                              .causation = found.causation,
                              .causation_type = std::string(found.causation_type),
                              .source = std::string(found.source),
                              .traceparent = std::string(found.traceparent)},
                 .position = at,
                 .version = found.version,
                 .recorded_at = std::nullopt,
                 .tags = {}};
  return event;
}

/// As the log itself compares what is sent again.
bool same(const envelope& event, const envelope& stored) {
  return event.aggregate_id == stored.aggregate_id && event.aggregate_type == stored.aggregate_type &&
         event.event_type == stored.event_type && event.event_version == stored.event_version &&
         event.data == stored.data && event.metadata == stored.metadata;
}

std::string metadata_text(const metadata& what) {
  std::string out = "{\"correlationId\":\"" + what.correlation.to_string() + "\",\"causationId\":\"" +
                    what.causation.to_string() + "\",\"source\":" + json_string(what.source);
  if (!what.causation_type.empty()) out += ",\"causationType\":" + json_string(what.causation_type);
  if (!what.traceparent.empty()) out += ",\"traceparent\":" + json_string(what.traceparent);
  return out + "}";
}

/// What is left out of it, as text in front of what is there: so that one reader judges all of it.
envelope completed(std::string_view text, const std::set<std::string, std::less<>>& given, const std::string& stream,
                   const std::string& stream_type, const std::optional<envelope>& stored, const std::string& source,
                   const runtime& runtime) {
  for (const std::string_view logs : {"globalPosition", "streamVersion", "recordedAt"})
    if (given.contains(logs)) refuse("the event has a \"" + std::string(logs) + "\"", "the log gives it: leave it out");
  std::string more;
  const auto add = [&](std::string_view name, const std::string& value) {
    if (given.contains(name)) return;
    more += (more.empty() ? "" : ",") + json_string(name) + ":" + value;
  };
  const auto add_text = [&](std::string_view name, const std::string& value) { add(name, json_string(value)); };
  const uuid fresh = runtime.make_uuid();
  add_text("eventId", fresh.to_string());
  add("eventVersion", std::to_string(stored ? stored->event_version : 1));
  add_text("occurredAt", to_rfc3339(stored ? stored->occurred_at : runtime.clock->now()));
  add_text("aggregateId", stream);
  if (!stream_type.empty()) add_text("aggregateType", stream_type);
  add("metadata", metadata_text(stored ? stored->metadata
                                       : metadata{.correlation = correlation_id(fresh),
                                                  .causation = {},
                                                  .causation_type = {},
                                                  .source = source,
                                                  .traceparent = {}}));
  const std::size_t open = text.find('{');
  if (!more.empty() && !given.empty()) more += ',';
  std::string whole;
  whole.reserve(text.size() + more.size());
  whole.append(text.substr(0, open + 1)).append(more).append(text.substr(open + 1));
  return envelope_from_json(whole);
}

expected_version expected_of(const std::string& text, stream_version now) {
  if (text.empty()) return expected_version::exactly(now);
  if (text == "any") return expected_version::any();
  if (text == "none") return expected_version::none();
  if (text == "exists") return expected_version::exists();
  std::uint64_t number = 0;
  const auto [rest, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || rest != text.data() + text.size())
    refuse("the expected version cannot be \"" + text + "\"", "it is a number, or any, none or exists");
  return expected_version::exactly(stream_version{number});
}

std::string type_of_stream(log_reader& log, const std::string& stream) {
  const event_page page = log.stored().read_stream(stream, stream_version{1}, read_direction::forward, {.events = 1});
  return page.empty() ? std::string() : std::string(page.front().aggregate_type);
}

append_batch batch_of(const planned_append& planned) {
  const envelope& event = planned.event;
  append_batch batch;
  batch.streams.push_back({.stream = event.aggregate_id,
                           .aggregate_type = event.aggregate_type,
                           .expected = planned.expected,
                           .events = {}});
  batch.streams.back().events.push_back({.id = event.id,
                                         .type = event.event_type,
                                         .version = event.event_version,
                                         .occurred_at = event.occurred_at,
                                         .data = event.data,
                                         .metadata = event.metadata,
                                         .tags = event.tags});
  return batch;
}

log_operation operation_of(const operation_request& request, const planned_append& planned) {
  return {.name = std::string(event_append_name),
          .arguments = "{\"stream\":" + json_string(planned.event.aggregate_id) + ",\"eventId\":\"" +
                       planned.event.id.to_string() + "\",\"eventType\":" + json_string(planned.event.event_type) +
                       ",\"eventVersion\":" + std::to_string(planned.event.event_version) + ",\"expected\":\"" +
                       planned.expected.to_string() + "\"}",
          .reason = request.reason,
          .by = request.by};
}

/// By the rules that the log itself goes by, which come first there too.
void must_be_appendable(const planned_append& planned, const std::string& stream_type) {
  must_keep_rules(batch_of(planned));
  const envelope& event = planned.event;
  if (stream_type.empty() || event.aggregate_type == stream_type) return;
  append_refused refused{};
  refused.why = append_refused::reason::invalid;
  refused.stream = event.aggregate_id;
  refused.event = event.id;
  refused.detail = "the stream's aggregate type is " + stream_type + ", not " + event.aggregate_type;
  throw append_not_done(refused);
}

}  // namespace

planned_append plan_event_append(const operation_request& request, log_reader& log, const runtime& runtime,
                                 const event_check& check) {
  // What is wrong with the reason is told before anything is asked.
  static_cast<void>(audit_of({.name = request.operation, .reason = request.reason, .by = request.by}, runtime));
  const std::string stream = request.argument("stream");
  const auto argument = request.arguments.find("event");
  const std::string_view text = argument == request.arguments.end() ? std::string_view() : argument->second;
  if (stream.empty()) refuse("no stream is named");
  if (stream == audit_stream)
    refuse("the stream is Whence's own", "what operators did is written by what they did it with");
  must_only_have(request, {"stream", "event", "expected"});
  const given_members given = members_of(text);
  const std::optional<envelope> stored = given.id ? stored_under(*given.id, log) : std::nullopt;
  const std::string stream_type = type_of_stream(log, stream);

  planned_append planned;
  planned.event = completed(text, given.names, stream, stream_type, stored, request.by.program, runtime);
  envelope& event = planned.event;
  if (event.aggregate_id != stream)
    refuse("the event names another stream", "its aggregateId is " + event.aggregate_id + ", and not " + stream);
  if (is_audit(event.aggregate_type)) refuse("the aggregate type " + event.aggregate_type + " is Whence's own");
  const stream_version head = log.stream_head(stream);
  planned.expected = expected_of(request.argument("expected"), head);
  planned.version = head.next();
  if (stored) {
    append_refused reused{};
    reused.why = append_refused::reason::event_id_reused;
    reused.stream = stream;
    reused.event = event.id;
    if (!same(event, *stored)) throw event_id_reused(reused);
    planned.version = *stored->version;
    planned.at = *stored->position;
    return planned;
  }
  must_be_appendable(planned, stream_type);
  if (!planned.expected.met_by(head)) {
    append_refused conflict{};
    conflict.why = append_refused::reason::version_conflict;
    conflict.stream = stream;
    conflict.expected = planned.expected;
    conflict.actual = head;
    throw version_conflict(conflict);
  }
  if (check) {
    check(event);
    planned.is_checked = true;
  }
  return planned;
}

std::string json_of(const planned_append& planned, std::string_view state) {
  const envelope& event = planned.event;
  std::string out = "{\"state\":\"" + std::string(state) + "\",\"stream\":" + json_string(event.aggregate_id);
  out += ",\"aggregateType\":" + json_string(event.aggregate_type);
  out += ",\"eventId\":\"" + event.id.to_string() + "\",\"eventType\":" + json_string(event.event_type);
  out += ",\"eventVersion\":" + std::to_string(event.event_version);
  out += ",\"expected\":\"" + planned.expected.to_string() + "\"";
  out += ",\"streamVersion\":" + std::to_string(planned.version.value());
  out += ",\"globalPosition\":" + (planned.is_there() ? std::to_string(planned.at.value()) : std::string("null"));
  out += ",\"checked\":" + std::string(planned.is_checked ? "true" : "false");
  if (state == "planned") out += ",\"event\":" + json_string(to_json(event));
  return out + "}";
}

std::span<const result_form> event_append_results() {
  using enum member_kind;
  static constexpr result_member event[] = {
      {"stream", text},          {"aggregateType", text},  {"eventId", text},
      {"eventType", text},       {"eventVersion", number}, {"expected", text},
      {"streamVersion", number}, {"checked", flag},        {"globalPosition", number}};
  static constexpr result_member planned[] = {{"stream", text},          {"aggregateType", text},  {"eventId", text},
                                              {"eventType", text},       {"eventVersion", number}, {"expected", text},
                                              {"streamVersion", number}, {"checked", flag},        {"event", text}};
  static constexpr result_form forms[] = {
      {"planned", true, planned}, {"there", true, event}, {"there", false, event}, {"appended", false, event}};
  return forms;
}

async<std::string> append_event(operation_request request, std::shared_ptr<log> log, runtime runtime,
                                event_check check) {
  planned_append planned = plan_event_append(request, *log, runtime, check);
  stream_append audit = audit_of(operation_of(request, planned), runtime);
  if (planned.is_there()) co_return json_of(planned, "there");
  if (request.dry_run) co_return json_of(planned, "planned");
  append_batch with_audit = batch_of(planned);
  with_audit.streams.push_back(std::move(audit));
  std::string_view state = "appended";
  async<append_outcome> sent = log->append(std::move(with_audit));
  append_outcome outcome = co_await std::move(sent);
  if (const append_refused* const refused = outcome.refused();
      refused != nullptr && refused->why == append_refused::reason::event_id_reused) {
    // Somebody has appended it since it was looked for: what was left out of it is taken from there, as ever.
    const planned_append found = plan_event_append(request, *log, runtime, check);
    if (found.is_there()) co_return json_of(found, "there");
    // Not to be found yet. Alone, it is a repeat, or another event.
    async<append_outcome> again = log->append(batch_of(planned));
    outcome = co_await std::move(again);
    state = "there";
  }
  planned.at = outcome.value().first;
  if (const std::optional<event_page> page = page_with(planned.at, *log)) planned.version = page->front().version;
  co_return json_of(planned, state);
}

}  // namespace whence::inline v0
