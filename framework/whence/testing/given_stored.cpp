#include <whence/testing/given_stored.hpp>

#include <optional>

#include <whence/core/error.hpp>
#include <whence/store/log_source.hpp>
#include <whence/testing/event_differences.hpp>
#include <whence/testing/recorded_history.hpp>
#include <whence/testing/report_failure.hpp>
#include <whence/testing/shown_text.hpp>
#include <whence/upcasting/errors.hpp>

namespace whence::testing::inline v0 {
namespace {

/// An event as it was read, with its own bytes.
struct read_event {
  std::string stream;
  std::string type;
  std::uint32_t version = 1;
  std::string data;
  global_position position;

  event_type its_type() const { return {type, version}; }
};

struct refusal {
  std::string code;
  std::string problem;
  global_position position;
};

/// Everything up to the end, or up to what is refused.
struct reading {
  std::vector<read_event> events;
  std::optional<refusal> refused;
};

class history_reader {
 public:
  explicit history_reader(const detail::history& past) : past_(past) {}

  reading read(const log_source& recorded) const {
    const auto log = recorded.visit(stopped_runtime());
    reading all;
    global_position after;
    try {
      for (bool more = true; more;) {
        const event_page page = log->read(after);
        for (const recorded_event& event : page) {
          if (const auto today = past_.through->version_of_today(event.type);
              today != 0 && today != event.type_version) {
            const unknown_event_version unknown(std::string(event.type), event.type_version, today);
            all.refused = {std::string(unknown.code()), unknown.what(), event.position};
            return all;
          }
          all.events.push_back({std::string(event.stream), std::string(event.type), event.type_version,
                                std::string(event.data), event.position});
        }
        after = page.scanned_to();
        more = !page.at_end();
      }
    } catch (const upcast_failed& failed) {
      all.refused = {std::string(failed.code()), failed.problem, after.next()};
    }
    return all;
  }

  /// What upcasters made on the way to what is read of the event at this position; it may be the second of two.
  std::vector<upcast_step> steps_to(global_position position) const {
    const given_event& event = at(position);
    for (std::size_t i = position.value() - 1; i-- > 0;) {
      const given_event& before = past_.events[i];
      if (before.stream_name() != event.stream_name()) continue;
      if (past_.through->merge(stored_form(before), stored_form(event)))
        return past_.through->steps(stored_form(before), stored_form(event));
      break;
    }
    return past_.through->steps(stored_form(event));
  }

  const given_event& at(global_position position) const { return past_.events.at(position.value() - 1); }

  /// "event 2, OrderPlaced version 1 in order-1"
  std::string named(global_position position) const {
    const given_event& event = at(position);
    return "stored event " + std::to_string(position.value()) + ", " + event.type + " version " +
           std::to_string(event.version) + " in " + event.stream_name();
  }

 private:
  static stored_event stored_form(const given_event& event) {
    return {.type = event.type, .version = event.version, .data = event.data};
  }

  const detail::history& past_;
};

std::string with_version(const event_type& type) {
  return std::string(type.name) + " version " + std::to_string(type.version);
}

/// "the upcaster from OrderPlaced version 2 to OrderPlaced version 3"
std::string named(const upcast_step& step) {
  std::string from = with_version(step.from);
  if (!step.next.name.empty()) from.append(" and ").append(with_version(step.next));
  return "the upcaster from " + from + (step.to.name.empty() ? "" : " to " + with_version(step.to));
}

std::string lines_of(const refusal& refused, const history_reader& reader) {
  std::string text = "\n  " + reader.named(refused.position) + ": " + refused.problem + " [" + refused.code + "]";
  const std::vector<upcast_step> steps = reader.steps_to(refused.position);
  if (!steps.empty() && !steps.back().problem.empty()) {
    text += "\n  that is what " + named(steps.back()) + " said";
    if (steps.size() > 1) text += ", of: " + shown(steps[steps.size() - 2].data);
  }
  return text + "\n  stored: " + shown(reader.at(refused.position).data);
}

/// What is wrong with an event that cannot be read as its type of today.
std::string lines_of(const decode_error& wrong, const read_event& event, const history_reader& reader) {
  std::string text = wrong.pointer.empty() ? wrong.problem : wrong.pointer + ": " + wrong.problem;
  const std::vector<upcast_step> steps = reader.steps_to(event.position);
  for (const upcast_step& step : steps) {
    if (with_version(step.to) != with_version(event.its_type()) || step.data != event.data) continue;
    text += "\n  that is what " + named(step) + " made: " + shown(step.data);
    break;
  }
  return text + "\n  " + (steps.empty() ? "as it is " : "") + "stored: " + shown(reader.at(event.position).data);
}

/// The expected event that says how events of that name are read; null: none does.
const given_event* typed(const std::vector<given_event>& expected, const read_event& event) {
  for (const given_event& one : expected)
    if (one.read_and_write != nullptr && one.type == event.type && one.version == event.version) return &one;
  return nullptr;
}

std::vector<compared_event> as_compared(const std::vector<read_event>& events) {
  std::vector<compared_event> compared;
  compared.reserve(events.size());
  for (const read_event& event : events) compared.push_back({event.its_type(), event.data, event.stream});
  return compared;
}

/// In the words in which their types write them. False: one cannot be read, which is reported.
bool read_by_types(std::vector<read_event>& events, const std::vector<given_event>& expected,
                   const history_reader& reader, const std::source_location& where) {
  for (read_event& event : events) {
    const given_event* const as = typed(expected, event);
    if (!as) continue;
    try {
      event.data = as->read_and_write(event.data);
    } catch (const decode_error& wrong) {
      report_failure(reader.named(event.position) + ", cannot be read as " + with_version(event.its_type()) + "\n  " +
                         lines_of(wrong, event, reader),
                     where);
      return false;
    }
  }
  return true;
}

}  // namespace

void upcast_history::check(const std::vector<given_event>& expected, const std::source_location& where) const {
  const auto recorded = record_or_report(past(), where);
  if (!recorded) return;
  const history_reader reader(past());
  reading found = reader.read(*recorded);
  if (!read_by_types(found.events, expected, reader, where)) return;
  const std::vector<compared_event> wanted = as_compared(expected);
  const difference_list differences = event_differences(wanted, as_compared(found.events));
  if (found.refused) {
    report_failure("a stored event was refused; " + count_expected(expected.size()) + lines_of(*found.refused, reader) +
                       differences.text(),
                   where);
  } else if (!differences.empty()) {
    report_failure("other events are read today than expected" + differences.text(), where);
  } else {
    report_met();
  }
}

const upcast_history& upcast_history::then_nothing(std::source_location where) const {
  const auto recorded = record_or_report(past(), where);
  if (!recorded) return *this;
  const history_reader reader(past());
  const reading found = reader.read(*recorded);
  const std::vector<compared_event> read = as_compared(found.events);
  if (found.refused) {
    report_failure(
        "a stored event was refused; nothing was expected to be read any more" + lines_of(*found.refused, reader),
        where);
  } else if (!read.empty()) {
    report_failure(
        "nothing was expected to be read any more" + event_differences(std::vector<compared_event>{}, read).text(),
        where);
  } else {
    report_met();
  }
  return *this;
}

void upcast_history::check_refusal(std::string_view code, const std::string_view* problem,
                                   const std::source_location& where) const {
  const auto recorded = record_or_report(past(), where);
  if (!recorded) return;
  const history_reader reader(past());
  const reading found = reader.read(*recorded);
  if (!found.refused) {
    report_failure("all stored events were read; one was expected to be refused: " + std::string(code) +
                       event_differences(std::vector<compared_event>{}, as_compared(found.events)).text(),
                   where);
    return;
  }
  std::string difference;
  if (found.refused->code != code)
    difference = "\n  code: expected " + std::string(code) + ", found " + found.refused->code;
  else if (problem && found.refused->problem != *problem)
    difference = "\n  problem: expected " + std::string(*problem) + ", found " + found.refused->problem;
  if (difference.empty()) return report_met();
  report_failure(
      "a stored event was refused in another way than expected" + difference + lines_of(*found.refused, reader), where);
}

const upcast_history& upcast_history::then_refused(std::string_view code, std::source_location where) const {
  check_refusal(code, nullptr, where);
  return *this;
}

const upcast_history& upcast_history::then_refused(std::string_view code, std::string_view problem,
                                                   std::source_location where) const {
  check_refusal(code, &problem, where);
  return *this;
}

log_source stored_history::as_log(std::source_location where) const {
  return record_or_report({events_}, where).value_or(memory());
}

}  // namespace whence::testing::inline v0
