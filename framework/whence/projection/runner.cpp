#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

#include <whence/core/files.hpp>
#include <whence/core/timer.hpp>
#include <whence/core/turn.hpp>
#include <whence/projection/database_runner.hpp>
#include <whence/projection/errors.hpp>
#include <whence/projection/file_runner.hpp>
#include <whence/projection/object_runner.hpp>
#include <whence/projection/runner.hpp>
#include <whence/resilience/deadline.hpp>
#include <whence/sql/error.hpp>

namespace whence::inline v0 {

namespace {

using namespace std::chrono_literals;

/// For the lock of a model that another process has.
constexpr retry_policy patient{.tries_max = 1'000'000, .pause_first = 1ms, .pause_max = 50ms, .total_max = 60s};

constexpr std::string_view no_model_yet = "there is no model of this version yet";

}  // namespace

std::shared_ptr<projection_runner> projection_runner::make(const detail::projection_definition& definition,
                                                           std::shared_ptr<void> object, projection_ground ground) {
  if (object) return std::make_shared<object_runner>(definition, std::move(object), std::move(ground));
  if (ground.models_directory.empty()) return std::make_shared<database_runner>(definition, std::move(ground));
  return std::make_shared<file_runner>(definition, std::move(ground));
}

projection_runner::projection_runner(const detail::projection_definition& definition, projection_ground ground)
    : definition_(definition), ground_(std::move(ground)) {}

projection_runner::~projection_runner() = default;

void projection_runner::look(const std::function<void(const void*)>&) {}

std::unique_ptr<model_snapshot> projection_runner::try_snapshot() { return nullptr; }

std::optional<checkpoint> projection_runner::standing() {
  const auto seen = try_snapshot();
  return seen ? std::optional(seen->at()) : std::nullopt;
}

std::shared_ptr<projection_runner::rebuilding> projection_runner::make_rebuilding() {
  throw std::logic_error("a projection in memory is not rebuilt: it begins anew with each start");
}

global_position projection_runner::position() {
  const auto at = standing();
  return at ? at->position : global_position{};
}

event_filter projection_runner::filter() const {
  event_filter filter;
  for (const event_type& type : definition_.events) filter.event_types.emplace_back(type.name);
  return filter;
}

delivery projection_runner::place() const { return {ground_.log, std::string(name()), filter(), ground_.page}; }

void projection_runner::follow() {
  subscription_options options{
      .name = std::string(name()), .filter = filter(), .page = ground_.page, .retry = ground_.retry};
  options.busy = patient;
  auto started = std::make_shared<subscription>(
      subscription::start(ground_.log, ground_.runtime, std::move(options), make_writer()));
  auto following = following_.lock();
  following->swap(started);
}

bool projection_runner::stop(std::chrono::nanoseconds patience) {
  stop_.request_stop();
  const auto following = *following_.lock();
  return !following || following->stop(patience);
}

subscription_state projection_runner::state() {
  const auto following = *following_.lock();
  return following ? following->state() : subscription_state::stopped;
}

std::exception_ptr projection_runner::failure() {
  const auto following = *following_.lock();
  return following ? following->failure() : nullptr;
}

void projection_runner::include(const token& wanted, std::chrono::nanoseconds patience) {
  const log_identity identity = ground_.log->identity();
  if (wanted.epoch != identity.epoch) throw token_of_other_epoch(wanted, identity.epoch);
  const auto following = *following_.lock();
  if (!following) return bring_up(wanted.position, patience);
  const deadline over(ground_.runtime, patience);
  try {
    following->reached(wanted.position, over.token()).get();
  } catch (const operation_cancelled&) {
    throw read_model_behind(std::string(name()), following->position(), wanted.position,
                            following->state() == subscription_state::retrying ? "it is trying again after a failure"
                                                                               : "it is still catching up");
  }
}

std::unique_ptr<model_snapshot> projection_runner::snapshot() {
  if (auto found = try_snapshot()) return found;
  if (state() == subscription_state::failed) std::rethrow_exception(failure());
  throw read_model_behind(std::string(name()), global_position{}, ground_.log->head(), std::string(no_model_yet));
}

namespace {

/// Others may have the right that this process lacks. Of a full disk, or a broken one, nobody gets more by waiting.
bool lacks_right(const file_error& refused) {
  return refused.code() == "file.no_permission" || refused.code() == "file.read_only";
}

}  // namespace

/// A visitor's way: look whether somebody else did it, else do it, if nobody else is at it.
void projection_runner::bring_up(global_position wanted, std::chrono::nanoseconds patience) {
  const auto until = ground_.runtime.clock->elapsed() + patience;
  for (;;) {
    std::string why{no_model_yet};
    global_position found;
    if (const auto at = standing()) {
      verify(*at, *ground_.log, std::string(name()));
      found = at->position;
      if (found >= wanted) return;
      why = "the log goes no further";
    }
    try {
      const auto writer = make_writer();
      delivery from = place();
      from.begin(*writer);
      while (from.at().position < wanted && from.step(*writer) == delivery::progress::handled) {
      }
      writer->at_head();
      writer->let_go();
      if (from.at().position >= wanted) return;
    } catch (const subscription_busy& busy) {
      why = busy.text().why;
    } catch (const checkpoint_moved& moved) {
      why = moved.what();
    } catch (const file_error& refused) {
      if (!lacks_right(refused)) throw;
      why = std::string(refused.what()) + ": " + refused.text().why;  // its writer may still bring it up
    }
    if (ground_.runtime.clock->elapsed() >= until) throw read_model_behind(std::string(name()), found, wanted, why);
    sleep(ground_.runtime, 2ms).get();
  }
}

async<void> projection_runner::rebuild(std::function<void(global_position, global_position)> told) {
  return rebuild(shared_from_this(), std::move(told));
}

async<void> projection_runner::rebuild(std::shared_ptr<projection_runner> self,
                                       std::function<void(global_position, global_position)> told) {
  const std::shared_ptr<rebuilding> made = self->make_rebuilding();
  delivery place = self->place();
  place.begin(*made);
  backoff busy(patient, self->ground_.runtime);
  for (bool finished = false; !finished;) {
    co_await next_turn(self->ground_.runtime.executor);
    if (self->stop_.stop_requested()) throw operation_cancelled();
    std::optional<std::chrono::nanoseconds> pause;
    try {
      finished = place.step(*made) == delivery::progress::at_head && made->finish(place);
    } catch (const subscription_busy&) {
      pause = busy.next();
      if (!pause) throw;
    }
    if (told) told(place.at().position, self->ground_.log->head());
    if (pause) co_await sleep(self->ground_.runtime, *pause, self->stop_.get_token());
  }
  if (self->state() == subscription_state::failed) self->follow();
}

}  // namespace whence::inline v0
