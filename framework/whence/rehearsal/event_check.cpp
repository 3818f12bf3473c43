#include <whence/rehearsal/event_check.hpp>

#include <algorithm>
#include <exception>
#include <utility>

#include <whence/modelling/errors.hpp>
#include <whence/sql/error.hpp>
#include <whence/store/audit_event.hpp>
#include <whence/store/log_errors.hpp>

namespace whence::inline v0::detail {
namespace {

constexpr std::size_t page_events = 1'000;

std::tuple<std::string_view, std::string_view, std::uint32_t> kind_of(const recorded_event& event) {
  return {event.aggregate_type, event.type, event.type_version};
}

std::string place_and(const std::string& pointer, const std::string& problem) {
  return pointer.empty() ? problem : pointer + ": " + problem;
}

std::string sentence_of(const error& failure) {
  if (const auto* data = dynamic_cast<const decode_error*>(&failure)) return place_and(data->pointer, data->problem);
  if (const auto* upcast = dynamic_cast<const upcast_failed*>(&failure)) return "its upcaster: " + upcast->problem;
  if (const auto* version = dynamic_cast<const unknown_event_version*>(&failure))
    return "version " + std::to_string(version->found) + " is not known; of " + version->event_type +
           " this program knows version " + std::to_string(version->known);
  return failure.text().why.empty() ? failure.text().what : failure.text().what + ": " + failure.text().why;
}

}  // namespace

std::vector<stream_begin> event_check::check(global_position after, global_position to, rehearsal_counts& counts,
                                             kinds_of_events& kinds) {
  std::vector<stream_begin> begins;
  while (after < to) {
    const std::uint64_t left = to.value() - after.value();
    const event_page page = today_.stored().read(after, {}, {.events = std::min<std::uint64_t>(left, page_events)});
    for (const recorded_event& event : page)
      if (event.version == stream_version{1})
        begins.push_back({event.position, std::string(event.stream), std::string(event.aggregate_type)});
    check_page(page, after, counts, kinds);
    if (page.scanned_to() == after) break;
    after = page.scanned_to();
  }
  return begins;
}

void event_check::check_page(const event_page& stored, global_position after, rehearsal_counts& counts,
                             kinds_of_events& kinds) {
  std::vector<seen> page;
  page.reserve(stored.size());
  for (const recorded_event& event : stored) page.push_back({.stored = &event});
  if (&today_.stored() == &today_) {
    read_as_stored(page);
  } else {
    read_as_today(page, after);
  }
  for (seen& each : page) {
    const recorded_event& event = *each.stored;
    auto known = kinds.find(kind_of(event));
    if (known == kinds.end())
      known = kinds.emplace(kind_key(event.aggregate_type, event.type, event.type_version), kind_counts{}).first;
    kind_counts& kind = known->second;
    ++counts.events;
    ++kind.events;
    if (kind.first == 0) kind.first = event.position.value();
    kind.handled = kind.handled || each.handled;
    if (!each.handled) ++counts.not_handled;
    if (!each.wrong) {
      count_what_was_made(each, kind);
      continue;
    }
    ++counts.broken;
    ++kind.broken;
    if (kind.first_broken == 0) kind.first_broken = event.position.value();
    findings_.add({.what = rehearsal_finding::kind::event,
                   .position = event.position,
                   .stream = std::string(event.stream),
                   .version = event.version,
                   .aggregate_type = std::string(event.aggregate_type),
                   .event_type = std::string(event.type),
                   .event_version = event.type_version,
                   .code = std::move(each.wrong->code),
                   .detail = std::move(each.wrong->detail)});
  }
}

void event_check::read_as_stored(std::vector<seen>& page) {
  for (seen& each : page) {
    each.told = true;
    look_at(*each.stored, each);
  }
}

void event_check::count_what_was_made(const seen& each, kind_counts& kind) {
  if (each.told && !each.other) return;
  ++kind.otherwise;
  if (!each.told && !is_merged_with_next(*each.stored)) ++kind.left_out;
}

/// Of an event of which nothing is read.
bool event_check::is_merged_with_next(const recorded_event& event) {
  const upcasters& through = types_.upcasters();
  const auto is_merge = [](const upcast_way& way) { return !way.next.name.empty(); };
  const std::vector<upcast_way> onward = through.ways_from({event.type, event.type_version});
  if (std::ranges::none_of(onward, is_merge)) return false;
  if (std::ranges::all_of(onward, is_merge)) return true;
  // By itself it is left out: the event behind it decides.
  const event_page next =
      today_.stored().read_stream(event.stream, event.version.next(), read_direction::forward, {.events = 1});
  if (next.empty()) return false;
  const auto form_of = [](const recorded_event& one) {
    return stored_event{.type = one.type, .version = one.type_version, .data = {}};
  };
  return through.merge(form_of(event), form_of(next.front()));
}

/// Past an event that cannot be upcast it is read on.
void event_check::read_as_today(std::vector<seen>& page, global_position after) {
  const auto at = [&page](global_position position) {
    return std::lower_bound(page.begin(), page.end(), position,
                            [](const seen& each, global_position wanted) { return each.stored->position < wanted; });
  };
  const global_position end = page.empty() ? after : page.back().stored->position;
  while (after < end) {
    try {
      const event_page today = today_.read(after, {}, {.events = page_events});
      for (const recorded_event& event : today) {
        const auto each = at(event.position);
        if (each == page.end()) break;
        each->told = true;
        each->other =
            each->other || event.type != each->stored->type || event.type_version != each->stored->type_version;
        look_at(event, *each);
      }
      if (today.scanned_to() == after) return;
      after = today.scanned_to();
    } catch (const sql::sql_error&) {
      throw;
    } catch (const log_damaged&) {
      throw;
    } catch (const error& failure) {
      const auto each = at(after.next());
      if (each == page.end()) return;
      each->wrong = fault{std::string(failure.code()), sentence_of(failure)};
      after = after.next();
    }
  }
}

/// Of several that one became, the first that is wrong is told.
void event_check::look_at(const recorded_event& event, seen& at) {
  const ways& known = ways_of(event);
  if (known.readings.empty() && !known.refused) at.handled = false;
  if (at.wrong) return;
  if (known.refused) {
    at.wrong = known.refused;
    return;
  }
  try {
    for (const data_reading read : known.readings) read(event.data, decoder_);
  } catch (const error& failure) {
    at.wrong = fault{std::string(failure.code()), sentence_of(failure)};
  } catch (const std::exception& failure) {
    at.wrong = fault{{}, std::string("reading it throws: ") + failure.what()};
  }
}

const event_check::ways& event_check::ways_of(const recorded_event& event) {
  const auto known = ways_.find(kind_of(event));
  if (known != ways_.end()) return known->second;
  return ways_.emplace(kind_key(event.aggregate_type, event.type, event.type_version), find_ways(event)).first->second;
}

event_check::ways event_check::find_ways(const recorded_event& event) const {
  ways found;
  if (is_audit(event.aggregate_type)) {  // Whence's own: no program lacks it
    found.readings.push_back(&take_as_stored);
    return found;
  }
  const auto add = [&](reading_of_event reading_of) {
    const data_reading reading = reading_of(event.type, event.type_version);
    if (reading != nullptr && std::ranges::find(found.readings, reading) == found.readings.end())
      found.readings.push_back(reading);
    return reading != nullptr;
  };
  try {
    const known_aggregate* const aggregate = types_.aggregate_named(event.aggregate_type);
    if (aggregate != nullptr && !add(aggregate->reading)) {
      found.refused = fault{"aggregate.unlisted_event", std::string(event.aggregate_type) + " does not list " +
                                                            std::string(event.type) + " among its events"};
      return found;
    }
    for (const known_projection& projection : types_.projections()) add(projection.reading);
  } catch (const error& failure) {
    found.refused = fault{std::string(failure.code()), sentence_of(failure)};
  }
  return found;
}

}  // namespace whence::inline v0::detail
