#include <whence/testing/application_run.hpp>

#include <algorithm>
#include <functional>

#include <whence/core/simulation.hpp>
#include <whence/store/trace_tree.hpp>
#include <whence/testing/event_differences.hpp>
#include <whence/testing/recorded_history.hpp>
#include <whence/testing/report_failure.hpp>
#include <whence/testing/row_check.hpp>
#include <whence/testing/run_trace.hpp>

namespace whence::testing::inline v0 {

struct happened::parts {
  std::string cause;    ///< "PlaceOrder", "the time that passed"
  std::string problem;  ///< why it has not settled; empty: it has
  std::optional<rejected> refusal;
  std::vector<happened_event> events;
  std::string trace;
};

namespace {

std::vector<compared_event> as_compared(const std::vector<happened_event>& events) {
  std::vector<compared_event> compared;
  compared.reserve(events.size());
  for (const happened_event& event : events)
    compared.push_back({{event.type, event.type_version}, event.data, event.stream});
  return compared;
}

std::string shown_events(const std::vector<happened_event>& events) {
  const std::vector<compared_event> found = as_compared(events);
  return event_differences(std::vector<compared_event>{}, found).text();
}

}  // namespace

bool happened::has_settled(const std::source_location& where) const {
  if (parts_->problem.empty()) return true;
  report_failure(parts_->cause + parts_->problem, where);
  return false;
}

void happened::check(const std::vector<given_event>& expected, const std::source_location& where) const {
  if (!has_settled(where)) return;
  const std::vector<compared_event> wanted = as_compared(expected);
  const difference_list differences = event_differences(wanted, as_compared(parts_->events));
  if (parts_->refusal)
    report_failure(parts_->cause + " was rejected; " + count_expected(expected.size()) + "\n  " +
                       shown_refusal(*parts_->refusal) + differences.text(),
                   where);
  else if (!differences.empty())
    report_failure(parts_->cause + " caused other events than expected" + differences.text(), where);
  else
    report_met();
}

const happened& happened::then_nothing(std::source_location where) const {
  if (!parts_->events.empty() && has_settled(where)) {
    report_failure(parts_->cause + " was expected to cause nothing" + shown_events(parts_->events), where);
    return *this;
  }
  return then_accepted(where);
}

const happened& happened::then_accepted(std::source_location where) const {
  if (!has_settled(where)) return *this;
  if (parts_->refusal)
    report_failure(
        parts_->cause + " was rejected; it was expected to be accepted\n  " + shown_refusal(*parts_->refusal), where);
  else
    report_met();
  return *this;
}

const happened& happened::then_rejected(std::string_view code, std::source_location where) const {
  if (!has_settled(where)) return *this;
  if (!parts_->refusal)
    report_failure(parts_->cause + " was accepted; it was expected to be rejected: " + std::string(code) +
                       shown_events(parts_->events),
                   where);
  else if (parts_->refusal->code != code)
    report_failure(parts_->cause + " was rejected in another way than expected\n  code: expected " + std::string(code) +
                       ", found " + shown_refusal(*parts_->refusal),
                   where);
  else
    report_met();
  return *this;
}

const std::vector<happened_event>& happened::events() const noexcept { return parts_->events; }
const rejected* happened::rejection() const noexcept { return parts_->refusal ? &*parts_->refusal : nullptr; }
bool happened::settled() const noexcept { return parts_->problem.empty(); }
std::string happened::trace() const { return parts_->trace; }

/// Owns     in the order in which they end: the subscriptions, the application, the simulation.
struct application_run::parts {
  parts(application_builder builder, const run_options& chosen)
      : options(chosen),
        simulation(chosen.seed),
        app(std::move(builder).running_on(simulation.runtime()).stopping_within(std::chrono::nanoseconds{0}).start()),
        traced(app.log()) {
    // What the run says of who has failed need not stand on stderr too.
    simulation.runtime().executor->on_report([this](const std::exception_ptr& failure) {
      const auto is_of = [&failure](const follower_standing& each) { return each.failure == failure; };
      if (std::ranges::none_of(standings(), is_of)) executor::report_to_stderr(failure);
    });
  }

  ~parts() {
    simulation.runtime().executor->on_report({});
    // What is ready comes to its end: a stop waits for commands on their way, and nobody would run them.
    for (std::size_t steps = 0; steps < options.steps_max && simulation.run_one(); ++steps) {
    }
    followers.clear();
    app.stop();
    simulation.end();  // while what those who still wait refer to is there
  }

  enum class verdict { settled, not_yet, never };
  enum class ending { settled, failed, idle, too_many_steps, too_much_time };

  /// Runs until `judge` says that it has settled, or never will; it is asked whenever nothing is ready. Not beyond `until`.
  ending run(const std::function<verdict()>& judge, std::chrono::nanoseconds until) {
    for (std::size_t steps = 0;; ++steps) {
      if (steps > options.steps_max) return ending::too_many_steps;
      if (simulation.run_one()) continue;
      const verdict now = judge();
      if (now != verdict::not_yet) return now == verdict::settled ? ending::settled : ending::failed;
      if (simulation.run_one()) continue;  // to be asked may set something going
      const auto due = simulation.next_due();
      if (!due) return ending::idle;
      if (*due > until) return ending::too_much_time;
      simulation.skip_to_next();
    }
  }

  std::chrono::nanoseconds now() const { return simulation.runtime().clock->elapsed(); }

  std::vector<follower_standing> standings() const {
    std::vector<follower_standing> all;
    for (const projection_standing& each : app.projections()) all.push_back(standing_of(each));
    for (const run_follower& each : followers) all.push_back(each.standing());
    return all;
  }

  /// Calls `look(const recorded_event&)` with what happened since it began, of this first cause or of any.
  template <class Look>
  void each_event(const std::optional<correlation_id>& of, Look look) const {
    global_position after = began;
    for (bool more = true; more;) {
      const event_page page = of ? app.log().read_linked(event_link::correlation(*of), after) : app.log().read(after);
      for (const recorded_event& event : page) look(event);
      after = page.scanned_to();
      more = !page.at_end();
    }
  }

  /// The last event of this first cause since it began; of any: the last that there is.
  global_position last_event(const std::optional<correlation_id>& of) const {
    if (!of) return app.log().head();
    global_position last;
    each_event(of, [&last](const recorded_event& event) { last = event.position; });
    return last;
  }

  /// Whether everything up to the last event that has happened is handled by everybody, and no command is on its way.
  verdict judge(const std::optional<correlation_id>& of) const {
    const global_position last = last_event(of);
    bool all = app.commands_on_their_way() == 0;
    for (const follower_standing& each : standings()) {
      if (each.position >= last) continue;
      if (each.over()) return verdict::never;
      all = false;
    }
    return all ? verdict::settled : verdict::not_yet;
  }

  happened tell(std::string cause, const std::optional<correlation_id>& of, ending how,
                std::optional<rejected> refusal = {}) {
    auto told = std::make_shared<happened::parts>();
    const std::vector<follower_standing> followed = standings();
    std::vector<traced_event> events;
    each_event(of, [&](const recorded_event& event) {
      const traced_event& traced_one = events.emplace_back(event);
      told->events.push_back({.position = event.position,
                              .stream = std::string(event.stream),
                              .version = event.version,
                              .type = std::string(event.type),
                              .type_version = event.type_version,
                              .data = std::string(event.data),
                              .causation_type = std::string(event.causation_type),
                              .handled_by = who_handled(traced_one, followed)});
    });
    const global_position last = last_event(of);
    told->cause = std::move(cause);
    told->refusal = std::move(refusal);
    told->trace = drawn_trace(std::move(events), traced, followed);
    if (how != ending::settled) told->problem = problem(how) + "\n" + told->trace + who_is_behind(followed, last);
    began = app.log().head();
    return happened(std::move(told));
  }

  std::string problem(ending how) const {
    const std::string seed = " (seed " + std::to_string(options.seed) + ")";
    switch (how) {
      case ending::settled: break;
      case ending::failed: return " never settles" + seed;
      case ending::idle: return " has not settled, and nothing is left to run" + seed;
      case ending::too_many_steps:
        return " has not settled after " + std::to_string(options.steps_max) + " steps" + seed;
      case ending::too_much_time:
        return " has not settled within " + span_text(options.time_max) + " by the run's clock" + seed;
    }
    return {};
  }

  std::string who_is_behind(const std::vector<follower_standing>& all, global_position last) const {
    std::string lines;
    for (const follower_standing& each : all)
      if (each.position < last) lines += "  " + each.text() + "\n";
    if (const std::size_t commands = app.commands_on_their_way(); commands > 0)
      lines += "  " + std::to_string(commands) + (commands == 1 ? " command is" : " commands are") + " on the way\n";
    if (!lines.empty()) lines.pop_back();
    return lines;
  }

  const run_options options;
  whence::simulation simulation;
  application app;
  run_log traced;
  std::vector<run_follower> followers;
  global_position began;  ///< where the log ended when that began which is looked at
};

application_run::application_run(application_builder application, run_options options)
    : parts_(std::make_shared<parts>(std::move(application), options)) {
  parts_->began = parts_->app.log().head();
}
application_run::application_run(application_run&&) noexcept = default;
application_run::~application_run() = default;

const application& application_run::app() const noexcept { return parts_->app; }
const whence::runtime& application_run::runtime() const noexcept { return parts_->simulation.runtime(); }

command_context application_run::begin() {
  parts_->began = parts_->app.log().head();
  command_context context;
  context.id = command_id{runtime().make_uuid()};
  context.correlation = correlation_id{context.id->value()};
  return context;
}

happened application_run::settle_command(std::string_view name, const command_context& context,
                                         async<command_outcome> sent) {
  const auto judge = [&] { return sent.ready() ? parts_->judge(context.correlation) : parts::verdict::not_yet; };
  const auto how = parts_->run(judge, parts_->now() + parts_->options.time_max);
  std::optional<rejected> refusal;
  if (sent.ready()) {
    const command_outcome outcome = std::move(sent).get();
    if (const rejected* const said = outcome.rejection()) refusal = *said;
  }
  return parts_->tell(std::string(name), context.correlation, how, std::move(refusal));
}

happened application_run::settle() {
  const auto how = parts_->run([this] { return parts_->judge({}); }, parts_->now() + parts_->options.time_max);
  return parts_->tell("what was done", {}, how);
}

happened application_run::advance(std::chrono::microseconds time) {
  parts_->began = parts_->app.log().head();
  const auto until = parts_->now() + time;
  const auto how = parts_->run([] { return parts::verdict::not_yet; }, until);
  if (how == parts::ending::too_many_steps) return parts_->tell("the time that passed", {}, how);
  parts_->simulation.advance(std::chrono::ceil<std::chrono::microseconds>(until - parts_->now()));
  parts_->simulation.run_all();
  switch (parts_->judge({})) {
    case parts::verdict::settled: break;
    case parts::verdict::never: return parts_->tell("the time that passed", {}, parts::ending::failed);
    case parts::verdict::not_yet: return parts_->tell("the time that passed", {}, parts::ending::too_much_time);
  }
  return parts_->tell("the time that passed", {}, parts::ending::settled);
}

void application_run::follow(subscription_options options, std::shared_ptr<subscription_handler> handler) {
  // The run ends its subscriptions before the application, whose log it is.
  const std::shared_ptr<log_reader> log(std::shared_ptr<void>(), &parts_->app.log());
  std::string name = options.name;
  event_filter filter = options.filter;
  parts_->followers.push_back({std::move(name), std::move(filter),
                               subscription::start(log, runtime(), std::move(options), std::move(handler))});
}

void application_run::run_what_is_ready() const { parts_->simulation.run_all(); }

void application_run::check_rows(std::string_view name, const read_model& model, std::string_view query,
                                 const std::vector<row>& expected, const std::source_location& where) const {
  run_what_is_ready();
  std::string failure;
  try {
    failure = model.read([&](sql::database& database) { return row_failure(name, database, query, expected); });
  } catch (const error& problem) {
    failure = with_reason(problem.what(), problem);
  }
  failure.empty() ? report_met() : report_failure(std::move(failure), where);
}

}  // namespace whence::testing::inline v0
