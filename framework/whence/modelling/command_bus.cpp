#include <whence/modelling/command_bus.hpp>

#include <atomic>
#include <exception>
#include <optional>
#include <utility>
#include <variant>

#include <whence/core/driver.hpp>
#include <whence/core/timer.hpp>
#include <whence/modelling/command_run.hpp>

namespace whence::inline v0 {
namespace {

using detail::command_run;

/// Carries the run to its end on a thread that blocks for it.
command_outcome finish_here(command_run& run, command_run::step next) {
  for (;;) {
    if (auto* outcome = std::get_if<command_outcome>(&next)) return std::move(*outcome);
    if (auto* append = std::get_if<command_run::append_in_flight>(&next)) {
      const append_outcome ended = std::move(*append).get();
      next = run.after(ended);
    } else {
      sleep(run.runtime(), std::get<command_run::pause>(next).time).get();
      next = run.resume();
    }
  }
}

/// Carries the run on, on any thread, as far as nothing has to be waited for.
command_run::step without_waiting(command_run& run, command_run::step next) {
  while (auto* append = std::get_if<command_run::append_in_flight>(&next)) {
    const std::optional<append_outcome> ended = detail::async_access::taken_if_finished(*append);
    if (!ended) break;
    next = run.after(*ended);
  }
  return next;
}

/// Carries the run to its end as a coroutine, on the executor. If that stops, the completion goes with the coroutine's frame.
async<void> finish_later(std::shared_ptr<command_run> run, command_run::step next, completion<command_outcome> result) {
  try {
    for (;;) {
      if (auto* append = std::get_if<command_run::append_in_flight>(&next)) {
        // Posted, even if it is there: whoever committed it has others waiting.
        auto committed = detail::async_access::posted(*append);
        const append_outcome ended = co_await committed;
        next = run->after(ended);
      } else if (auto* pause = std::get_if<command_run::pause>(&next)) {
        co_await sleep(run->runtime(), pause->time);
        next = run->resume();
      } else {
        break;
      }
    }
  } catch (...) {
    result.fail(std::current_exception());
    co_return;
  }
  result.complete(std::get<command_outcome>(std::move(next)));
}

/// A command whose append is in flight. The first one to want its outcome carries it on: the caller that blocks for it, on
/// his own thread and so without handing over to another; else a coroutine, when somebody asks for the outcome or, at the
/// latest, when the append has ended: what waits for commands that are merely held goes on side by side. (If the append had
/// ended at once, and is to be tried again after a pause, the pause waits for somebody to want the outcome.)
///
/// Owns     run, append and completion: whoever claimed.
class command_in_flight final : public driver, public std::enable_shared_from_this<command_in_flight> {
 public:
  command_in_flight(std::shared_ptr<detail::command_bus_parts> parts, std::shared_ptr<command_run> run,
                    command_run::step next)
      : parts_(std::move(parts)), run_(std::move(run)), next_(std::move(next)) {}
  ~command_in_flight() override { parts_->on_their_way.remove(place_); }

  void will_complete(completion<command_outcome> result) {
    result_.emplace(std::move(result));
    // Asked first: once others know of the command, the step may be theirs.
    auto* const append = std::get_if<command_run::append_in_flight>(&next_);
    if (append != nullptr) detail::async_access::tell_when_finished(*append, weak_from_this());
    if (!parts_->on_their_way.add(place_, weak_from_this())) proceed();
  }

  void drive(waiter& caller) override {
    if (claimed_.exchange(true)) return caller.sleep();
    completion<command_outcome> result = take_result();
    try {
      result.complete(finish_here(*run_, std::move(next_)));
    } catch (...) {
      result.fail(std::current_exception());
    }
  }

  void proceed() noexcept override {
    if (claimed_.exchange(true)) return;
    static_cast<void>(finish_later(std::move(run_), std::move(next_), take_result()));
  }

 private:
  completion<command_outcome> take_result() noexcept {
    completion<command_outcome> taken = std::move(*result_);
    result_.reset();  // it knows the result's state, which knows this
    return taken;
  }

  const std::shared_ptr<detail::command_bus_parts> parts_;
  detail::commands_on_their_way::place place_;
  std::atomic<bool> claimed_{false};
  std::shared_ptr<command_run> run_;
  command_run::step next_;
  std::optional<completion<command_outcome>> result_;
};

}  // namespace

command_bus::command_bus(std::shared_ptr<log> log, runtime runtime, command_bus_options options)
    : parts_(std::make_shared<detail::command_bus_parts>(std::move(log), std::move(runtime), std::move(options))) {}

void command_bus::proceed() const noexcept { parts_->on_their_way.proceed(); }

const event_registry& command_bus::events() const noexcept { return parts_->events; }

void command_bus::add(const detail::aggregate_facts& facts, void (*add_its_events)(event_registry&)) {
  for (const detail::aggregate_facts* known : parts_->aggregates) {
    if (known->key == facts.key) return;
    if (known->name == facts.name) throw duplicate_aggregate_type(facts.name);
  }
  add_its_events(parts_->events);
  parts_->aggregates.push_back(&facts);
}

async<command_outcome> command_bus::run(const detail::aggregate_facts& facts, const std::string& stream,
                                        command_context context, detail::erased_command command) const {
  std::shared_ptr<driver> driver;
  std::optional<command_outcome> outcome;
  std::exception_ptr failure;
  try {
    auto run = std::make_shared<command_run>(
        parts_, command_run::request{facts, stream, std::move(context), std::move(command)});
    command_run::step first = without_waiting(*run, run->begin());
    if (auto* known = std::get_if<command_outcome>(&first))
      outcome.emplace(std::move(*known));
    else
      driver = std::make_shared<command_in_flight>(parts_, std::move(run), std::move(first));
  } catch (...) {
    failure = std::current_exception();
  }
  auto [result, completion] = make_async<command_outcome>(parts_->runtime.executor, driver);
  if (failure)
    completion.fail(failure);
  else if (outcome)
    completion.complete(std::move(*outcome));
  else
    static_cast<command_in_flight&>(*driver).will_complete(std::move(completion));
  return std::move(result);
}

}  // namespace whence::inline v0
