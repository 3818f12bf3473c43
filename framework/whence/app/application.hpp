/// The application: a log, the aggregates that write it, the projections that read it, started and stopped as one.
///
///     auto app = whence::application::on(whence::sqlite("shop.db"))
///                    .aggregate<Order>().projection<OrderSummary>()
///                    .stop_on_signals()
///                    .start();
///     const auto placed = app.send<PlaceOrder>(order, "ada", lines).get();
///     auto model = app.model<OrderSummary>();
///     model.include(placed.token());                                        // read your own write
#pragma once

#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <whence/app/errors.hpp>
#include <whence/core/async.hpp>
#include <whence/core/id.hpp>
#include <whence/core/runtime.hpp>
#include <whence/modelling/command_bus.hpp>
#include <whence/modelling/repository.hpp>
#include <whence/projection/projection.hpp>
#include <whence/projection/read_model.hpp>
#include <whence/store/log.hpp>
#include <whence/store/log_source.hpp>
#include <whence/subscription/subscription.hpp>

namespace whence::inline v0 {

class application;

/// How a projection of a running application is.
struct projection_standing {
  std::string_view name;               ///< lives as long as the program, as `events` does
  std::span<const event_type> events;  ///< what it handles
  subscription_state state;
  global_position position;    ///< how far its read model has come; 0 if there is none yet
  std::exception_ptr failure;  ///< why it has failed, or is trying again; null otherwise
};

namespace detail {

/// Counts commands on their way, and lets none in once it is closed.
class command_gate;

/// A command on its way; false: the gate is closed.
class command_passage {
 public:
  explicit command_passage(std::shared_ptr<command_gate> gate);
  command_passage(command_passage&&) noexcept = default;
  command_passage& operator=(command_passage&&) = delete;
  ~command_passage();
  explicit operator bool() const noexcept { return gate_ != nullptr; }

 private:
  std::shared_ptr<command_gate> gate_;
};

/// The model's handle: of a database, or of the projection itself.
template <class Projection>
auto model_handle(std::shared_ptr<projection_runner> runner) {
  if constexpr (is_in_database<Projection>) {
    return read_model(std::move(runner));
  } else {
    return memory_model<Projection>(std::move(runner));
  }
}

template <class Aggregate>
void add_to(command_bus& bus) {
  bus.add<Aggregate>();
}

/// An aggregate type of the application.
struct registered_aggregate {
  std::string_view name;
  void (*add)(command_bus&);
  /// Reads a stored event as the aggregate would. False: it is not among its events. Throws decode_error, unknown_event_version.
  bool (*read)(const stored_event& stored, json_decoder& decoder);
};

template <class Aggregate>
bool read_for(const stored_event& stored, json_decoder& decoder) {
  return dispatch(typename Aggregate::events{}, stored, decoder, [](const auto&) {});
}

}  // namespace detail

template <class Projection>
struct must_be_in_database {
  static_assert(detail::is_in_database<Projection>,
                "a projection in memory is not rebuilt: it begins anew with each start");
};

/// Collects what an application is made of. Nothing is opened before `start`.
///
///     application::on(log).aggregate<Order>().projection<OrderSummary>().start()
class application_builder {
 public:
  explicit application_builder(log_source log);
  application_builder(application_builder&&) noexcept;
  application_builder& operator=(application_builder&&) noexcept;
  ~application_builder();

  /// `metadata.source` of the events that it writes. Otherwise "application".
  application_builder named(std::string name) &&;

  /// Otherwise it makes `runtime::system()` for itself, and ends it when it stops.
  application_builder running_on(runtime runtime) &&;

  /// Commands can be sent to this aggregate type.
  template <class Aggregate>
  application_builder aggregate() && {
    if constexpr (detail::check_aggregate<Aggregate>())
      add_aggregate({Aggregate::type.name, &detail::add_to<Aggregate>, &detail::read_for<Aggregate>});
    return std::move(*this);
  }

  /// The projection's read model is kept up to date.
  template <class Projection>
  application_builder projection() && {
    if constexpr (detail::check_projection<Projection>()) {
      std::shared_ptr<void> object;
      if constexpr (!detail::is_in_database<Projection>) object = std::make_shared<Projection>();
      add_projection(detail::definition_of<Projection>, std::move(object));
    }
    return std::move(*this);
  }

  /// The same for one that keeps its state in itself: in this object. It changes on the executor's threads: read it through
  /// `application::model`.
  template <class Projection>
  application_builder projection(std::shared_ptr<Projection> object) && {
    if constexpr (detail::check_projection<Projection>()) {
      static_assert(
          !detail::is_in_database<Projection>,
          "a projection that writes to a database is made anew for each page of events: `.projection<Type>()`");
      add_projection(detail::definition_of<Projection>, std::move(object));
    }
    return std::move(*this);
  }

  /// SIGTERM and SIGINT stop it in order; a second one ends the process at once.
  application_builder stop_on_signals() &&;

  /// How long stopping waits for commands on their way and for pages in hand. Otherwise 30 seconds.
  application_builder stopping_within(std::chrono::nanoseconds patience) &&;

  /// So many aggregates stay in memory between their commands: `command_bus_options::hot_aggregates`. Otherwise 1,000.
  application_builder hot_aggregates(std::size_t count_max) &&;

  /// Opens the log and sets the projections going. It waits for no read model. While it runs, it carries operations out that its
  /// owner, or root, asks for over the control socket beside the log (see control/README.md); without one, for want of a right, it
  /// runs all the same, and that is reported.
  /// Throws   what opening the log throws: log_busy, log_damaged, tail_missing and others. duplicate_projection,
  ///          duplicate_aggregate_type, duplicate_event_type.
  application start() &&;

 private:
  friend application;
  void add_aggregate(const detail::registered_aggregate& aggregate);
  void add_projection(const detail::projection_definition& definition, std::shared_ptr<void> object);

  struct parts;
  std::unique_ptr<parts> parts_;
};

/// A running application. The destructor stops it.
///
/// Threads  any.
/// Stops    intake; then what is on its way: commands come to their end, projections to that of their page in hand; then the
///          log; then, if it is its own, the executor. Nothing that was acknowledged depends on that: a kill at any time loses
///          nothing.
class application {
 public:
  static application_builder on(log_source log) { return application_builder(std::move(log)); }

  application(application&&) noexcept;
  application& operator=(application&&) noexcept;
  ~application();

  /// Builds the command with braces from the arguments, lets the aggregate decide on it, and appends the events: see
  /// `command_bus::send`. Once it is stopping, the result fails with application_stopped, and nothing was done.
  template <class Command, class Aggregate, class... Arguments>
  async<command_outcome> send(const id<Aggregate>& target, Arguments&&... arguments) const {
    return with({}).template send<Command>(target, std::forward<Arguments>(arguments)...);
  }

  /// Sends commands with an id, a cause, a time of their own.
  class sender {
   public:
    template <class Command, class Aggregate, class... Arguments>
    async<command_outcome> send(const id<Aggregate>& target, Arguments&&... arguments) const {
      detail::command_passage passage = application_->enter();
      if (!passage) return application_->refuse();
      return pass(std::move(passage),
                  application_->bus().send<Command>(context_, target, std::forward<Arguments>(arguments)...));
    }

   private:
    friend application;
    sender(const application& application, command_context context)
        : application_(&application), context_(std::move(context)) {}
    const application* application_;
    command_context context_;
  };

  /// `app.with({.correlation = …}).send<PlaceOrder>(order, …)`. Lives shorter than the application.
  sender with(command_context context) const { return sender(*this, std::move(context)); }

  /// The aggregate as of its last event; of version 0 if it has none. Throws: see `repository::load`.
  template <class Aggregate>
  loaded<Aggregate> load(const id<Aggregate>& target) const {
    return aggregates().load(target);
  }

  /// A decision model as the command would find it now. Throws: see `repository::load_for`.
  template <class Model, class Command>
  loaded_by_query<Model> load_for(const Command& command) const {
    return aggregates().load_for<Model>(command);
  }

  /// The read model of a projection: a `read_model`, or a `memory_model<Projection>`. Throws projection_not_registered.
  template <class Projection>
  auto model() const {
    return detail::model_handle<Projection>(runner_of(Projection::info.name));
  }

  /// Builds the read model anew, beside the one that serves, and swaps it in.
  /// Throws   (from the result) projection_failed and others: the old model serves on. projection_not_registered.
  template <class Projection>
  async<void> rebuild() const {
    static_cast<void>(must_be_in_database<Projection>{});
    return runner_of(Projection::info.name)->rebuild();
  }

  /// All projections, by name: for who watches over the application.
  std::vector<projection_standing> projections() const;

  /// How many commands were sent and have not ended yet.
  std::size_t commands_on_their_way() const;

  /// The log, for what the calls above don't cover. Lives as long as the application.
  whence::log& log() const noexcept;

  /// What a query has to include to see everything that is in the log now.
  token head_token() const;

  /// True from the moment that a stop was asked for, by `stop` or by a signal.
  bool stopping() const noexcept;

  /// The signal that asked for the stop; 0 if none did.
  int stop_signal() const noexcept;

  /// Blocks until it has stopped: for a program whose work is done by others.
  void wait_until_stopped() const;

  /// Stops in order and returns when that is done. When the patience is over, commands that are still on their way are refused
  /// by the closed log, and a projection that is still in its page is left behind, and named on stderr.
  /// Again: waits for the first stop.
  void stop();

 private:
  friend application_builder;
  struct parts;
  explicit application(std::unique_ptr<parts> parts);

  detail::command_passage enter() const;
  async<command_outcome> refuse() const;
  static async<command_outcome> pass(detail::command_passage passage, async<command_outcome> sent);
  const command_bus& bus() const noexcept;
  const repository& aggregates() const noexcept;
  std::shared_ptr<projection_runner> runner_of(std::string_view projection) const;

  std::unique_ptr<parts> parts_;
};

}  // namespace whence::inline v0
