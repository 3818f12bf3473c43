/// One command on its way: load, decide, append, and again where that is right. It never waits by itself: it tells its owner
/// what to wait for, so that a blocked caller and a coroutine can both be the owner.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <whence/modelling/command_bus.hpp>
#include <whence/modelling/commands_on_their_way.hpp>
#include <whence/modelling/hot_aggregates.hpp>

namespace whence::inline v0 {

namespace detail {

/// What all commands of a bus share.
///
/// Constant  while commands are sent: all but `hot` and `on_their_way`, which synchronise themselves.
struct command_bus_parts {
  command_bus_parts(std::shared_ptr<whence::log> to, whence::runtime runs_on, command_bus_options given)
      : log(std::move(to)),
        runtime(std::move(runs_on)),
        options(std::move(given)),
        hot(options.hot_aggregates, options.snapshots) {}

  std::shared_ptr<whence::log> log;
  whence::runtime runtime;
  command_bus_options options;
  event_registry events;
  std::vector<const aggregate_facts*> aggregates;
  hot_aggregates hot;
  commands_on_their_way on_their_way;

  bool knows(const aggregate_facts& facts) const;
};

class command_run {
 public:
  struct request {
    const aggregate_facts& facts;
    std::string stream;
    command_context context;
    erased_command command;
  };

  /// What has to be waited for before the run can go on.
  using append_in_flight = async<append_outcome>;
  struct pause {
    std::chrono::nanoseconds time;
  };
  /// An outcome is the end. After the others comes `after` or `resume`.
  using step = std::variant<command_outcome, append_in_flight, pause>;

  command_run(std::shared_ptr<command_bus_parts> parts, request what);

  /// Loads, decides and appends. Throws what ends the command.
  step begin();
  /// The append has ended so.
  step after(const append_outcome& ended);
  /// The pause is over.
  step resume();

  const whence::runtime& runtime() const noexcept { return parts_->runtime; }

 private:
  step decide_and_append();
  /// The outcome, if there is nothing to append.
  std::optional<command_outcome> decide();
  std::optional<command_outcome> decide_on(const void* state, global_position position);
  step append();
  append_batch batch() const;
  whence::metadata metadata() const;
  event_id id_of(std::uint64_t number) const;

  /// Whether the command's id has taken effect before, and how. Throws command_id_reused.
  std::optional<command_outcome> first_effect() const;
  command_outcome accepted(const append_committed& committed) const;
  command_outcome without_events(global_position position) const;
  command_outcome refused(rejected refusal) const;

  const std::shared_ptr<command_bus_parts> parts_;
  const request request_;
  const command_id id_;
  const timestamp occurred_at_;

  stream_version version_;  ///< on which `events_` were decided; of a decision model: `condition_`
  append_condition condition_;
  std::unique_ptr<void, void (*)(void*)>
      model_;  ///< folded up to the condition's position; null before, and for aggregates
  std::vector<decided_event> events_;
  backoff conflicts_;
  backoff storage_;
  bool decides_again_ = false;  ///< after the pause; else the same events are sent again
  bool sent_before_ = false;    ///< the log may know these events from this run itself
};

}  // namespace detail
}  // namespace whence::inline v0
