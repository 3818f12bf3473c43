/// Tests of whole applications: commands are sent, projections and subscriptions follow, time passes; in memory, on the test's own
/// thread, and the same in each run.
///
///     application_run run(whence::application::on(whence::memory()).aggregate<Order>().projection<OrderSummary>());
///     run.send<PlaceOrder>(order, "ada", 450).then(in(order, OrderPlaced{"ada", 450}));
///     run.send<PlaceOrder>(order, "bob", 1).then_rejected("order.exists");
///     run.then_rows<OrderSummary>("SELECT customer, cents FROM order_summary", {{"ada", 450}});
///     run.advance(std::chrono::hours{24});
///
/// `send` comes back when everything that the command caused has settled: it and the commands that followed from it have ended, and
/// each projection and subscription of the run has handled all events that bear its correlation id. What waits meanwhile for a
/// time, as before another try, has it at once: the run's clock goes on to it. If it does not settle, the test fails with the
/// causes and effects up to there, drawn as `whence trace` draws them, and with who is behind, and why.
///
/// Throws   failed_expectation, unless `on_failure` says otherwise. What a command fails with.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <whence/app/application.hpp>
#include <whence/core/runtime.hpp>
#include <whence/core/timestamp.hpp>
#include <whence/modelling/rejected.hpp>
#include <whence/subscription/subscription.hpp>
#include <whence/testing/failed_expectation.hpp>
#include <whence/testing/given_events.hpp>

namespace whence::testing::inline v0 {

struct run_options {
  std::uint64_t seed =
      1;  ///< of ids, jitter, and the order in which what is ready at once runs: another seed, another order
  std::size_t steps_max = 100'000;                             ///< for one cause to settle
  std::chrono::microseconds time_max = std::chrono::hours{1};  ///< the same, by the run's clock
};

/// What happened in a run: an event, and who has handled it.
struct happened_event {
  global_position position;
  std::string stream;
  stream_version version;
  std::string type;
  std::uint32_t type_version = 1;
  std::string data;
  std::string causation_type;           ///< the command or event that it follows from
  std::vector<std::string> handled_by;  ///< projections and subscriptions
};

template <class Started>
struct must_not_be_started {
  static_assert(std::convertible_to<Started&&, application_builder>,
                "`application_run` takes an application that is not started yet, and starts it on its own clock: "
                "`whence::application::on(…)…` without `.start()`, with `std::move` if it has a name");
};

template <std::size_t Events>
struct must_expect_something_to_happen {
  static_assert(Events != 0,
                "`then` takes at least one event; that nothing happens is expected with `then_nothing()`, that it is "
                "accepted, whatever happens, with `then_accepted()`");
};

/// What a command, or time, has caused, once it has settled. That it has not settled is a failure of whichever expectation
/// comes first.
class happened {
 public:
  /// It was accepted, and these are all events that came of it, in the order of the log; each with its name, its version and every
  /// member that `serialize` names; and where `in` says so, in that stream.
  template <class... More>
  const happened& then(expectation first, const More&... more) const {
    check(detail::all_given(first.event, more...), first.where);
    return *this;
  }
  template <class... None>
    requires(sizeof...(None) == 0)
  const happened& then(None...) const {
    static_cast<void>(must_expect_something_to_happen<sizeof...(None)>{});
    return *this;
  }

  /// It was accepted, and nothing came of it.
  const happened& then_nothing(std::source_location where = std::source_location::current()) const;

  /// It was accepted, whatever came of it.
  const happened& then_accepted(std::source_location where = std::source_location::current()) const;

  /// It was rejected with this code, whatever the message.
  const happened& then_rejected(std::string_view code,
                                std::source_location where = std::source_location::current()) const;

  /// In the order of the log.
  const std::vector<happened_event>& events() const noexcept;
  /// Null: it was accepted, or is no command.
  const rejected* rejection() const noexcept;
  /// False: something that it caused is still to be done, or nobody will ever do it.
  bool settled() const noexcept;
  /// Causes and effects, drawn as `whence trace` draws them, with who handled what.
  std::string trace() const;

 private:
  friend class application_run;
  struct parts;
  explicit happened(std::shared_ptr<const parts> told) : parts_(std::move(told)) {}
  void check(const std::vector<given_event>& expected, const std::source_location& where) const;
  /// Whether it has settled; that it has not is reported.
  bool has_settled(const std::source_location& where) const;

  std::shared_ptr<const parts> parts_;
};

/// A running application that does something only while the test waits for it.
///
/// Order    what is ready at once runs in an order that the seed chooses, one after the other: what threads may do, one of them.
/// Threads  one: the test's.
class application_run {
 public:
  /// Starts it, on a clock of its own that stands at 2026-01-01T00:00:00Z.
  explicit application_run(application_builder application, run_options options = {});
  template <class Started>
    requires(!std::convertible_to<Started &&, application_builder>)
  explicit application_run(Started&&, run_options = {}) {
    static_cast<void>(must_not_be_started<Started>{});
  }
  application_run(application_run&&) noexcept;
  application_run& operator=(application_run&&) = delete;
  /// Stops subscriptions, then the application.
  ~application_run();

  /// Sends the command, as `application::send` does, and runs until everything that it caused has settled.
  template <class Command, class Aggregate, class... Arguments>
  [[nodiscard("say what happens then: `.then(…)`, `.then_accepted()`")]]
  happened send(const id<Aggregate>& target, Arguments&&... arguments) {
    const command_context context = begin();
    return settle_command(command_name<Command>(), context,
                          app().with(context).template send<Command>(target, std::forward<Arguments>(arguments)...));
  }

  /// Lets time pass. Whoever waits for a time on the way has it then, in order; what is ready runs. What happened meanwhile.
  happened advance(std::chrono::microseconds time);

  /// Runs until the run is at rest: no command is on its way, and all that is in the log is handled, whatever its cause. What
  /// happened since the last `send`, `advance` or `settle`.
  [[nodiscard("say what happens then: `.then(…)`, `.then_accepted()`")]]
  happened settle();

  /// Starts a subscription to the application's log that is a part of the run.
  void follow(subscription_options options, std::shared_ptr<subscription_handler> handler);

  /// The read model, which has to have the database that the query asks, has these rows: see given_events.hpp.
  template <class Projection>
  void then_rows(std::string_view query, const std::vector<row>& expected,
                 std::source_location where = std::source_location::current()) const {
    static_cast<void>(must_have_rows<Projection>{});
    if constexpr (whence::detail::is_in_database<Projection>)
      check_rows(Projection::info.name, app().template model<Projection>(), query, expected, where);
  }

  /// Calls `look(sql::database&)`, or `look(const Projection&)` if it keeps its state in itself: see given_events.hpp.
  template <class Projection, class Look>
  void then_model(Look&& look) const {
    static_cast<void>(must_look_at_the_model<Look, Projection>{});
    if constexpr (looks_at_model<Look, Projection>) {
      run_what_is_ready();
      app().template model<Projection>().read(std::forward<Look>(look));
    }
  }

  /// The application itself. A test that blocks for a result of it (`.get()`) does the work meanwhile; what nobody waits for is
  /// not done.
  const application& app() const noexcept;

  /// What it runs on: for subscriptions, deadlines, clients of the test's own.
  const whence::runtime& runtime() const noexcept;

 private:
  command_context begin();
  void run_what_is_ready() const;
  happened settle_command(std::string_view name, const command_context& context, async<command_outcome> sent);
  void check_rows(std::string_view name, const read_model& model, std::string_view query,
                  const std::vector<row>& expected, const std::source_location& where) const;

  struct parts;
  std::shared_ptr<parts> parts_;
};

}  // namespace whence::testing::inline v0
