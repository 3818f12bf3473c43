#include <whence/core/error.hpp>
#include <whence/serialization/json.hpp>
#include <whence/testing/detail/aggregate_story.hpp>
#include <whence/testing/event_differences.hpp>
#include <whence/testing/report_failure.hpp>

namespace whence::testing::inline v0::detail {
namespace {

/// Empty if both are the same decision.
difference_list decision_differences(const whence::detail::decision& first, const whence::detail::decision& second) {
  difference_list list = event_differences(first.events, second.events);
  if (first.refusal != second.refusal) {
    list.add("first: " + (first.refusal ? "rejected, " + shown_refusal(*first.refusal) : std::string("accepted")));
    list.add("then: " + (second.refusal ? "rejected, " + shown_refusal(*second.refusal) : std::string("accepted")));
  }
  return list;
}

bool finds(const event_query& query, const decided_event& event) {
  const std::vector<std::string_view> tags(event.tags.begin(), event.tags.end());
  recorded_event recorded;
  recorded.type = event.type.name;
  recorded.tags = tags;
  return query.matches(recorded);
}

}  // namespace

bool aggregate_story::apply(const state& to, const decided_event& event, const std::source_location& where) {
  const stored_event stored{.type = event.type.name, .version = event.type.version, .data = event.data};
  json_decoder decoder;
  try {
    facts_->apply(to.get(), stored, decoder);
    return true;
  } catch (const decode_error& problem) {
    broken_ = true;
    report_failure(std::string(event.type.name) + " cannot be read back from its JSON\n  " + problem.what() + "\n  " +
                       shown_event(event),
                   where);
    return false;
  }
}

aggregate_story::state aggregate_story::fold(const event_query& query, const std::source_location& where) {
  state folded(facts_->create(), facts_->destroy);
  for (const decided_event& event : past_) {
    if (!finds(query, event)) continue;
    if (!apply(folded, event, where)) return {nullptr, facts_->destroy};
  }
  return folded;
}

void aggregate_story::settle() {
  past_.insert(past_.end(), decided_.begin(), decided_.end());
  decided_.clear();
  commands_.clear();
  refusal_.reset();
}

void aggregate_story::when(std::string_view command_name, const void* command, decider by,
                           const std::source_location& where) {
  if (refusal_) {
    report_failure(last_command_ + " was rejected before " + std::string(command_name) +
                       " was tried; if that is right, say `then_rejected` first\n  " + shown_refusal(*refusal_),
                   where);
    settle();
  }
  commands_.append(commands_.empty() ? "" : ", ").append(command_name);
  last_command_ = command_name;
  if (broken_) return;

  aggregate_story now = *this;
  now.settle();
  const state before = now.fold(by.query ? by.query(command) : event_query::all(), where);
  broken_ = now.broken_;
  if (broken_) return;
  auto decision = by.decide(before.get(), command);
  const difference_list differences = decision_differences(decision, by.decide(before.get(), command));
  if (!differences.empty())
    report_failure(std::string(command_name) +
                       " was decided twice, and differently: `decide` takes nothing from anywhere but its arguments" +
                       differences.text(),
                   where);
  for (const decided_event& event : decision.events) {
    if (!apply(before, event, where)) return;
    decided_.push_back(event);
  }
  refusal_ = std::move(decision.refusal);
}

bool aggregate_story::was_rejected(const std::string& expectation, const std::string& details,
                                   const std::source_location& where) {
  if (!refusal_) return false;
  report_failure(last_command_ + " was rejected; " + expectation + "\n  " + shown_refusal(*refusal_) + details, where);
  return true;
}

void aggregate_story::then(const std::vector<decided_event>& expected, const std::source_location& where) {
  if (broken_) return;
  const difference_list differences = event_differences(expected, decided_);
  if (!was_rejected(count_expected(expected.size()), differences.text(), where)) {
    if (differences.empty()) {
      report_met();
    } else {
      report_failure(commands_ + " caused other events than expected" + differences.text(), where);
    }
  }
  settle();
}

void aggregate_story::then_nothing(const std::source_location& where) {
  if (broken_) return;
  if (!was_rejected("it was expected to be accepted and to cause nothing", {}, where)) {
    if (decided_.empty()) {
      report_met();
    } else {
      report_failure(commands_ + " was expected to cause nothing" + event_differences({}, decided_).text(), where);
    }
  }
  settle();
}

void aggregate_story::then_rejected(const rejected& expected, bool whatever_message,
                                    const std::source_location& where) {
  if (broken_) return;
  if (!refusal_) {
    report_failure(last_command_ + " was accepted; it was expected to be rejected: " + expected.code +
                       event_differences({}, decided_).text(),
                   where);
  } else {
    difference_list differences;
    if (refusal_->code != expected.code)
      differences.add("code: expected " + expected.code + ", found " + shown_refusal(*refusal_));
    else if (!whatever_message && refusal_->message != expected.message)
      differences.add("message: expected \"" + expected.message + "\", found \"" + refusal_->message + "\"");
    if (differences.empty()) {
      report_met();
    } else {
      report_failure(last_command_ + " was rejected in another way than expected" + differences.text(), where);
    }
  }
  settle();
}

void aggregate_story::then_state(look_function call, void* look, const std::source_location& where) {
  if (broken_) return;
  const bool rejected = was_rejected("the state after it was asked for", {}, where);
  settle();
  if (rejected) return;
  const state now = fold(event_query::all(), where);
  if (now) call(look, now.get());
}

}  // namespace whence::testing::inline v0::detail
