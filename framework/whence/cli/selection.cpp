#include <whence/cli/selection.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include <whence/cli/failure.hpp>
#include <whence/cli/near_words.hpp>
#include <whence/cli/program_name.hpp>
#include <whence/cli/shortened_id.hpp>
#include <whence/cli/time_text.hpp>
#include <whence/store/log_errors.hpp>

namespace whence::inline v0::cli {
namespace {

const shortened_id::place of_events{
    [](const recorded_event& event) { return std::array{event.id.value(), uuid(), uuid()}; },
    [](const recorded_event& event, std::size_t) { return event_candidate(event); }};
const shortened_id::place of_correlations{
    [](const recorded_event& event) { return std::array{event.correlation.value(), uuid(), uuid()}; },
    [](const recorded_event& event, std::size_t) {
      return found_ids::candidate{event.correlation.value(), "correlation", "of " + event_candidate(event).what};
    }};
const shortened_id::place of_causes{
    [](const recorded_event& event) { return std::array{event.causation.value(), uuid(), uuid()}; },
    [](const recorded_event& event, std::size_t) {
      return found_ids::candidate{event.causation.value(), "cause", std::string(event.causation_type)};
    }};

/// The one id in the log that the pattern stands for.
/// Throws   not_in_log (`event.missing`): none. `what` says which, `look`, with an id behind it, is a command line that looks
///          for it, `again` one that does what was asked for; id_ambiguous.
uuid resolve(const selection& within, log_reader& log, const id_pattern& pattern, const shortened_id::place& where,
             const std::string& what, const std::string& look, const std::string& again) {
  if (pattern.whole()) return pattern.id();
  shortened_id search(log, {}, within.to);  // --from takes events out of those that are found
  const auto found = search.find_one(pattern, where, again);
  if (found) return *found;
  throw not_in_log("event.missing",
                   {.what = what,
                    .where = {},
                    .why = search.why_not_found(),
                    .remedy = search.begun_late_at() ? search.further_back(look + " " + shell_word(pattern.text()))
                                                     : "whence event list --reverse --limit 10"});
}

std::vector<uuid> ids_from(const selection& within, const request& request, std::string_view flag, log_reader& log,
                           const shortened_id::place& where) {
  std::vector<uuid> ids;
  for (const std::string& text : request.listed(flag)) {
    const std::string look = "whence event list " + std::string(flag);
    ids.push_back(resolve(within, log, id_pattern(flag, text), where,
                          "no event has " + std::string(flag.substr(2)) + " id \"" + text + "\"", look, look));
  }
  return ids;
}

/// Bounds that stand the wrong way round leave nothing, and are hardly meant so.
void must_be_in_order(const request& request, const selection& wanted) {
  constexpr std::string_view remedy = "change the two; --reverse alone says which comes first";
  if (request.has("--from") && request.has("--to") && wanted.to < wanted.from) {
    throw usage_error("value", "--from " + *request.value("--from") + " comes after --to " + *request.value("--to"),
                      std::string(remedy));
  }
  if (wanted.since && wanted.until && *wanted.until < *wanted.since) {
    throw usage_error("value",
                      "--since " + *request.value("--since") + " comes after --until " + *request.value("--until"),
                      std::string(remedy));
  }
}

/// Narrows the positions to the times. Events are judged by their own times in any case: this only spares reading.
void narrow(selection& wanted, log_reader& log) {
  try {
    if (wanted.since) wanted.from = std::max(wanted.from, first_recorded(log, *wanted.since, false));
    if (wanted.until) {
      const global_position beyond = first_recorded(log, *wanted.until, true);
      wanted.to = std::min(wanted.to, global_position{beyond.value() - 1});
    }
  } catch (const log_damaged&) {
    // What comes before the damage is shown, and then it is said.
  }
}

template <class List, class Value>
bool among(const List& list, const Value& value) {
  return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
}

/// One of the tags is what a pattern asks for.
bool has_a_tag(const recorded_event& event, const std::vector<std::string>& patterns) {
  if (patterns.empty()) return true;
  return std::any_of(patterns.begin(), patterns.end(), [&event](const std::string& pattern) {
    return std::any_of(event.tags.begin(), event.tags.end(),
                       [&pattern](std::string_view tag) { return matches_pattern(pattern, tag); });
  });
}

void for_each_event(log_reader& log, const std::function<bool(const recorded_event&)>& visit) {
  const global_position head = log.head();
  for (global_position at; at < head;) {
    const event_page page = log.read(at);
    for (const recorded_event& event : page) {
      if (!visit(event)) return;
    }
    if (page.scanned_to() <= at) return;
    at = page.scanned_to();
  }
}

/// Streams whose names are one or two slips away from this one, as far as the beginning of the log tells.
std::string similar_streams(log_reader& log, const std::string& stream) {
  constexpr std::size_t slips_max = 2;
  constexpr std::size_t names_max = 3;
  constexpr global_position looked_at{100'000};
  std::vector<std::pair<std::size_t, std::string>> near;
  try {
    for_each_event(log, [&](const recorded_event& event) {
      if (event.version != stream_version{1}) return event.position < looked_at;
      const std::size_t slips = edit_distance(stream, event.stream, slips_max);
      if (slips <= slips_max) {
        near.emplace_back(slips, std::string(event.stream));
        std::sort(near.begin(), near.end());
        if (near.size() > names_max) near.pop_back();
      }
      return event.position < looked_at;
    });
  } catch (const log_damaged&) {
    // A hint is not worth another error.
  }
  std::string names;
  for (const auto& [slips, name] : near) {
    const std::uint64_t events = log.stream_head(name).value();
    names +=
        (names.empty() ? "" : ", ") + name + " (" + std::to_string(events) + (events == 1 ? " event)" : " events)");
  }
  return names;
}

}  // namespace

std::optional<event_link> selection::link() const {
  // A nil id links nothing; events without a cause have it all the same.
  const auto one_in = [](const std::vector<uuid>& ids) { return ids.size() == 1 && !ids.front().is_nil(); };
  if (one_in(causations)) return event_link::causation(causation_id(causations.front()));
  if (one_in(correlations)) return event_link::correlation(correlation_id(correlations.front()));
  if (tags.size() == 1 && tags.front().find('*') == std::string::npos) return event_link::tag(tags.front());
  return std::nullopt;
}

global_position first_recorded(log_reader& log, timestamp time, bool after) {
  std::uint64_t low = 1;
  std::uint64_t high = log.head().value() + 1;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const event_page page = log.read(global_position{middle - 1}, {}, {.events = 1, .bytes = 1, .scanned = 1});
    if (page.empty()) break;
    const timestamp recorded = page.front().recorded_at;
    if (after ? recorded > time : recorded >= time) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return global_position{low};
}

bool selection::wants(const recorded_event& event) const {
  return among(streams, event.stream) && aggregates.match(event.aggregate_type) && types.match(event.type) &&
         among(correlations, event.correlation.value()) && among(causations, event.causation.value()) &&
         (!since || event.recorded_at >= *since) && (!until || event.recorded_at <= *until) && has_a_tag(event, tags) &&
         std::all_of(where.begin(), where.end(), [&event](const where_clause& one) { return one.fits(event); });
}

selection selection_from(const request& request, log_reader& log, timestamp now) {
  selection wanted;
  wanted.streams = request.values("--stream");
  wanted.aggregates = name_patterns(request.listed("--aggregate"));
  wanted.types = name_patterns(request.listed("--type"));
  wanted.tags = request.values("--tag");
  for (const std::string& clause : request.values("--where")) wanted.where.emplace_back(clause);
  wanted.from = global_position{request.number("--from").value_or(1)};
  wanted.to = global_position{request.number("--to").value_or(UINT64_MAX)};
  if (const auto since = request.value("--since")) wanted.since = time_from("--since", *since, now);
  if (const auto until = request.value("--until")) wanted.until = time_up_to("--until", *until, now);
  wanted.reverse = request.has("--reverse");
  must_be_in_order(request, wanted);

  for (const std::string& stream : wanted.streams) require_stream(log, stream);
  wanted.correlations = ids_from(wanted, request, "--correlation", log, of_correlations);
  wanted.causations = ids_from(wanted, request, "--causation", log, of_causes);
  if (const auto id = request.value("--event")) {
    const global_position position = find_event(log, id_pattern("--event", *id), "whence event list --event", wanted);
    wanted.from = std::max(wanted.from, position);
    wanted.to = std::min(wanted.to, position);
  }
  narrow(wanted, log);
  return wanted;
}

global_position find_event(log_reader& log, const id_pattern& pattern, const std::string& command_line,
                           const selection& within) {
  const std::string missing = "there is no event " + pattern.text();
  const uuid id = resolve(within, log, pattern, of_events, missing, "whence event list --event", command_line);
  if (const auto position = log.find_event(event_id(id))) return *position;
  throw not_in_log("event.missing",
                   {.what = missing, .where = {}, .why = {}, .remedy = "whence event list --reverse --limit 10"});
}

void require_stream(log_reader& log, const std::string& stream) {
  if (!log.read_stream(stream, stream_version{1}, read_direction::forward, {.events = 1}).empty()) return;
  const std::string similar = similar_streams(log, stream);
  throw not_in_log("stream.missing", {.what = "stream \"" + stream + "\" does not exist",
                                      .where = {},
                                      .why = similar.empty() ? "" : "closest names: " + similar,
                                      .remedy = "whence stream list"});
}

}  // namespace whence::inline v0::cli
