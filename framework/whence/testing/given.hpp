/// Tests of aggregates: given events, when a command, then events or a rejection. Needs neither log nor test framework.
///
///     given<Order>(OrderPlaced{"ada"}).when(PayOrder{450}).then(OrderPaid{450});
///     given<Order>(OrderPlaced{"ada"}, OrderCancelled{}).when(PayOrder{450}).then_rejected("order.cancelled");
///     given<Order>().when(PlaceOrder{"ada"}).then(OrderPlaced{"ada"}).when(PayOrder{450}).then(OrderPaid{450});
///
/// It is the way that events and commands take in an application: events are written as JSON and read back before they are
/// applied, so that a member that `serialize` forgets is missing in the state, and one that cannot be read back is found. Each
/// command is decided twice, and has to be decided the same.
///
/// A decision model is given the events of all streams; of these, a command is decided on those that its query finds by their types
/// and tags, so that one that is not found, or not tagged, is missed.
///
/// Throws   failed_expectation, unless `on_failure` says otherwise. What `decide` and `apply` throw. encode_error.
#pragma once

#include <concepts>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <whence/modelling/aggregate.hpp>
#include <whence/modelling/decide.hpp>
#include <whence/modelling/outcome.hpp>
#include <whence/testing/detail/aggregate_story.hpp>
#include <whence/testing/failed_expectation.hpp>

namespace whence::testing::inline v0 {

template <class Aggregate, class Event>
struct must_be_given_its_events {
  static_assert(whence::detail::is_listed<Event, typename Aggregate::events>,
                "`given<Aggregate>(…)` takes events that are in the aggregate's `events`");
};

template <class Aggregate, class Event>
struct must_expect_its_events {
  static_assert(whence::detail::is_listed<Event, typename Aggregate::events>,
                "`then` takes events that are in the aggregate's `events`; a refusal is expected with `then_rejected`");
};

template <std::size_t Events>
struct must_expect_something {
  static_assert(Events != 0, "`then` takes at least one event; that nothing happens is expected with `then_nothing()`");
};

template <class Look, class Aggregate>
concept looks_at_state = requires(Look& look, const Aggregate& state) {
  { look(state) } -> std::same_as<void>;
};

template <class Look, class Aggregate>
struct must_look_at_the_state {
  static_assert(looks_at_state<Look, Aggregate>,
                "`then_state` takes a function of `const Aggregate&` that returns nothing: it checks by itself, with "
                "the test framework's means");
};

/// An event that a test expects, and where it says so.
template <class Aggregate>
struct expected_event {
  template <class Event>
  expected_event(const Event& event, std::source_location place = std::source_location::current()) : where(place) {
    static_cast<void>(must_expect_its_events<Aggregate, Event>{});
    if constexpr (whence::detail::is_listed<Event, typename Aggregate::events>)
      encoded = whence::detail::as_decided(event);
  }
  decided_event encoded;
  std::source_location where;
};

template <class Aggregate>
class decided_aggregate;

/// An aggregate with a past. A value: several tests can begin with the same one.
template <class Aggregate>
class given_aggregate {
 public:
  /// Lets the aggregate decide on the command.
  template <class Command>
  [[nodiscard("say what happens then: `.then(…)`")]]
  decided_aggregate<Aggregate> when(const Command& command,
                                    std::source_location where = std::source_location::current()) const {
    static_cast<void>(must_decide<Aggregate, Command>{});
    detail::aggregate_story story = story_;
    if constexpr (decides<Aggregate, Command>)
      story.when(
          command_name<Command>(), &command,
          {&whence::detail::decide_erased<Aggregate, Command>, whence::detail::query_function_of<Aggregate, Command>()},
          where);
    return decided_aggregate<Aggregate>(std::move(story));
  }

  /// Calls `look(const Aggregate&)` with the state.
  template <class Look>
  given_aggregate then_state(Look&& look, std::source_location where = std::source_location::current()) const {
    static_cast<void>(must_look_at_the_state<Look, Aggregate>{});
    detail::aggregate_story story = story_;
    if constexpr (looks_at_state<Look, Aggregate>)
      story.then_state(
          [](void* erased, const void* state) {
            (*static_cast<std::remove_reference_t<Look>*>(erased))(*static_cast<const Aggregate*>(state));
          },
          const_cast<void*>(static_cast<const void*>(&look)), where);
    return given_aggregate(std::move(story));
  }

 private:
  template <class Other, class... Events>
  friend given_aggregate<Other> given(const Events&... events);
  template <class Other>
  friend class decided_aggregate;
  explicit given_aggregate(detail::aggregate_story story) : story_(std::move(story)) {}
  detail::aggregate_story story_;
};

/// An aggregate that has decided: what it decided is to be looked at.
template <class Aggregate>
class decided_aggregate {
 public:
  /// The command was accepted, and these are its events (of several commands: of all since the last `then`), in order, each with
  /// its name, its version and every member that `serialize` names.
  template <class... More>
  given_aggregate<Aggregate> then(expected_event<Aggregate> first, const More&... more) const {
    std::vector<decided_event> expected;
    expected.reserve(1 + sizeof...(More));
    expected.push_back(std::move(first.encoded));
    (expected.push_back(expected_event<Aggregate>(more).encoded), ...);
    detail::aggregate_story story = story_;
    story.then(expected, first.where);
    return given_aggregate<Aggregate>(std::move(story));
  }
  template <class... None>
    requires(sizeof...(None) == 0)
  given_aggregate<Aggregate> then(None...) const {
    static_cast<void>(must_expect_something<sizeof...(None)>{});
    return given_aggregate<Aggregate>(story_);
  }

  /// The command was accepted, and nothing happened.
  given_aggregate<Aggregate> then_nothing(std::source_location where = std::source_location::current()) const {
    detail::aggregate_story story = story_;
    story.then_nothing(where);
    return given_aggregate<Aggregate>(std::move(story));
  }

  /// The (last) command was rejected with this code, whatever the message.
  given_aggregate<Aggregate> then_rejected(std::string_view code,
                                           std::source_location where = std::source_location::current()) const {
    detail::aggregate_story story = story_;
    story.then_rejected({std::string(code), {}}, true, where);
    return given_aggregate<Aggregate>(std::move(story));
  }
  given_aggregate<Aggregate> then_rejected(std::string_view code, std::string_view message,
                                           std::source_location where = std::source_location::current()) const {
    detail::aggregate_story story = story_;
    story.then_rejected({std::string(code), std::string(message)}, false, where);
    return given_aggregate<Aggregate>(std::move(story));
  }

  /// The command was accepted: calls `look(const Aggregate&)` with the state after it.
  template <class Look>
  given_aggregate<Aggregate> then_state(Look&& look,
                                        std::source_location where = std::source_location::current()) const {
    return given_aggregate<Aggregate>(story_).then_state(std::forward<Look>(look), where);
  }

  /// The command was accepted: lets the aggregate, as it is now, decide on another one.
  template <class Command>
  [[nodiscard("say what happens then: `.then(…)`")]]
  decided_aggregate when(const Command& command, std::source_location where = std::source_location::current()) const {
    return given_aggregate<Aggregate>(story_).when(command, where);
  }

 private:
  template <class Other>
  friend class given_aggregate;
  explicit decided_aggregate(detail::aggregate_story story) : story_(std::move(story)) {}
  detail::aggregate_story story_;
};

/// An aggregate to which these events have happened, in order; without events one that does not exist yet.
template <class Aggregate, class... Events>
[[nodiscard("say what is tried then: `.when(…)`")]]
given_aggregate<Aggregate> given(const Events&... events) {
  if constexpr (!whence::detail::check_aggregate<Aggregate>()) {
    return whence::detail::never_called<given_aggregate<Aggregate>>();
  } else {
    static_cast<void>((sizeof(must_be_given_its_events<Aggregate, Events>) + ... + 0));
    detail::aggregate_story story(whence::detail::facts_of<Aggregate>);
    if constexpr ((whence::detail::is_listed<Events, typename Aggregate::events> && ...))
      (story.add_given(whence::detail::as_decided(events)), ...);
    return given_aggregate<Aggregate>(std::move(story));
  }
}

}  // namespace whence::testing::inline v0
