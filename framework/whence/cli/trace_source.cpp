#include <whence/cli/trace_source.hpp>

#include <algorithm>
#include <array>

#include <whence/cli/failure.hpp>
#include <whence/cli/selected_events.hpp>
#include <whence/cli/shortened_id.hpp>
#include <whence/store/log_errors.hpp>

namespace whence::inline v0::cli {

trace_subject trace_source::subject(const recorded_event& event) const {
  return {.what = trace_subject::kind::event,
          .id = event.id.value(),
          .correlation = event.correlation.value(),
          .seen_at = within_.from};
}

trace_subject trace_source::subject(const id_pattern& id, several allowed) {
  if (!id.whole()) return cut_subject(id, allowed);
  const trace_subject found = whole_subject(id.id());
  if (found.id.is_nil()) missing(id);
  return found;
}

/// Of nil id if nothing in the log has that one.
trace_subject trace_source::whole_subject(const uuid& id) {
  if (id.is_nil()) return {};
  if (const std::optional<traced_event> found = event(id)) {
    return {.what = trace_subject::kind::event,
            .id = id,
            .correlation = found->correlation.value(),
            .seen_at = within_.from};
  }
  const auto first_of = [this](selection wanted) -> std::optional<traced_event> {
    selected_events events(log_, std::move(wanted));
    const recorded_event* const first = events.next();
    return first == nullptr ? std::nullopt : std::optional<traced_event>(*first);
  };
  selection wanted = within_;
  wanted.correlations = {id};
  const std::optional<traced_event> followed = first_of(wanted);
  wanted.correlations.clear();
  wanted.causations = {id};
  const std::optional<traced_event> caused = first_of(wanted);
  if (followed) {
    // A command that somebody sent is its own first cause.
    return {.what = caused ? trace_subject::kind::command : trace_subject::kind::correlation,
            .id = id,
            .correlation = id,
            .seen_at = followed->position};
  }
  if (!caused) return {};
  return {.what = trace_subject::kind::command,
          .id = id,
          .correlation = caused->correlation.value(),
          .seen_at = within_.from};
}

/// Of the one id of an event, a command or a first cause that the pattern stands for, or of what several have in common.
trace_subject trace_source::cut_subject(const id_pattern& pattern, several allowed) {
  shortened_id search(log_, within_.from, within_.to);
  const found_ids found =
      search.find(pattern, {[](const recorded_event& event) {
                              return std::array{event.id.value(), event.causation.value(), event.correlation.value()};
                            },
                            [this](const recorded_event& event, std::size_t place) { return describe(event, place); }});
  if (found.candidates.size() == 1) return whole_subject(found.candidates.front().id);
  if (found.candidates.size() > 1) {
    if (found.correlation.is_nil() || allowed == several::are_ambiguous)
      throw_ambiguous(pattern, found, "whence trace");
    return {.what = trace_subject::kind::correlation,
            .id = found.correlation,
            .correlation = found.correlation,
            .seen_at = within_.from,
            .of_several = true};
  }
  if (!search.begun_late_at()) missing(pattern);
  throw not_in_log("trace.missing", {.what = "no event has to do with " + pattern.text(),
                                     .where = {},
                                     .why = search.why_not_found(),
                                     .remedy = search.further_back("whence trace " + pattern.text())});
}

/// The id at that place of an event: its own, that of its cause, its correlation.
found_ids::candidate trace_source::describe(const recorded_event& event, std::size_t place) {
  if (place == 0) return event_candidate(event);
  if (place == 2) return {event.correlation.value(), "correlation", "of " + event_candidate(event).what};
  const std::string cause(event.causation_type);
  return {event.causation.value(), is_event_type(cause) ? "event" : "command", cause};
}

void trace_source::missing(const id_pattern& id) const {
  throw not_in_log("trace.missing", {.what = "no event in the log has to do with " + id.text(),
                                     .where = {},
                                     .why = "it is no event's id, no correlation, and no command that led to an event; "
                                            "a command that was rejected leaves no trace",
                                     .remedy = "whence event list --reverse --limit 10"});
}

traced_events trace_source::events_of(const trace_subject& subject, std::size_t limit) {
  traced_events found;
  selection wanted = within_;
  wanted.from = std::max(wanted.from, subject.seen_at);
  if (subject.correlation.is_nil()) {
    if (std::optional<traced_event> itself = event(subject.id)) found.events.push_back(std::move(*itself));
    wanted.causations = {subject.id};  // its own effects, then: nothing else says what belongs together
  } else {
    wanted.correlations = {subject.correlation};
  }
  try {
    selected_events events(log_, std::move(wanted));
    while (const recorded_event* const event = events.next()) {
      if (found.events.size() == limit) {
        found.more = true;
        break;
      }
      found.events.emplace_back(*event);
    }
  } catch (const log_damaged&) {
    found.damage = std::current_exception();
  }
  return found;
}

std::optional<traced_event> trace_source::event(const uuid& id) {
  try {
    const std::optional<global_position> position = log_.find_event(event_id(id));
    if (!position) return std::nullopt;
    const event_page page = log_.read(global_position{position->value() - 1}, {}, {.events = 1, .scanned = 1});
    return page.empty() ? std::nullopt : std::optional<traced_event>(page.front());
  } catch (const log_damaged&) {
    return std::nullopt;
  }
}

bool trace_source::is_event_type(std::string_view type) {
  constexpr std::size_t types_asked_max = 20;
  for (const auto& [name, known] : known_types_) {
    if (name == type) return known;
  }
  if (known_types_.size() == types_asked_max) return false;
  bool found = false;
  try {
    found = !log_.read({}, {.aggregate_types = {}, .event_types = {std::string(type)}},
                       {.events = 1, .bytes = 1, .scanned = 10'000})
                 .empty();
  } catch (const log_damaged&) {
    // Not found, then.
  }
  known_types_.emplace_back(type, found);
  return found;
}

}  // namespace whence::inline v0::cli
