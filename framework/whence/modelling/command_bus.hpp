/// The command bus: brings a command to its aggregate and what the aggregate decides into the log.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <whence/core/async.hpp>
#include <whence/core/id.hpp>
#include <whence/core/runtime.hpp>
#include <whence/modelling/aggregate.hpp>
#include <whence/modelling/command_context.hpp>
#include <whence/modelling/command_outcome.hpp>
#include <whence/modelling/decide.hpp>
#include <whence/modelling/errors.hpp>
#include <whence/modelling/snapshots.hpp>
#include <whence/resilience/retry.hpp>
#include <whence/serialization/event_registry.hpp>
#include <whence/store/log.hpp>

namespace whence::inline v0 {

struct command_bus_options {
  std::string source = "application";  ///< `metadata.source` of the events
  /// For commands that another writer was faster than: they are decided again, on the new state.
  retry_policy conflicts{
      .tries_max = 32, .pause_first = std::chrono::milliseconds{1}, .pause_max = std::chrono::milliseconds{100}};
  /// For appends of which the storage failed, or does not know whether they were kept: the same events are sent again.
  retry_policy storage{.tries_max = 5};
  /// So many aggregates stay in memory for their next command, which then reads only what came since: those that were used last,
  /// of streams with at least 16 events. One that is commanded by two threads is decided on by one after the other: a `decide`
  /// that waits for a command to another aggregate may wait for ever. 0: each command folds its aggregate's stream from the
  /// first event.
  std::size_t hot_aggregates = 1'000;
  /// Of the log's aggregates, for those that have a `snapshot_policy`; null: there are none.
  std::shared_ptr<whence::snapshots> snapshots = nullptr;
};

namespace detail {
struct command_bus_parts;
}

/// A value; copies share what they know.
///
/// Threads  `send`: any, at once. `add`: before the first `send`.
class command_bus {
 public:
  command_bus(std::shared_ptr<log> log, runtime runtime, command_bus_options options = {});

  /// Commands can be sent to this aggregate type. Again: nothing more happens.
  /// Throws   duplicate_aggregate_type, duplicate_event_type.
  template <class Aggregate>
  void add() {
    if constexpr (detail::check_aggregate<Aggregate>())
      add(detail::facts_of<Aggregate>, &add_events<typename Aggregate::events>);
  }

  /// The events of all aggregates.
  const event_registry& events() const noexcept;

  /// Builds the command with braces, loads its aggregate (of a decision model: what its query finds), lets it `decide`, and appends
  /// the events.
  ///
  /// Order    loading and deciding happen on the calling thread, before this returns; so does the append's place in the log.
  /// Durable  once accepted.
  /// Again    when another writer was first, the command is decided again on the new state, as often as the options say. A
  ///          command id that took effect before has no second effect: the outcome is that of the first, `repeated()`.
  ///          A command that was rejected, or caused no events, leaves no trace and is decided anew.
  /// Costs    a caller that blocks in `.get()` commits by itself, and no other thread has a part in it. What waits for a result
  ///          that is merely held goes on on the executor once the command is committed: with what others block for, or after the
  ///          log's `held_at_most`.
  /// Throws   (from the result) aggregate_not_registered, stream_of_other_type, version_conflict, condition_conflict: others were
  ///          first until the retries ran out, nothing was written. append_result_unknown: send it again with the same command id.
  ///          append_not_done, command_id_reused, encode_error, decode_error, what `decide` throws: nothing was written.
  template <class Command, class Aggregate, class... Arguments>
  async<command_outcome> send(const id<Aggregate>& target, Arguments&&... arguments) const {
    return send<Command>(command_context{}, target, std::forward<Arguments>(arguments)...);
  }

  /// The same, with what the command carries besides its data.
  template <class Command, class Aggregate, class... Arguments>
  async<command_outcome> send(command_context context, const id<Aggregate>& target, Arguments&&... arguments) const {
    constexpr bool is_aggregate = detail::check_aggregate<Aggregate>();
    static_cast<void>(must_decide<Aggregate, Command>{});
    static_cast<void>(must_be_built_from<Command, Arguments...>{});
    if constexpr (is_aggregate && decides<Aggregate, Command> && built_from<Command, Arguments...>)
      return run(detail::facts_of<Aggregate>, target.value(), std::move(context),
                 detail::build_command<Aggregate, Command>(std::forward<Arguments>(arguments)...));
    else
      return detail::never_called<async<command_outcome>>();
  }

  /// Commands whose result is merely held are carried on by the executor at once, from now on; so are those that are sent
  /// later. For who waits until all have ended.
  void proceed() const noexcept;

 private:
  template <class Events>
  static void add_events(event_registry& registry) {
    registry.add(Events{});
  }

  void add(const detail::aggregate_facts& facts, void (*add_its_events)(event_registry&));
  async<command_outcome> run(const detail::aggregate_facts& facts, const std::string& stream, command_context context,
                             detail::erased_command command) const;

  std::shared_ptr<detail::command_bus_parts> parts_;
};

}  // namespace whence::inline v0
