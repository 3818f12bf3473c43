#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <whence/app/application.hpp>
#include <whence/app/offered_operations.hpp>
#include <whence/app/signals.hpp>
#include <whence/control/control_server.hpp>
#include <whence/control/errors.hpp>
#include <whence/control/lone_worker.hpp>
#include <whence/core/guarded.hpp>

namespace whence::inline v0 {

namespace {

/// For operations in hand, and for peers to take their answers.
constexpr std::chrono::nanoseconds patience_of_peers = std::chrono::seconds{2};

struct planned_projection {
  const detail::projection_definition* definition;
  std::shared_ptr<void> object;
};

/// `projection.left_behind`: a stop did not wait for a page any longer.
struct projection_left_behind final : error {
  explicit projection_left_behind(const std::string& name)
      : error("projection.left_behind", next_move::operator_needed,
              {.what = name + " had not finished its page when the patience of the stop was over; nothing is lost",
               .where = name,
               .why = "a handler takes very long, or waits for something",
               .remedy = "look at what its `on` does"}) {}
};

}  // namespace

/// Threads  any.
class detail::command_gate {
 public:
  bool enter() {
    const auto own = state_.lock();
    if (own->closed) return false;
    ++own->inside;
    return true;
  }
  void leave() noexcept {
    const auto own = state_.lock();
    if (--own->inside == 0) empty_.notify_all();
  }
  std::size_t inside() { return state_.lock()->inside; }

  /// From now on nobody enters.
  void close() { state_.lock()->closed = true; }

  /// Waits until nobody is inside; on an executor thread not at all: those inside may be waiting for this very thread.
  void wait_until_empty(std::chrono::nanoseconds patience) {
    if (executor::on_executor_thread()) return;
    auto own = state_.lock();
    own.wait_for(empty_, patience, [&] { return own->inside == 0; });
  }

 private:
  struct state {
    std::size_t inside = 0;
    bool closed = false;
  };
  guarded<state> state_;
  std::condition_variable empty_;
};

detail::command_passage::command_passage(std::shared_ptr<command_gate> gate) {
  if (gate->enter()) gate_ = std::move(gate);
}
detail::command_passage::~command_passage() {
  if (gate_) gate_->leave();
}

struct application_builder::parts {
  explicit parts(log_source source) : log(std::move(source)) {}

  log_source log;
  std::string name = "application";
  std::optional<whence::runtime> runtime;
  std::vector<detail::registered_aggregate> aggregates;
  std::vector<planned_projection> projections;
  bool on_signals = false;
  std::size_t hot_aggregates = command_bus_options{}.hot_aggregates;
  std::chrono::nanoseconds patience = std::chrono::seconds{30};
};

/// Constant  all but what follows.
/// Shares    phase_ (guarded); stopping, signal, left_behind_ (atomic, set once).
/// Owns      signals_, whose thread is one of those that may call `stop`; control_; worker_.
struct application::parts {
  parts(application_builder::parts plan, whence::runtime runs_on, bool is_own_runtime);
  ~parts();

  void stop();
  void wait_until_stopped();

  const std::string name;
  const std::chrono::nanoseconds patience;
  const bool owns_runtime;
  const whence::runtime runtime;
  const std::shared_ptr<whence::log> log;
  const std::shared_ptr<whence::snapshots> snapshots;  // null: there are none
  const std::shared_ptr<detail::command_gate> gate = std::make_shared<detail::command_gate>();
  command_bus bus;
  const repository aggregates;
  std::vector<std::shared_ptr<projection_runner>> projections;    // by name, ascending
  std::vector<const detail::projection_definition*> definitions;  // of each

  std::atomic<bool> stopping{false};
  std::atomic<int> signal{0};

 private:
  enum class phase { running, stopping, stopped };
  void serve(const log_source& source, const std::vector<detail::registered_aggregate>& types);
  void stop_projections(std::chrono::nanoseconds until);
  void report(std::exception_ptr failure) noexcept { runtime.executor->report(std::move(failure)); }

  std::atomic<bool> left_behind_{false};
  guarded<phase> phase_;
  std::condition_variable stopped_;
  const std::shared_ptr<lone_worker> worker_ =
      std::make_shared<lone_worker>(runtime.executor);  // of what is asked there
  std::unique_ptr<control_server> control_;             // null: there is no socket
  std::unique_ptr<signal_watch> signals_;
};

namespace {

std::shared_ptr<snapshots> snapshots_of(const log_source& source, const std::shared_ptr<log>& log,
                                        const runtime& runtime) {
  if (source.snapshots_path().empty()) return nullptr;
  return std::make_shared<snapshots>(source.snapshots_path(), log, runtime, source.name());
}

}  // namespace

application::parts::parts(application_builder::parts plan, whence::runtime runs_on, bool is_own_runtime)
    : name(std::move(plan.name)),
      patience(plan.patience),
      owns_runtime(is_own_runtime),
      runtime(std::move(runs_on)),
      log(plan.log.open(runtime)),
      snapshots(snapshots_of(plan.log, log, runtime)),
      bus(log, runtime, {.source = name, .hot_aggregates = plan.hot_aggregates, .snapshots = snapshots}),
      aggregates(log, snapshots) {
  for (const auto& each : plan.aggregates) each.add(bus);
  for (auto& planned : plan.projections) {
    projections.push_back(projection_runner::make(*planned.definition, std::move(planned.object),
                                                  {.log = log,
                                                   .runtime = runtime,
                                                   .models_directory = plan.log.models_directory(),
                                                   .models_like = plan.log.name()}));
    definitions.push_back(planned.definition);
  }
  for (const auto& each : projections) each->follow();
  serve(plan.log, plan.aggregates);
  if (!plan.on_signals) return;
  signals_ = std::make_unique<signal_watch>([this](int caught) {
    signal = caught;
    stop();
  });
}

void application::parts::serve(const log_source& source, const std::vector<detail::registered_aggregate>& types) {
  if (source.control_path().empty()) return;
  try {
    control_ = std::make_unique<control_server>(
        source.control_path(), name,
        detail::offered_operations({name, source.name(), log, runtime, types, projections, worker_}), runtime);
  } catch (const no_control_socket&) {
    report(std::current_exception());
  }
}

application::parts::~parts() {
  stop();
  // What is queued there may still need what is destroyed next. A page that was left behind would be waited for.
  if (owns_runtime && !left_behind_) runtime.executor->stop();
}

void application::parts::stop() {
  {
    auto now = phase_.lock();
    if (*now != phase::running) {
      now.wait(stopped_, [&] { return *now == phase::stopped; });
      return;
    }
    *now = phase::stopping;
  }
  gate->close();
  stopping = true;
  if (control_) control_->refuse_more();
  worker_->end_soon();
  const auto until = runtime.clock->elapsed() + patience;
  bus.proceed();
  gate->wait_until_empty(patience);
  stop_projections(until);
  worker_->end();
  if (control_)
    control_->stop(std::clamp(until - runtime.clock->elapsed(), std::chrono::nanoseconds{0}, patience_of_peers));
  if (snapshots) snapshots->close();
  try {
    log->close();
  } catch (...) {
    report(std::current_exception());
  }
  {
    const auto now = phase_.lock();
    *now = phase::stopped;
  }
  stopped_.notify_all();
}

/// All are asked at once; then each is waited for.
void application::parts::stop_projections(std::chrono::nanoseconds until) {
  for (const auto& each : projections) each->stop(std::chrono::nanoseconds{0});
  for (const auto& each : projections) {
    const auto left = std::max(until - runtime.clock->elapsed(), std::chrono::nanoseconds{0});
    if (each->stop(left)) continue;
    left_behind_ = true;
    report(std::make_exception_ptr(projection_left_behind(std::string(each->name()))));
  }
}

void application::parts::wait_until_stopped() {
  auto now = phase_.lock();
  now.wait(stopped_, [&] { return *now == phase::stopped; });
}

application_builder::application_builder(log_source log) : parts_(std::make_unique<parts>(std::move(log))) {}
application_builder::application_builder(application_builder&&) noexcept = default;
application_builder& application_builder::operator=(application_builder&&) noexcept = default;
application_builder::~application_builder() = default;

application_builder application_builder::named(std::string name) && {
  parts_->name = std::move(name);
  return std::move(*this);
}

application_builder application_builder::running_on(runtime runtime) && {
  parts_->runtime = std::move(runtime);
  return std::move(*this);
}

application_builder application_builder::stop_on_signals() && {
  parts_->on_signals = true;
  return std::move(*this);
}

application_builder application_builder::stopping_within(std::chrono::nanoseconds patience) && {
  parts_->patience = patience;
  return std::move(*this);
}

application_builder application_builder::hot_aggregates(std::size_t count_max) && {
  parts_->hot_aggregates = count_max;
  return std::move(*this);
}

void application_builder::add_aggregate(const detail::registered_aggregate& aggregate) {
  parts_->aggregates.push_back(aggregate);
}

void application_builder::add_projection(const detail::projection_definition& definition,
                                         std::shared_ptr<void> object) {
  parts_->projections.push_back({&definition, std::move(object)});
}

application application_builder::start() && {
  const auto name_of = [](const planned_projection& each) { return each.definition->info.name; };
  auto& planned = parts_->projections;
  std::ranges::sort(planned, {}, name_of);
  const auto twice = std::ranges::adjacent_find(planned, {}, name_of);
  if (twice != planned.end()) throw duplicate_projection(std::string(name_of(*twice)));

  const bool owns_runtime = !parts_->runtime.has_value();
  auto runs_on = owns_runtime ? runtime::system() : *parts_->runtime;
  return application(std::make_unique<application::parts>(std::move(*parts_), std::move(runs_on), owns_runtime));
}

application::application(std::unique_ptr<parts> running) : parts_(std::move(running)) {}
application::application(application&&) noexcept = default;
application& application::operator=(application&&) noexcept = default;
application::~application() = default;

detail::command_passage application::enter() const { return detail::command_passage(parts_->gate); }
const command_bus& application::bus() const noexcept { return parts_->bus; }

async<command_outcome> application::pass(detail::command_passage passage, async<command_outcome> sent) {
  const detail::command_passage until_the_end = std::move(passage);
  co_return co_await std::move(sent);
}

async<command_outcome> application::refuse() const {
  auto [result, refused] = make_async<command_outcome>(parts_->runtime.executor);
  refused.fail(std::make_exception_ptr(application_stopped(parts_->name)));
  return std::move(result);
}

const repository& application::aggregates() const noexcept { return parts_->aggregates; }

std::shared_ptr<projection_runner> application::runner_of(std::string_view projection) const {
  const auto found =
      std::ranges::lower_bound(parts_->projections, projection, {}, [](const auto& runner) { return runner->name(); });
  if (found == parts_->projections.end() || (*found)->name() != projection) {
    throw projection_not_registered(std::string(projection));
  }
  return *found;
}

std::vector<projection_standing> application::projections() const {
  std::vector<projection_standing> all;
  for (std::size_t i = 0; i < parts_->projections.size(); ++i) {
    projection_runner& each = *parts_->projections[i];
    all.push_back({.name = each.name(),
                   .events = parts_->definitions[i]->events,
                   .state = each.state(),
                   .position = each.position(),
                   .failure = each.failure()});
  }
  return all;
}

std::size_t application::commands_on_their_way() const { return parts_->gate->inside(); }

whence::log& application::log() const noexcept { return *parts_->log; }
token application::head_token() const { return {parts_->log->identity().epoch, parts_->log->head()}; }
bool application::stopping() const noexcept { return parts_->stopping; }
int application::stop_signal() const noexcept { return parts_->signal; }
void application::wait_until_stopped() const { parts_->wait_until_stopped(); }
void application::stop() { parts_->stop(); }

}  // namespace whence::inline v0
